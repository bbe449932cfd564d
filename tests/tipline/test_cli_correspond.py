from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from store.model import OutboxId, utc_now
from store.unit_of_work import open_store
from store.unreachable import Mark
from tests.tipline.command import Run


@pytest.fixture
def report(run: Run, two_cases: Path) -> str:  # noqa: ARG001 - its reports are written to
    newest, _ = json.loads(run("report", "list", "--json").out)
    return str(newest["reference"])


def shown(run: Run, report: str) -> dict[str, object]:
    return dict(json.loads(run("report", "show", report, "--json").out))


def mark(state: Path) -> None:
    store = open_store(state)
    with store.transaction() as work:
        work.unreachable.mark(
            "mia@mail.example", Mark(at=utc_now(), outbox_id=OutboxId(1), reason="5.1.1")
        )
        work.commit()
    store.close()


def test_a_question_is_queued_and_shown_with_its_report(run: Run, report: str) -> None:
    result = run("report", "reply", report, "--text", "Which account is it?", "--as", "anna")
    assert (result.status, result.err) == (0, "")
    assert report in result.out
    mails = shown(run, report)["mails"]
    assert isinstance(mails, list)
    assert [(mail["kind"], mail["state"]) for mail in mails] == [
        ("acknowledgement", "queued"),
        ("question", "queued"),
    ]
    assert "written     question" in run("report", "show", report).out
    case = json.loads(run("report", "show", report, "--json").out)["case_references"][0]
    history = json.loads(run("case", "show", case, "--json").out)["history"]
    assert (history[-1]["kind"], history[-1]["actor"]) == ("question_asked", "anna")


def test_a_question_may_come_from_standard_input(
    run: Run, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Which account is it?\n"))
    result = run("report", "reply", report.lower(), "--json")
    assert json.loads(result.out)["report"] == report


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), ("see https://chirper.example/x", "link"), ("\x1b[2J", "control")],
)
def test_a_question_that_cannot_be_sent_is_refused_in_words(
    run: Run, report: str, text: str, why: str
) -> None:
    result = run("report", "reply", report, "--text", text)
    assert result.status == 2
    assert why in result.err


def test_an_unknown_report_names_the_nearest(run: Run, report: str) -> None:
    other = report[:-1] + ("0" if report[-1] != "0" else "1")
    result = run("report", "reply", other, "--text", "Which account is it?")
    assert (result.status, report in result.err) == (1, True)


def test_an_unreachable_reporter_shows_and_can_be_written_to_again(
    run: Run, two_cases: Path, report: str
) -> None:
    mark(two_cases)
    assert "UNREACHABLE" in run("report", "show", report).out
    refused = run("report", "reply", report, "--text", "Which account is it?")
    assert (refused.status, "came back" in refused.err) == (1, True)
    done = run("report", "reachable", report, "--as", "ben")
    assert (done.status, done.err) == (0, "")
    assert shown(run, report)["unreachable"] is None
    assert run("report", "reply", report, "--text", "Which account is it?").status == 0
    assert run("report", "reachable", report).status == 1


@pytest.mark.parametrize(("option", "wanted"), [("--notice", True), ("--no-notice", False)])
def test_closing_says_whether_the_reporters_are_told(
    run: Run, report: str, option: str, *, wanted: bool
) -> None:
    case = json.loads(run("report", "show", report, "--json").out)["case_references"][0]
    assert run("case", "close", case, "referred", option).status == 0
    history = json.loads(run("case", "show", case, "--json").out)["history"]
    assert history[-1]["details"] == {"disposition": "referred", "notice": wanted}


class Terminal(io.StringIO):
    """Standard input of somebody who sits before it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("written", ["Which account is it?", ""])
def test_on_a_terminal_a_question_is_written_in_the_editor(
    run: Run, report: str, two_cases: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    editor = two_cases.parent / "editor"
    editor.write_text(
        f'#!/bin/sh\n{{ echo "{written}"; cat "$1"; }} > "$1.new" && mv "$1.new" "$1"\n'
    )
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    monkeypatch.setattr("sys.stdin", Terminal())
    result = run("report", "reply", report)
    assert (result.status, "queued" in result.out) == ((0, True) if written else (2, False))
