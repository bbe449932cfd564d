"""What large mails leave behind in a process, measured in one of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Large pieces in every thread, of which the first teaches the library to keep the next ones.
THREADS_WITH_LARGE_PIECES = """
import sys, threading
from pathlib import Path
if sys.argv[1] == "bounded":
    from tipline.memory import give_memory_back
    give_memory_back()
threads = 12
barrier = threading.Barrier(threads)
kept = []
def work():
    for size in (8, 4, 4, 2):
        large = [b"x" * (size * 1_000_000) for _ in range(3)]
        kept.append(bytearray(1000))
        barrier.wait()
        del large
        barrier.wait()
    barrier.wait()
begun = [threading.Thread(target=work) for _ in range(threads)]
for one in begun: one.start()
for one in begun: one.join()
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")))
"""


def kept_after(way: str) -> int:
    """Give what a process keeps, in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", THREADS_WITH_LARGE_PIECES, way],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of the GNU C library")
def test_what_large_mails_took_goes_back_to_the_system() -> None:
    assert kept_after("bounded") < 40_000
