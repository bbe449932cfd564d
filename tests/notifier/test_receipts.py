from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.compose import Composer, Posting
from notifier.receipts import write_receipt
from tests.notifier.house import IDENTITY
from tests.notifier.mails import (
    COMPOSER,
    POSTING,
    REPLY_TO,
    REPORT,
    parsed,
    receipt,
    text,
)


def test_a_receipt_has_the_fields_of_an_automatic_answer() -> None:
    mail = receipt()
    assert {name: str(mail[name]) for name in mail.keys()} == {  # noqa: SIM118 - a mail is no dict
        "From": "Chirper Child Protection <cp@chirper.example>",
        "To": "maria@mail.example",
        "Subject": "We have received your report (R-4F7KM-2Q9XH)",
        "Date": "Sun, 22 Nov 2026 03:00:00 +0000",
        "Message-ID": "<receipt.1@tip.chirper.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Loop": "cp@chirper.example",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
        "Reply-To": "cp+token@chirper.example",
        "In-Reply-To": "<1@mail.example>",
        "References": "<0@mail.example> <1@mail.example>",
    }


def test_a_receipt_goes_out_with_the_null_reverse_path() -> None:
    mail = write_receipt(COMPOSER, REPORT, POSTING, REPLY_TO)
    assert (mail.sender, mail.recipient) == ("", "maria@mail.example")
    assert (mail.dedupe_key, mail.report_id) == ("receipt:7", 7)


@pytest.mark.parametrize("words", ["R-4F7KM-2Q9XH", "2026-11-22 03:00 UTC", "112", "911", "999"])
def test_a_receipt_says_what_matters(words: str) -> None:
    assert words in text(receipt())


def test_every_line_is_one_that_mail_programs_take() -> None:
    content = write_receipt(COMPOSER, replace(REPORT, language="de"), POSTING, REPLY_TO).content
    lines = content.split(b"\r\n")
    assert all(b"\n" not in line and len(line) <= 998 for line in lines)


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "Thank you."),
        ("de", "Danke."),
        ("de-AT", "Danke."),
        ("DE_ch", "Danke."),
        ("fr", "Thank you."),
        (None, "Thank you."),
        ("../en", "Thank you."),
    ],
)
def test_a_receipt_speaks_the_language_of_the_report(language: str | None, opening: str) -> None:
    assert text(receipt(language=language)).startswith(opening)


def test_a_mail_without_a_message_id_is_answered_without_a_thread() -> None:
    mail = receipt(traits=replace(REPORT.traits, message_id=None))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


@pytest.mark.parametrize(
    ("posting", "reply_to"),
    [
        (replace(POSTING, recipient="a@b.example\r\nBcc: c@d.example"), REPLY_TO),
        (replace(POSTING, message_id="<1@x>\r\nBcc: c@d.example"), REPLY_TO),
        (POSTING, "cp@x.example\nBcc: c@d.example"),
    ],
)
def test_a_line_break_in_a_value_is_an_error(posting: Posting, reply_to: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        write_receipt(COMPOSER, REPORT, posting, reply_to)


def test_an_address_outside_ascii_is_written_as_such() -> None:
    posting = replace(POSTING, recipient="mária@mail.example")
    content = write_receipt(COMPOSER, REPORT, posting, REPLY_TO).content
    assert "To: mária@mail.example\r\n".encode() in content


def test_an_operators_own_template_goes_first(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: Ours {{ reference }}\n\nHello.\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(write_receipt(composer, REPORT, POSTING, REPLY_TO))
    assert (mail["Subject"], text(mail)) == ("Ours R-4F7KM-2Q9XH", "Hello.\n")
    german = parsed(write_receipt(composer, replace(REPORT, language="de"), POSTING, REPLY_TO))
    assert german["Subject"] == "Ihre Meldung ist angekommen (R-4F7KM-2Q9XH)"


def test_a_faulty_template_costs_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: x\n\n{{ refrence }}\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(write_receipt(composer, REPORT, POSTING, REPLY_TO))
    assert mail["Subject"] == "We have received your report (R-4F7KM-2Q9XH)"
