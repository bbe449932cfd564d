"""Fuzzing of reading with atheris: ``make fuzz``, for FUZZ_SECONDS (60).

Any octets give a ParsedMessage whose values keep their promises (``promises``). The corpus is
where mutation begins; an input that breaks a promise is kept in ``fuzz/found/``. Reading happens
in this process, without the confinement it has in the daemon.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest", "email"]):
    from ingest.reading import ReadingRules, message, read_message

from promises import broken

ROOT = Path(__file__).parents[1]
FOUND = ROOT / "fuzz" / "found"
SECONDS = os.environ.get("FUZZ_SECONDS", "60")
LARGEST = 20_000


def read(octets: bytes) -> None:
    """Read one input; raises AssertionError for a broken promise."""
    parsed = read_message(octets, None, ReadingRules())
    if what := broken(parsed):
        raise AssertionError(what)


def main() -> None:
    """Read the corpus, then whatever mutation makes of it."""
    if not message:
        raise AssertionError("unreachable")
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds:
        for number, path in enumerate(sorted(ROOT.glob("tests/corpus/**/*.eml"))):
            (Path(seeds) / str(number)).write_bytes(path.read_bytes()[:LARGEST])
        options = [
            f"-max_total_time={SECONDS}",
            f"-max_len={LARGEST}",
            f"-artifact_prefix={FOUND}/",
            # A single small mail: seconds of work for it are a fault.
            "-timeout=10",
            "-rss_limit_mb=1500",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], seeds], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
