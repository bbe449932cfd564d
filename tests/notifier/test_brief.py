from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.alarm_titles import Title
from notifier.alerts import AlertFacts
from notifier.brief import MAX_ACCOUNT, brief_account, write_brief, write_brief_alarm
from notifier.compose import Composer, Posting
from store.model import AccountReference, Case, CaseId, OutboxKind, OutgoingMail, Severity, Way
from store.states import CaseState
from tests.notifier.house import ACCOUNT, IDENTITY, START

COMPOSER = Composer(IDENTITY)
CASE = Case(
    id=CaseId(1),
    reference="C-4F7KM-2Q9XH",
    state=CaseState.OPEN,
    severity=Severity.CRITICAL,
    account=ACCOUNT,
    opened_at=START - timedelta(minutes=90),
    reports=2,
    reporters=2,
)
FACTS = AlertFacts(step=2, steps=3, repeats=0, next_alert_at=START, take_as="anna")

NOBODY = Title(kind="nobody_on_duty", english="Nobody is on duty")


def posting(kind: OutboxKind = OutboxKind.ALERT) -> Posting:
    return COMPOSER.posting(kind, "channel:anna/sms", "alert:1:0:0:channel:anna/sms", START)


def brief(case: Case = CASE, facts: AlertFacts = FACTS) -> OutgoingMail:
    return write_brief(COMPOSER, case, facts, posting())


def test_an_alert_for_a_channel_is_a_text_message() -> None:
    message = brief()
    assert (message.way, message.recipient) == (Way.CHANNEL, "channel:anna/sms")
    assert (message.case_id, message.kind) == (CASE.id, OutboxKind.ALERT)
    assert message.subject == "tipline CRITICAL C-4F7KM-2Q9XH"
    assert message.content.decode() == (
        "2 reports, waiting 1 h 30 min: chirper Name. Next alert 2026-11-22 03:00 UTC. "
        "tipline case take C-4F7KM-2Q9XH --as anna"
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_fits_into_one_text_message(language: str) -> None:
    account = AccountReference(platform="chirper", handle="a_rather_long_handle_of_somebody")
    message = brief(replace(CASE, account=account), replace(FACTS, languages=(language,)))
    assert len(message.subject) + 2 + len(message.content.decode()) <= 180
    assert len(message.subject) < 40


def test_it_says_when_nobody_was_on_duty_or_could_be_reached() -> None:
    assert (
        "Nobody was on duty." in brief(facts=replace(FACTS, nobody_on_duty=True)).content.decode()
    )
    resting = brief(facts=replace(FACTS, no_progress=True)).content.decode()
    assert "nothing has happened since." in resting
    undeliverable = brief(facts=replace(FACTS, undeliverable=True)).content.decode()
    assert "Nobody else could be reached." in undeliverable


def test_an_account_known_by_its_url_is_named_by_its_platform() -> None:
    account = AccountReference(platform="chirper", url="https://chirper.example/some/words")
    assert brief_account(account) == "chirper"
    assert "chirper." in brief(replace(CASE, account=account)).content.decode()
    assert "words" not in brief(replace(CASE, account=account)).content.decode()


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("@everyone", "chirper everyone"),
        ("@@here", "chirper here"),
        ("<!channel>", "chirper ??channel?"),
        ("evil.example", "chirper evil[.]example"),
        ("https://evil.example/x", "chirper hXXps???evil[.]example?x"),
        ("two\r\nlines", "chirper two??lines"),
        ("n" * 100, "chirper " + "n" * 23 + "…"),
    ],
)
def test_nothing_in_an_account_can_be_tapped_or_calls_anybody(handle: str, shown: str) -> None:
    assert brief_account(AccountReference(platform="chirper", handle=handle)) == shown


@given(handle=st.text(min_size=1))
def test_any_handle_is_short_and_plain(handle: str) -> None:
    shown = brief_account(AccountReference(platform="chirper", handle=handle))
    assert len(shown) <= MAX_ACCOUNT
    assert not set(shown) & set("@<>/:&#*`|\r\n\t")


def test_an_alarm_for_a_channel_is_its_title() -> None:
    message = write_brief_alarm(COMPOSER, NOBODY, posting(OutboxKind.ALARM))
    assert (message.subject, message.kind) == ("tipline ALARM", OutboxKind.ALARM)
    assert message.content == b"Nobody is on duty. Look closer: tipline check"


def test_a_line_break_in_a_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="line break"):
        write_brief_alarm(COMPOSER, Title(kind="", english="one\r\ntwo"), posting(OutboxKind.ALARM))
