from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from ingest.files import mails_in

MAILS = [b"Subject: one\n\nFirst.\n", b"Subject: two\n\nFrom here on.\n\n\xff\n"]


def octets(path: Path) -> list[bytes]:
    return [raw for _, raw in mails_in(path)]


def test_a_file_is_one_mail_octet_for_octet(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: a\r\n\r\n\xff\0")
    assert list(mails_in(tmp_path / "a.eml")) == [
        (str(tmp_path / "a.eml"), b"Subject: a\r\n\r\n\xff\0")
    ]


def test_an_empty_file_is_an_empty_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"")
    assert octets(tmp_path / "a.eml") == [b""]


def test_an_mbox_gives_its_mails_in_order_with_their_numbers(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for raw in MAILS:
        box.add(raw)
    box.close()
    names = [name for name, _ in mails_in(tmp_path / "box")]
    assert names == [f"{tmp_path / 'box'}#1", f"{tmp_path / 'box'}#2"]
    assert [raw.splitlines()[0] for raw in octets(tmp_path / "box")] == [
        b"Subject: one",
        b"Subject: two",
    ]


def test_a_maildir_gives_new_and_read_mails_and_no_unfinished_ones(tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "1").write_bytes(part.encode())
    (tmp_path / "cur" / ".hidden").write_bytes(b"")
    assert octets(tmp_path) == [b"cur", b"new"]


def test_a_folder_gives_every_file_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.eml", "a.eml", "sub/c.eml", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    assert octets(tmp_path) == [b"a.eml", b"b.eml", b"sub/c.eml"]


def test_reading_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"From maria@mail.example\n" + MAILS[0])
    before = (tmp_path / "box").read_bytes()
    octets(tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("box", before)]


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        octets(tmp_path / "nothing")
