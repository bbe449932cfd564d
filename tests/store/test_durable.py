from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store.durable import PART_SUFFIX, make_private_folder, try_lock, write_durably
from tests.store.samples import finish, in_new_process, line_from

TAKE_LOCK = """
import sys
from pathlib import Path
from store.durable import try_lock
lock = try_lock(Path(sys.argv[1]))
print("taken" if lock else "refused", flush=True)
sys.stdin.readline()
"""


def test_a_written_file_is_whole_and_private(tmp_path: Path) -> None:
    write_durably(tmp_path / "deep" / "file", b"content")
    file = tmp_path / "deep" / "file"
    assert file.read_bytes() == b"content"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_writing_again_replaces_the_whole_file(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", b"a longer content")
    write_durably(tmp_path / "file", b"short")
    assert (tmp_path / "file").read_bytes() == b"short"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_durably(tmp_path / "file", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_a_crash_left_does_not_hinder_the_next_write(tmp_path: Path) -> None:
    (tmp_path / f"file{PART_SUFFIX}").write_bytes(b"half of someth")
    write_durably(tmp_path / "file", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_new_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("a", "a/b")]
    assert modes == [0o700, 0o700]


def test_a_lock_keeps_other_processes_out_until_it_is_closed(tmp_path: Path) -> None:
    lock = try_lock(tmp_path / "lock")
    assert lock is not None
    assert finish(in_new_process(TAKE_LOCK, tmp_path / "lock")) == "refused"
    lock.close()
    assert finish(in_new_process(TAKE_LOCK, tmp_path / "lock")) == "taken"


def test_a_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    with in_new_process(TAKE_LOCK, tmp_path / "lock") as other:
        assert line_from(other) == "taken"
        assert try_lock(tmp_path / "lock") is None
        other.kill()
    lock = try_lock(tmp_path / "lock")
    assert lock is not None
    lock.close()
