from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.model import Fetch, FetchOutcome, InboundId, Place
from store.unit_of_work import open_store
from tests.tipline.command import Run, Show


@pytest.fixture
def show(run: Run, two_cases: Path) -> Show:  # noqa: ARG001 - its cases are what is shown
    def show_json(*arguments: str) -> Any:  # noqa: ANN401 - whatever the command printed
        result = run(*arguments, "--json")
        assert (result.status, result.err) == (0, "")
        return json.loads(result.out)

    return show_json


@pytest.fixture
def reference(show: Show) -> str:
    return str(show("case", "list")[0]["reference"])


def test_cases_have_the_promised_shape(show: Show) -> None:
    first, second = show("case", "list")

    assert first["state"] == "open"
    assert first["severity"] == "normal"
    assert set(first["account"]) == {"platform", "handle", "user_id", "url"}
    assert (first["reports"], first["reporters"], first["taken_by"]) == (1, 1, None)
    assert datetime.fromisoformat(first["opened_at"]).tzinfo
    assert datetime.fromisoformat(first["next_alert_at"]).tzinfo
    assert {first["account"]["handle"], second["account"]["handle"]} == {"bad_one", "bad_two"}


def test_reports_have_the_promised_shape(show: Show) -> None:
    newest, oldest = show("report", "list")

    assert newest["message_id"] == "<bad_two@mail.example>"
    assert newest["reporter"] == "mia@mail.example"
    assert newest["acknowledgement"] == {"state": "queued", "reason": "ok"}
    assert newest["language"] == "en"
    assert len(oldest["case_references"]) == 1


def test_messages_of_both_boxes_have_the_promised_shape(show: Show) -> None:
    inbox = show("inbox", "list")
    outbox = show("outbox", "list")

    assert [(m["id"], m["state"], m["kind"], m["attempts"]) for m in inbox] == [
        (2, "filed", "report", 0),
        (1, "filed", "report", 0),
    ]
    assert {m["kind"] for m in outbox} == {"acknowledgement"}
    assert all(m["to"] and m["subject"] and m["message_id"] and m["state"] for m in outbox)


def test_a_case_goes_through_its_life(show: Show, reference: str) -> None:
    taken = show("case", "take", reference, "--as", "anna", "--for", "2h")
    assert (taken["state"], taken["taken_by"]) == ("taken", "anna")
    show("case", "note", reference, "seen", "it", "--as", "anna")
    assert show("case", "release", reference, "--as", "anna")["state"] == "open"
    assert show("case", "snooze", reference, "--for", "30m")["state"] == "open"
    closed = show("case", "close", reference, "account_removed", "--as", "anna")
    assert (closed["state"], closed["disposition"]) == ("closed", "account_removed")
    assert show("case", "reopen", reference, "--as", "anna")["state"] == "open"

    history = show("case", "show", reference)["history"]
    assert [event["sequence"] for event in history] == list(range(1, len(history) + 1))
    notes = [event["details"]["text"] for event in history if event["kind"] == "note"]
    assert notes == ["seen it"]


def test_lists_of_cases_can_be_narrowed_down(show: Show, reference: str) -> None:
    show("case", "close", reference, "--disposition", "duplicate")

    assert len(show("case", "list")) == 2
    assert [case["reference"] for case in show("case", "list", "--state", "closed")] == [reference]
    assert reference not in [case["reference"] for case in show("case", "list", "--open")]
    assert show("case", "list", "--severity", "critical") == []
    assert len(show("case", "list", "--limit", "1")) == 1


def test_what_the_state_does_not_allow_is_one_sentence(run: Run, reference: str) -> None:
    run("case", "take", reference, "--as", "anna")

    result = run("case", "take", reference, "--as", "ben")

    assert result.status == 1
    assert result.err == f"tipline: case {reference} is taken by anna\n"


