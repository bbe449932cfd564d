from __future__ import annotations

import gzip
import io
import mailbox
import os
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import ANY

import pytest

from ingest.archives.items import Found, Item, Notice, Passed
from ingest.archives.sources import STREAM, Sources, count_octets
from store.imports import ReadFile

MAILS = [b"Subject: one\n\nFirst.\n", b"Subject: two\n\nFrom here on.\n\n\xff\n"]
BOX = b"".join(b"From m@mail.example Sat Mar  5 12:00:00 2022\n" + mail + b"\n" for mail in MAILS)
LIMIT = 1_000_000


def items(path: Path, known: ReadFile | None = None) -> list[Item]:
    return list(Sources(limit=LIMIT, known=lambda _: known).mails(path))


def octets(path: Path) -> list[bytes]:
    found = items(path)
    assert all(isinstance(item, Found) for item in found)
    return [item.raw for item in found if isinstance(item, Found)]


def test_a_file_is_one_mail_octet_for_octet(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: a\r\n\r\n\xff\0")
    assert items(tmp_path / "a.eml") == [
        Found(name=str(tmp_path / "a.eml"), raw=b"Subject: a\r\n\r\n\xff\0", size=16, octets=16)
    ]


def test_an_empty_file_is_an_empty_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"")
    assert octets(tmp_path / "a.eml") == [b""]


def test_an_mbox_gives_its_mails_in_order_with_their_numbers(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for raw in MAILS:
        box.add(raw)
    box.close()
    names = [item.name for item in items(tmp_path / "box") if isinstance(item, Found)]
    assert names == [f"{tmp_path / 'box'}#1", f"{tmp_path / 'box'}#2"]
    assert octets(tmp_path / "box") == MAILS


@pytest.mark.parametrize("content", [BOX, MAILS[0]])
def test_what_is_packed_with_gzip_is_unpacked(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plain").write_bytes(content)
    half = len(content) // 2
    # Members one after another, as log rotation makes them.
    packed = gzip.compress(content[:half]) + gzip.compress(content[half:])
    (tmp_path / "packed.gz").write_bytes(packed)
    assert octets(tmp_path / "packed.gz") == octets(tmp_path / "plain")


def test_a_packed_file_that_ends_too_early_is_told_and_what_is_whole_is_read(
    tmp_path: Path,
) -> None:
    text = os.urandom(3_000).hex().encode()
    (tmp_path / "cut.gz").write_bytes(gzip.compress(BOX + BOX + BOX + text)[:-900])
    *found, notice = items(tmp_path / "cut.gz")
    assert isinstance(notice, Notice)
    assert notice.failed
    assert "is damaged" in notice.reason
    assert [item.raw for item in found if isinstance(item, Found)] == [*MAILS, *MAILS, MAILS[0]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"x" * 600, b"x" * 257 + b"ustar" + b"x" * 600]
)
def test_an_archive_of_files_is_told_and_not_opened(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "takeout").write_bytes(content)
    (notice,) = items(tmp_path / "takeout")
    assert isinstance(notice, Notice)
    assert "unpack it first" in notice.reason


def test_a_maildir_gives_new_and_read_mails_and_no_unfinished_ones(tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "1").write_bytes(part.encode())
    (tmp_path / "cur" / ".hidden").write_bytes(b"")
    assert octets(tmp_path) == [b"new", b"cur"]


def test_a_mail_that_is_read_by_somebody_meanwhile_is_not_missed(tmp_path: Path) -> None:
    for part in ("new", "cur"):
        (tmp_path / part).mkdir()
    for name in ("1.a", "2.a"):
        (tmp_path / "new" / name).write_bytes(name.encode())
    (tmp_path / "cur" / "3.a:2,").write_bytes(b"3.a")
    found = []
    for item in Sources(limit=LIMIT).mails(tmp_path):
        assert isinstance(item, Found)
        found.append(item.raw)
        if len(found) == 1:
            (tmp_path / "new" / "2.a").rename(tmp_path / "cur" / "2.a:2,S")
    assert set(found) == {b"1.a", b"2.a", b"3.a"}


def test_a_mail_in_a_maildir_is_one_mail_whatever_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(BOX)
    assert octets(tmp_path) == [BOX]


def test_a_folder_gives_every_file_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.eml", "a.eml", "sub/c.eml", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    assert octets(tmp_path) == [b"a.eml", b"b.eml", b"sub/c.eml"]


def test_one_file_that_cannot_be_read_keeps_no_other_back(tmp_path: Path) -> None:
    for name in ("a.eml", "c.eml"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "b.eml").symlink_to(tmp_path / "nowhere")
    first, notice, last = items(tmp_path)
    assert isinstance(first, Found)
    assert isinstance(last, Found)
    assert notice == Notice(place=str(tmp_path / "b.eml"), reason="No such file or directory")


def test_reading_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(BOX)
    octets(tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("box", BOX)]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    place = tmp_path / "nothing"
    assert items(place) == [Notice(place=str(place), reason="No such file or directory")]


def test_a_mail_above_the_limit_is_begun_and_told_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "large.eml").write_bytes(b"x" * (LIMIT + 5))
    (found,) = items(tmp_path / "large.eml")
    assert isinstance(found, Found)
    assert (len(found.raw), found.size) == (LIMIT, LIMIT + 5)


