from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.compose import AlertFacts, Composer, Identity, Posting, new_message_id
from store.model import (
    AccountReference,
    Case,
    CaseId,
    InboundId,
    MailKind,
    MailTraits,
    OutboxKind,
    OutgoingMail,
    Report,
    ReportId,
    Severity,
)
from store.states import AcknowledgementState, CaseState
from tests.notifier.house import IDENTITY, START

COMPOSER = Composer(IDENTITY)
REPORT = Report(
    id=ReportId(7),
    reference="R-4F7KM-2Q9XH",
    inbound_id=InboundId(1),
    reporter="maria@mail.example",
    received_at=START,
    language="en",
    kind=MailKind.REPORT,
    severity=Severity.HIGH,
    urgency=None,
    message_id="<1@mail.example>",
    traits=MailTraits(
        reverse_path="maria@mail.example",
        from_addresses=("maria@mail.example",),
        message_id="<1@mail.example>",
        references=("<0@mail.example>",),
    ),
    acknowledgement=AcknowledgementState.PENDING,
    acknowledgement_reason=None,
)
CASE = Case(
    id=CaseId(3),
    reference="C-4F7KM-2Q9XH",
    state=CaseState.OPEN,
    severity=Severity.HIGH,
    account=AccountReference(
        platform="chirper", handle="Name", user_id="123", url="https://chirper.example/Name"
    ),
    opened_at=START - timedelta(minutes=15),
    reports=2,
    reporters=1,
)
FACTS = AlertFacts(step=1, steps=3, repeats=0, next_alert_at=START + timedelta(minutes=15))
POSTING = Posting(
    recipient="maria@mail.example",
    message_id="<receipt.1@tip.chirper.example>",
    dedupe_key="receipt:7",
    at=START,
)
REPLY_TO = "cp+token@chirper.example"


def parsed(mail: OutgoingMail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)  # type: ignore[return-value]  # the default policy makes these


def text(mail: EmailMessage) -> str:
    content: str = mail.get_content()
    return content.replace("\r\n", "\n")


def receipt(posting: Posting = POSTING, **changes: Any) -> EmailMessage:
    return parsed(COMPOSER.receipt(replace(REPORT, **changes), posting, REPLY_TO))


def alert(facts: AlertFacts = FACTS, **changes: Any) -> EmailMessage:
    return parsed(COMPOSER.alert(replace(CASE, **changes), facts, POSTING))


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
    mail = COMPOSER.receipt(REPORT, POSTING, REPLY_TO)
    assert (mail.sender, mail.recipient) == ("", "maria@mail.example")
    assert (mail.dedupe_key, mail.report_id) == ("receipt:7", 7)


@pytest.mark.parametrize("words", ["R-4F7KM-2Q9XH", "2026-11-22 03:00 UTC", "112", "911", "999"])
def test_a_receipt_says_what_matters(words: str) -> None:
    assert words in text(receipt())


def test_every_line_is_one_that_mail_programs_take() -> None:
    content = COMPOSER.receipt(replace(REPORT, language="de"), POSTING, REPLY_TO).content
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
        COMPOSER.receipt(REPORT, posting, reply_to)


def test_a_line_break_in_a_name_of_ours_is_an_error() -> None:
    with pytest.raises(ValueError, match="line break"):
        replace(IDENTITY, name="Chirper\r\nBcc: c@d.example")


def test_an_address_outside_ascii_is_written_as_such() -> None:
    posting = replace(POSTING, recipient="mária@mail.example")
    content = COMPOSER.receipt(REPORT, posting, REPLY_TO).content
    assert "To: mária@mail.example\r\n".encode() in content


def test_an_alert_names_case_severity_account_and_how_to_take_it() -> None:
    mail = alert(replace(FACTS, take_as="anna"))
    assert mail["Subject"] == "[tipline] HIGH case C-4F7KM-2Q9XH: 2 reports, waiting 15 min"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text(mail) == (
        "Case: C-4F7KM-2Q9XH\n"
        "Severity: HIGH\n"
        "Waiting: 15 min, since 2026-11-22 02:45 UTC\n"
        "Reports: 2, from 1 reporter\n"
        "Account: chirper\n"
        "  Handle: @Name\n"
        "  Id: 123\n"
        "  Link (do not open from your mail): hXXps://chirper[.]example/Name\n"
        "\n"
        "Step 1 of 3.\n"
        "Next alert: 2026-11-22 03:15 UTC, unless somebody takes the case.\n"
        "\n"
        "Take it:\n"
        "  tipline case take C-4F7KM-2Q9XH --as anna\n"
    )