def test_an_unknown_reference_names_the_nearest(run: Run, reference: str) -> None:
    result = run("case", "show", f"{reference[:-1]}*")

    assert result.status == 1
    assert reference in result.err


def test_a_case_is_not_closed_without_saying_how_it_ended(run: Run, reference: str) -> None:
    assert run("case", "close", reference).status == 2


def test_words_stay_sealed_until_they_are_opened_for_a_reason(show: Show, run: Run) -> None:
    reference = show("report", "list")[0]["reference"]

    assert "words" not in show("report", "show", reference)
    assert run("report", "show", reference, "--open").status == 2

    opened = show("report", "show", reference, "--open", "--reason", "a check", "--as", "anna")
    assert "worries me" in opened["words"]["text"]
    [opening] = show("report", "show", reference)["openings"]
    assert (opening["who"], opening["why"]) == ("anna", "a check")
    [case] = opened["case_references"]
    newest = show("case", "show", case)["history"][-1]
    assert (newest["kind"], newest["actor"]) == ("words_opened", "anna")
    assert newest["details"] == {"report": reference, "why": "a check"}


@pytest.mark.usefixtures("second_copy")
def test_every_delivery_of_a_report_is_shown(show: Show, run: Run) -> None:
    assert len(show("report", "list")) == 2
    oldest = show("report", "list")[1]

    first, second = show("report", "show", oldest["reference"])["deliveries"]

    assert (first["inbox_id"], first["door"], second["door"]) == (1, "smtp", "lmtp")
    assert second["recipients"] == ["cp@chirper.example"]
    assert datetime.fromisoformat(second["received_at"]).tzinfo
    assert "by lmtp at " in run("report", "show", oldest["reference"]).out
    [case] = oldest["case_references"]
    [report] = show("case", "show", case)["report_list"]
    assert [one["door"] for one in report["deliveries"]] == ["smtp", "lmtp"]
    assert "for cp@chirper.example (message 3)" in run("case", "show", case).out


@pytest.mark.usefixtures("two_cases")
def test_only_a_quarantined_message_can_be_sent_round_again(run: Run) -> None:
    result = run("inbox", "requeue", "1")

    assert result.status == 1
    assert "filed" in result.err


def test_a_waiting_mail_can_be_made_due_now(run: Run, show: Show) -> None:
    number = show("outbox", "list")[0]["id"]

    assert run("outbox", "retry", str(number)).status == 0
    assert run("outbox", "retry", "99").status == 1
    assert show("outbox", "show", str(number))["tries"] == []
    assert show("inbox", "show", "1")["envelope"]["reverse_path"] == "mia@mail.example"


@pytest.mark.parametrize("command", ["case", "report", "inbox", "outbox"])
@pytest.mark.usefixtures("two_cases")
def test_people_get_tables_without_words_or_links(run: Run, command: str) -> None:
    result = run(command, "list")

    assert result.status == 0
    assert len(result.out.splitlines()) == 3
    assert "worries me" not in result.out
    assert "https://" not in result.out


@pytest.mark.parametrize(
    "arguments",
    [("case", "show"), ("case", "take"), ("case", "snooze"), ("case", "release")],
)
def test_people_get_sentences(run: Run, reference: str, arguments: tuple[str, ...]) -> None:
    run("case", "take", reference, "--as", "anna") if arguments[1] == "release" else None

    result = run(*arguments, reference)

    assert result.status == 0
    assert reference in result.out


