from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from store.model import (
    AccountReference,
)
from tests.notifier.mails import (
    FACTS,
    alert,
    text,
)


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