@pytest.mark.parametrize(("content", "mails"), [(BOX, MAILS), (MAILS[0], MAILS[:1])])
def test_standard_input_is_an_mbox_or_a_mail(
    monkeypatch: pytest.MonkeyPatch, content: bytes, mails: list[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert octets(STREAM) == mails


def test_a_named_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(BOX,))
    writer.start()
    assert octets(tmp_path / "pipe") == MAILS
    writer.join()


def test_a_pipe_or_device_in_a_folder_is_told_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    (tmp_path / "b").symlink_to("/dev/zero")
    (tmp_path / "c.eml").write_bytes(b"c")
    pipe, device, mail = items(tmp_path)
    for notice in (pipe, device):
        assert isinstance(notice, Notice)
        assert notice.reason.startswith("is a pipe or a device")
    assert isinstance(mail, Found)


@pytest.mark.parametrize(
    "odd",
    [MAILS[0][:10].ljust(257) + b"ustar", b"PK\x03\x04", gzip.compress(b"x" * 900)[:-9]],
    ids=["tar", "zip", "damaged"],
)
def test_a_mail_of_a_maildir_keeps_no_later_one_back(tmp_path: Path, odd: bytes) -> None:
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(odd)
    (tmp_path / "cur" / "2:2,S").write_bytes(MAILS[1])
    first, second = items(tmp_path)
    if isinstance(first, Found):
        assert first.raw == odd
    else:
        assert first == Notice(place=str(tmp_path / "cur" / "1:2,S"), reason=ANY)
    assert isinstance(second, Found)
    assert second.raw == MAILS[1]


def test_a_mail_that_unpacks_without_an_end_is_read_no_further_than_the_limit(
    tmp_path: Path,
) -> None:
    (tmp_path / "new").mkdir()
    # What is behind the limit is damaged: whoever reads on stumbles over it.
    packed = gzip.compress(b"x" * (LIMIT + 300_000)) + gzip.compress(b"x" * LIMIT) + b"no gzip"
    (tmp_path / "new" / "1").write_bytes(packed)
    (found,) = items(tmp_path)
    assert isinstance(found, Found)
    assert LIMIT < found.size < 2 * LIMIT
    assert len(found.raw) == LIMIT


def read_to(path: Path, number: int) -> ReadFile:
    found = items(path)[number - 1]
    assert isinstance(found, Found)
    assert found.read is not None
    return found.read


def test_what_was_read_of_an_mbox_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(BOX)
    passed, second = items(tmp_path / "box", read_to(tmp_path / "box", 1))
    assert isinstance(passed, Passed)
    assert passed.mails == 1
    assert isinstance(second, Found)
    assert (second.name, second.raw) == (f"{tmp_path / 'box'}#2", MAILS[1])
    (passed,) = items(tmp_path / "box", read_to(tmp_path / "box", 2))
    assert isinstance(passed, Passed)


def test_an_mbox_that_has_grown_is_read_from_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(BOX)
    known = read_to(path, 2)
    path.write_bytes(BOX + BOX)
    passed, *rest = items(path, known)
    assert isinstance(passed, Passed)
    assert [item.raw for item in rest if isinstance(item, Found)] == MAILS


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(BOX.replace(b"First", b"Fifth"), id="altered"),
        pytest.param(BOX[: len(BOX) // 4], id="cut"),
        pytest.param(BOX[:-1] + b"more of the last mail\n\n", id="last mail went on"),
    ],
)
def test_an_mbox_that_has_changed_is_told_and_read_anew(tmp_path: Path, changed: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(BOX[:-1])
    known = read_to(path, 2)
    path.write_bytes(changed)
    notice, *rest = items(path, known)
    assert isinstance(notice, Notice)
    assert not notice.failed
    assert "has changed" in notice.reason
    assert rest == items(path)


def test_how_much_there_is_to_read_is_known_but_of_a_stream(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.eml").write_bytes(b"12345")
    (tmp_path / "b.eml").write_bytes(b"123")
    assert count_octets([tmp_path, tmp_path / "b.eml"]) == 11
    assert count_octets([tmp_path, STREAM]) is None
    assert count_octets([tmp_path / "nothing"]) is None


def test_folders_of_any_depth_are_gone_through(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        Path("one.eml").write_bytes(b"Subject: 1\n\n")
        for _ in range(1800):
            Path("d").mkdir()
            os.chdir("d")
        Path("two.eml").write_bytes(b"Subject: 2\n\n")
    finally:
        os.chdir(before)

    notice, found = Sources(limit=1000).mails(tmp_path)
    total = count_octets([tmp_path])
    # What tidies up behind the tests cannot go so deep.
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)

    assert isinstance(found, Found)
    assert found.raw == b"Subject: 1\n\n"
    # The system itself knows no name of such a length.
    assert isinstance(notice, Notice)
    assert notice.reason == "File name too long"
    assert len(notice.place) < 400
    assert total is None