@pytest.mark.usefixtures("two_cases")
def test_people_can_look_at_one_of_each(run: Run, show: Show) -> None:
    report = show("report", "list")[0]["reference"]

    assert "bad_two" in run("report", "show", report).out
    assert "worries me" in run("report", "show", report, "--open", "--reason", "x").out
    assert "filed" in run("inbox", "show", "1").out
    assert "Not tried yet" in run("outbox", "show", "1").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("inbox", "show", "99999999999999999999999"),
        ("inbox", "requeue", "9223372036854775808"),
        ("inbox", "list", "--limit", "99999999999999999999999"),
        ("outbox", "show", "0"),
        ("outbox", "retry", "99999999999999999999999"),
        ("case", "take", "CASE", "--for", "99999999d"),
        ("case", "snooze", "CASE", "--for", "9" * 5000 + "d"),
        ("case", "take", "CASE", "--as", "evil\nname"),
        ("case", "note", "CASE", "a note", "--as", "evil\x1b[2Jname"),
        ("case", "note", "CASE", "a note that rings \a"),
        ("case", "note", "CASE", "half a character \udcff"),
        ("case", "list", "--severity", "urgent"),
        ("case", "list", "--state", "lost"),
        ("case", "close", "CASE", "vanished"),
        ("report", "show", "CASE", "--open", "--reason", "because\nof this"),
    ],
)
def test_what_nobody_could_mean_is_wrong_usage(
    run: Run, reference: str, arguments: tuple[str, ...]
) -> None:
    result = run(*(reference if word == "CASE" else word for word in arguments))

    assert result.status == 2
    assert "Invalid value" in result.err


@pytest.mark.usefixtures("two_cases")
def test_the_largest_number_there_may_be_is_only_unknown(run: Run) -> None:
    assert run("inbox", "show", str(2**63 - 1)).status == 1
    assert run("outbox", "show", str(2**63 - 1)).status == 1


@pytest.mark.parametrize(
    "odd", ["\udcff", "\x00", "é" * 300, "C-\n"], ids=["half", "nul", "long", "two lines"]
)
@pytest.mark.usefixtures("two_cases")
def test_an_odd_reference_is_only_unknown(run: Run, odd: str) -> None:
    assert run("case", "show", odd).status == 1
    assert run("report", "show", odd).status == 1


def test_a_note_may_have_several_lines(show: Show, reference: str) -> None:
    show("case", "note", reference, "first\nsecond", "--as", "anna")

    assert show("case", "show", reference)["history"][-1]["details"] == {"text": "first\nsecond"}


def test_lists_can_be_narrowed_down_to_a_severity(show: Show) -> None:
    assert len(show("case", "list", "--severity", "normal")) == 2
    assert len(show("inbox", "list", "--state", "filed")) == 2
    assert show("outbox", "list", "--state", "failed") == []


def test_what_reading_suggests_is_shown_with_its_reason(show: Show, run: Run) -> None:
    report = show("report", "list")[0]
    assert report["urgency"] is report["urgency_reason"] is None
    assert (report["category"], report["category_reason"]) == ("grooming_contact", "writes to kid*")
    [case] = report["case_references"]
    line = f"suggested    category grooming_contact (writes to kid*), by {report['reference']}"
    assert line in run("case", "show", case).out


def test_a_folder_that_a_report_lay_in_besides_is_a_delivery(
    show: Show, run: Run, two_cases: Path
) -> None:
    place = Place(mailbox="reports", folder="Abuse", uidvalidity=1)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    fetch = Fetch(uid=7, outcome=FetchOutcome.KNOWN, size=10, at=at, inbound_id=InboundId(1))
    store = open_store(two_cases)
    with store.transaction() as work:
        work.mailboxes.add(place, [fetch])
        work.commit()
    store.close()
    oldest = show("report", "list")[1]

    first, second = show("report", "show", oldest["reference"])["deliveries"]

    assert (first["taken_in"], second["taken_in"]) == (True, False)
    assert second["peer"] == "reports/Abuse/7"
    line = "from reports/Abuse/7 (known as message 1, not taken in again)"
    assert line in run("report", "show", oldest["reference"]).out
    [case] = oldest["case_references"]
    [report] = show("case", "show", case)["report_list"]
    assert [one["peer"] for one in report["deliveries"]][1:] == ["reports/Abuse/7"]
    explained = run("explain", oldest["reference"], "--open", "--reason", "a check", "--as", "anna")
    assert line in " ".join(explained.out.split())
