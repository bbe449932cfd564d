from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from notifier.maildir import MaildirCourier
from notifier.outcomes import Deferred, Sent
from tests.notifier.house import MESSAGE


def test_a_maildir_keeps_what_went_out_where_only_we_can_read_it(tmp_path: Path) -> None:
    assert isinstance(MaildirCourier(tmp_path / "out").send(MESSAGE), Sent)
    (file,) = (tmp_path / "out" / "new").iterdir()
    assert file.read_bytes() == (
        b"Return-Path: <>\nSubject: Alert\nMessage-ID: <alert.1@tip.chirper.example>\n\n.one\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "out" / "tmp").iterdir()) == []


def test_a_message_sent_again_after_a_crash_replaces_itself(tmp_path: Path) -> None:
    for _ in range(2):
        MaildirCourier(tmp_path).send(MESSAGE)
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_a_message_a_person_has_read_is_not_new_again(tmp_path: Path) -> None:
    MaildirCourier(tmp_path).send(MESSAGE)
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")
    assert isinstance(MaildirCourier(tmp_path).send(MESSAGE), Sent)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_message_id_never_names_a_place_outside_the_maildir(tmp_path: Path) -> None:
    mail = replace(MESSAGE.mail, message_id="<../../etc/passwd:2,S@x>")
    MaildirCourier(tmp_path).send(replace(MESSAGE, mail=mail))
    assert [file.name for file in (tmp_path / "new").iterdir()] == [".._.._etc_passwd_2_S@x"]


def test_a_maildir_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    courier = MaildirCourier(tmp_path / "out")
    assert isinstance(courier.send(MESSAGE), Deferred)
    assert "cannot be written" in str(courier.check())


def test_a_maildir_that_can_be_written_is_well(tmp_path: Path) -> None:
    assert MaildirCourier(tmp_path / "out").check() is None
