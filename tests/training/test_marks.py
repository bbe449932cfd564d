"""Mails with marked accounts: how they are read, and those that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model import Role
from training.marks import marked_mails

LANGUAGES = "ar de en es fr hi id it ja ko nl pl pt ru tr uk vi zh".split()  # noqa: SIM905


def written(folder: Path, text: str) -> Path:
    (folder / "en.txt").write_text(text, encoding="utf-8")
    return folder


def test_marks_are_taken_out_and_tell_where_accounts_stand(tmp_path: Path) -> None:
    folder = written(
        tmp_path, "# about [[R|bad_1]]\nHe wrote to [[V|@kid_1]].\n\nAnna\n---\n# \nbye\n"
    )
    first, second = marked_mails(folder)
    assert (first.name, first.language, first.subject.text) == ("en.txt 1", "en", "about bad_1")
    assert first.text.text == "He wrote to @kid_1.\n\nAnna"
    mark = first.text.marks[0]
    assert (first.text.text[mark.start : mark.end], mark.role) == ("@kid_1", Role.VICTIM)
    assert (second.subject.text, second.text.marks) == ("", ())


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("# a\n[[X|@bad_1]]\n", "malformed mark"),
        ("# a\n[[R|@bad_1]\n", "malformed mark"),
        ("Hello [[R|@bad_1]]\n", "line for the subject"),
    ],
)
def test_a_malformed_mail_is_named(tmp_path: Path, text: str, wrong: str) -> None:
    folder = written(tmp_path, "# fine\nfine\n---\n" + text)
    with pytest.raises(ValueError, match=f"en.txt 2: .*{wrong}"):
        list(marked_mails(folder))


def test_there_are_mails_in_all_languages_with_all_roles() -> None:
    roles: dict[str, set[Role]] = {}
    for mail in marked_mails():
        marks = (*mail.subject.marks, *mail.text.marks)
        roles.setdefault(mail.language, set()).update(mark.role for mark in marks)
    assert sorted(roles) == LANGUAGES
    assert all(each == set(Role) for each in roles.values())