def test_an_alert_without_an_account_says_so() -> None:
    assert "Account: no account named\n\nStep 1" in text(alert(account=None))


def test_all_alerts_of_a_case_hang_on_one_thread() -> None:
    assert alert()["References"] == "<case.C-4F7KM-2Q9XH@tip.chirper.example>"


def test_an_alert_tells_times_in_the_zone_and_language_of_the_person() -> None:
    facts = replace(FACTS, zone=ZoneInfo("Europe/Berlin"), languages=("de", "en"))
    shown = text(alert(facts, reports=1))
    assert "seit 2026-11-22 03:45 CET" in shown
    assert "Meldungen: 1, von 1 Person\n" in shown


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "account",
    [
        AccountReference(
            platform="chirper", url="https://www.chirper.example/a?b=http://c.example"
        ),
        AccountReference(platform="www.evil.example", handle="@a@masto.example"),
        AccountReference(platform="chirper", handle="a\r\nBcc: b@c.example", user_id="\u202e1"),
    ],
)
def test_nothing_in_an_alert_can_be_tapped(language: str, account: AccountReference) -> None:
    mail = alert(replace(FACTS, languages=(language,)), account=account)
    shown = text(mail)
    assert not re.search(r"https?:|\w\.\w|\r", shown)
    assert mail["Bcc"] is None


def test_a_repeated_alert_and_one_to_the_fallback_say_so() -> None:
    shown = text(alert(replace(FACTS, step=3, repeats=2, nobody_on_duty=True)))
    assert shown.startswith("NOBODY WAS ON DUTY")
    assert "Step 3 of 3, told 3 times." in shown


def test_an_alarm_tells_the_operators_what_is_wrong() -> None:
    mail = parsed(COMPOSER.alarm("Nobody is on duty", ("case C-1", "case C-2"), POSTING))
    assert mail["Subject"] == "[tipline] ALARM: Nobody is on duty"
    assert "\n- case C-1\n- case C-2\n\nNoticed: 2026-11-22 03:00 UTC" in text(mail)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        (OutboxKind.ACKNOWLEDGEMENT, "<receipt."),
        (OutboxKind.ALERT, "<alert."),
        (OutboxKind.ALARM, "<alarm."),
    ],
)
def test_a_message_id_tells_its_kind_and_is_never_drawn_twice(
    kind: OutboxKind, prefix: str
) -> None:
    drawn = {new_message_id(kind, "tip.example") for _ in range(100)}
    assert len(drawn) == 100
    assert all(i.startswith(prefix) and i.endswith("@tip.example>") for i in drawn)


def test_an_operators_own_template_goes_first(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: Ours {{ reference }}\n\nHello.\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(composer.receipt(REPORT, POSTING, REPLY_TO))
    assert (mail["Subject"], text(mail)) == ("Ours R-4F7KM-2Q9XH", "Hello.\n")
    german = parsed(composer.receipt(replace(REPORT, language="de"), POSTING, REPLY_TO))
    assert german["Subject"] == "Ihre Meldung ist angekommen (R-4F7KM-2Q9XH)"


def test_an_identity_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Identity(address="cp", name="", domain="x.example")


def test_our_own_templates_have_no_faults() -> None:
    assert COMPOSER.faults() == ()


@pytest.mark.parametrize("name", ["receipt", "alert", "alarm"])
def test_a_fault_of_an_operators_template_is_told_with_its_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "de").mkdir()
    template = tmp_path / "de" / f"{name}.txt.j2"
    template.write_text("Subject: x\n\n{{ refrence }}\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    assert composer.faults() == (f"{template}: 'refrence' is undefined",)


def test_a_fault_only_some_cases_meet_is_found(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    template = tmp_path / "en" / "alert.txt.j2"
    template.write_text("Subject: x\n\n{{ account.platform }}\n")
    (fault,) = Composer(replace(IDENTITY, templates=tmp_path)).faults()
    assert str(template) in fault


def test_a_faulty_template_costs_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: x\n\n{{ refrence }}\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(composer.receipt(REPORT, POSTING, REPLY_TO))
    assert mail["Subject"] == "We have received your report (R-4F7KM-2Q9XH)"
