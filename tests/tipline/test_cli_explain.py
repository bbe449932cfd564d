from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from store.unit_of_work import open_store
from store.unreachable import Mark
from tests.store.samples import NOW, outgoing
from tests.tipline.command import Run, Show
from tipline.settings import load_settings
from tipline.settings.places import places

CORPUS = Path(__file__).parents[1] / "corpus"
CHILD = CORPUS / "daughter_with_age.eml"
PARSED = {
    *("file", "message_id", "from", "subject", "date", "language", "kind", "kind_reason", "text"),
    *("acknowledge", "urgent", "urgency", "accounts", "urls", "attachments", "defects"),
}
EVIL = b"""\
From: "Evil \x1b[31m Name" <evil@mail.example>
To: cp@chirper.example
Subject: =?utf-8?q?hi=1B=5B2J_=E2=80=AEthere?=
Message-ID: <\x1b]0;title\x07@mail.example>
Content-Type: multipart/mixed; boundary=next

--next
Content-Type: text/plain; charset=utf-8

look at @bad_one \x1b]0;title\x07 \xc2\x9b2J \xe2\x80\xae \xd8\x9c
\x1b[2J
Receipt: yes
https://chirper.example/help/\x1b[1m
--next
Content-Type: application/x-\x1b[5m; name="\x1b[6mx.bin"

x
--next--
"""


@pytest.fixture
def explain(run: Run, state: Path) -> Show:  # noqa: ARG001 - nothing of the machine's own is used
    def explain_json(*arguments: str | Path) -> Any:  # noqa: ANN401 - whatever was printed
        result = run("explain", *arguments, "--json")
        assert (result.status, result.err) == (0, "")
        records = [json.loads(line) for line in result.out.splitlines()]
        return records[0] if len(records) == 1 else records

    return explain_json


@pytest.fixture
def reference(run: Run, two_cases: Path) -> str:  # noqa: ARG001 - its reports are what is shown
    newest, _ = json.loads(run("report", "list", "--json").out)
    return str(newest["reference"])


OPEN = ("--open", "--reason", "a check", "--as", "anna")


def test_each_account_stands_in_the_words_with_role_and_certainty(run: Run, state: Path) -> None:
    result = run("explain", CHILD)

    assert (result.status, result.err) == (0, "")
    assert "«@girl_h»[1] gets messages from «@bad_three»[2]" in result.out
    assert "[1] @girl_h on chirper: victim" in result.out
    assert "[2] @bad_three on chirper: reported" in result.out
    assert "sure (0.80)" in result.out
    assert "touches no case: it is not the reported one" in result.out
    assert "Receipt: yes" in result.out
    assert "There is no database in" in result.out
    assert not state.exists()


def test_a_program_gets_all_that_parse_tells_and_why(explain: Show) -> None:
    record = explain(CHILD)

    assert set(record) > PARSED
    assert record["match"] is None
    assert record["language_by"] == "its words"
    assert "reports home account" in record["signs"]
    girl, other, _ = record["accounts"]
    assert (girl["role"], girl["piece"], girl["concerns_case"]) == ("victim", "@girl_h", False)
    assert (other["piece"], other["sure_enough"], other["concerns_case"]) == (
        "@bad_three",
        True,
        True,
    )
    assert record["text"][slice(*girl["span"])] == "@girl_h"
    assert [rule["rule"] for rule in record["receipt_rules"]][:2] == [
        "switched_off",
        "not_a_report",
    ]


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.eml"))[::4], ids=lambda path: path.stem)
def test_any_mail_fits_on_eighty_columns(
    run: Run,
    state: Path,  # noqa: ARG001 - as above
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    result = run("explain", path)

    assert (result.status, result.err) == (0, "")
    below = result.out.splitlines()[1:]
    assert max(map(cell_len, below)) <= 80


def test_what_was_passed_over_and_taken_off_is_told(explain: Show) -> None:
    passed = explain(CORPUS / "domain_after_sign.eml")["skipped"]
    reply = explain(CORPUS / "outlook_reply_spanish.eml")

    assert any(each["reason"] == "a host name" and each["part"] == "text" for each in passed)
    assert {each["what"] for each in reply["taken_off"]} >= {"footer"}
    assert reply["lines"] >= reply["taken_off"][-1]["last_line"]


def test_long_lists_are_cut_for_people_only(run: Run, explain: Show, tmp_path: Path) -> None:
    links = [f"https://news.example/{number}" for number in range(25)]
    mail = tmp_path / "links.eml"
    mail.write_text("From: a@mail.example\n\n" + "\n".join([*links, links[0]]), "ascii")

    out = run("explain", mail).out

    assert "in the text, 2 times: a link that leads to no account" in out
    assert "and 5 more; --json has them all" in out
    assert len(explain(mail)["skipped"]) == 26


def test_every_rule_of_the_receipt_is_told_and_the_first_objection_decides(explain: Show) -> None:
    record = explain(CORPUS / "delivery_status.eml")
    objections = [rule for rule in record["receipt_rules"] if rule["objects"]]

    assert record["acknowledge"] == {"send": False, "reason": objections[0]["rule"]}
    assert {"not_a_report", "null_return_path", "auto_submitted", "delivery_report"} <= {
        rule["rule"] for rule in objections
    }
    assert "null reverse-path" in record["signs"]


def bounced(state: Path, address: str) -> None:
    """Have a mail to an address come back for good."""
    store = open_store(state)
    with store.transaction() as work:
        number = work.outbox.queue(outgoing(f"to:{address}", recipient=address), NOW)
        assert number is not None
        work.unreachable.mark(address, Mark(at=NOW, outbox_id=number, reason="5.1.1 no mailbox"))
        work.commit()
    store.close()


def test_a_reporter_whose_mail_came_back_is_told_among_the_rules(
    explain: Show, run: Run, two_cases: Path, reference: str
) -> None:
    before = explain(CHILD)
    assert before["receipt_rules"][-1] == {"rule": "unreachable", "objects": False, "detail": None}
    assert before["acknowledge"]["send"]
    for address in ("MIA@mail.example", before["reverse_path"]):
        bounced(two_cases, address)

    for record in (explain(CHILD), explain(reference, *OPEN)):
        rule = record["receipt_rules"][-1]
        assert (rule["rule"], rule["objects"]) == ("unreachable", True)
        assert rule["detail"] == "since 2026-11-22 03:00 UTC: 5.1.1 no mailbox"
        assert record["acknowledge"] == {"send": False, "reason": "unreachable"}
    assert "Receipt: no: unreachable" in run("explain", CHILD).out


def test_switched_off_receipts_are_told_first(
    explain: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_ACKNOWLEDGEMENT__ENABLED", "false")

    rules = explain(CHILD)["receipt_rules"]

    assert rules[0] == {"rule": "switched_off", "objects": True, "detail": None}


def test_urgent_words_are_marked_where_they_stand(explain: Show, run: Run) -> None:
    record = explain(CORPUS / "iphone_footer.eml")

    words = record["urgent_words"]
    assert record["urgency"]
    assert record[words["part"]][slice(*words["span"])] == words["piece"] != ""
    assert "»[urgent]" in run("explain", CORPUS / "iphone_footer.eml").out


def test_nothing_of_a_mail_reaches_the_terminal_as_a_command(
    run: Run,
    tmp_path: Path,
    state: Path,  # noqa: ARG001 - as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = tmp_path / "evil.eml"
    mail.write_bytes(EVIL)

    out = run("explain", mail).out
    assert "@bad_one" in out
    assert all(char.isprintable() or char == "\n" for char in out.replace("\ufffd", ""))
    # What the mail says looks at no place like what tipline says.
    said = [line for line in out.splitlines() if "Receipt: yes" in line]
    assert said[0].startswith("    │ ")

    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = run("explain", mail).out
    assert "\x1b[" in coloured
    for command in ("\x1b]", "\x1b[2J", "\x1b[5m", "\x1b[6m", "\x07", "\x9b", "\u202e", "\u061c"):
        assert command not in coloured


def test_a_terminal_gets_colours_instead_of_brackets(tmp_path: Path) -> None:
    main, side = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "TIPLINE_STATE_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "tipline", "explain", CHILD],
        stdout=side,
        env=environment | {"COLUMNS": "80"},
    ) as process:
        os.close(side)
        out = b""
        try:
            while piece := os.read(main, 65536):
                out += piece
        except OSError:
            # So Linux tells that the other end is closed.
            pass
        finally:
            os.close(main)

    assert process.returncode == 0
    assert b"\x1b[1;35m@girl_h\x1b[0m" in out
    assert "«".encode() not in out


def test_a_mail_on_standard_input_is_explained(tmp_path: Path) -> None:
    environment = {**os.environ, "TIPLINE_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "tipline", "explain", "-"],
        input=CHILD.read_bytes(),
        capture_output=True,
        check=True,
        env=environment,
    )

    assert b"@bad_three on chirper: reported" in done.stdout


def test_a_mail_that_stops_its_reader_is_explained_as_unreadable(
    explain: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hard = tmp_path / "hard.eml"
    hard.write_bytes(CHILD.read_bytes() + b"look at @bad_one\n" * 6_000_000)
    monkeypatch.setenv("TIPLINE_READING__MEMORY_LIMIT", "200 MB")

    record = explain(hard)

    assert record["kind"] == "report"
    assert record["acknowledge"] == {"send": False, "reason": "unreadable"}
    assert record["severity"] == "high"
    assert "could not be read" in record["defects"][0]


def test_an_empty_file_is_an_empty_mail(run: Run, tmp_path: Path, state: Path) -> None:  # noqa: ARG001 - as above
    empty = tmp_path / "empty.eml"
    empty.touch()

    result = run("explain", empty)

    assert result.status == 0
    assert "Kind: empty" in result.out


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("folder", "is a folder, not a mail"),
        ("gone.eml", "cannot be opened: No such file or directory"),
        ("/dev/zero", "is not a file"),
        ("a\0b", "cannot be opened: "),
    ],
)
def test_what_is_no_mail_is_one_line(run: Run, tmp_path: Path, name: str, fault: str) -> None:
    (tmp_path / "folder").mkdir()

    result = run("explain", os.path.join(tmp_path, name))  # noqa: PTH118 - names no path can have

    assert (result.status, result.out) == (1, "")
    assert fault in result.err
    assert len(result.err.splitlines()) == 1


def test_what_a_mail_would_do_to_cases_is_told(run: Run, explain: Show, two_cases: Path) -> None:
    cases = json.loads(run("case", "list", "--json").out)
    mail = two_cases.parent / "mail.eml"
    mail.write_bytes(
        b"From: Ben <ben@mail.example>\nTo: cp@chirper.example\nMessage-ID: <9@mail.example>\n\n"
        b"@bad_one and @bad_new worry me.\n"
    )
    before = len(cases)

    match = explain(mail)["match"]

    joined, opened = match["steps"]
    (known,) = [case for case in cases if case["account"]["handle"] == "bad_one"]
    assert (joined["decision"], joined["case"]) == ("join", known["reference"])
    assert (opened["decision"], opened["account"]["handle"]) == ("open", "bad_new")
    assert (match["state"], match["known"]) == ("filed", False)
    assert f"would join {known['reference']}" in run("explain", mail).out
    assert len(json.loads(run("case", "list", "--json").out)) == before


def test_a_database_of_another_version_stops_no_explanation(explain: Show, state: Path) -> None:
    state.mkdir()
    (state / "tipline.db").write_bytes(b"no database at all, but so long that it is no empty file")

    record = explain(CHILD)

    assert record["match"] is None
    assert "cannot be used" in record["match_unknown"]


@pytest.mark.parametrize(
    "options", [(), ("--open",), ("--reason", "x"), ("--open", "--reason", "")]
)
def test_a_stored_mail_is_opened_for_a_reason_only(
    run: Run, reference: str, options: tuple[str, ...]
) -> None:
    result = run("explain", reference, *options)

    assert (result.status, result.out) == (2, "")
    assert json.loads(run("report", "show", reference, "--json").out)["openings"] == []


def test_a_stored_report_is_read_again_and_the_look_is_on_record(
    run: Run, explain: Show, reference: str
) -> None:
    record = explain(reference, *OPEN)

    assert (record["report"], record["file"]) == (reference, None)
    assert "worries me" in record["text"]
    assert record["stored"]["text"] == record["text"]
    assert record["stored"]["accounts"][0]["handle"] == "bad_two"
    assert record["differs"] == []
    (case,) = record["stored"]["cases"]
    assert record["accounts"][0]["case"] == case["reference"]
    shown = json.loads(run("report", "show", reference, "--json").out)
    assert [(each["who"], each["why"]) for each in shown["openings"]] == [("anna", "a check")]
    history = json.loads(run("case", "show", case["reference"], "--json").out)["history"]
    assert (history[-1]["kind"], history[-1]["actor"]) == ("words_opened", "anna")
    assert history[-1]["details"] == {"report": reference, "why": "a check"}


def test_people_see_a_stored_report_with_what_was_stored(run: Run, reference: str) -> None:
    result = run("explain", reference.lower(), *OPEN)

    assert (result.status, result.err) == (0, "")
    assert "«https://chirper.example/bad_two»[1]" in result.out
    assert "Read otherwise today: nothing" in result.out
    assert "receipt   queued (ok)" in result.out


def test_what_is_read_otherwise_today_is_told(
    run: Run, explain: Show, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_PLATFORM__KEY", "birds")

    record = explain(reference, *OPEN)

    assert record["differs"] == [
        {
            "what": "account birds:bad_two",
            "stored": None,
            "today": "reported, profile_url, 0.95",
        },
        {
            "what": "account chirper:bad_two",
            "stored": "reported, profile_url, 0.95",
            "today": None,
        },
    ]
    assert "account birds:bad_two" in run("explain", reference, *OPEN).out


def test_of_a_case_each_report_is_explained(
    run: Run, explain: Show, reference: str, tmp_path: Path
) -> None:
    raw = (
        b"From: Ben <ben@mail.example>\nTo: cp@chirper.example\nMessage-ID: <9@mail.example>\n\n"
        b"@bad_two worries me as well.\n"
    )
    mail = tmp_path / "mail.eml"
    mail.write_bytes(raw)
    assert run("ingest", mail).status == 0
    (case,) = json.loads(run("report", "show", reference, "--json").out)["case_references"]

    first, second = explain(case, *OPEN)

    assert first["report"] == reference
    assert [each["subject"] for each in (first, second)] == ["please look at this account", ""]
    # Of a mail from an archive nobody waits for a receipt, and the transport said nothing.
    assert second["acknowledge"] == {"send": False, "reason": "archived"}
    history = json.loads(run("case", "show", case, "--json").out)["history"]
    assert [event["kind"] for event in history][-2:] == ["words_opened", "words_opened"]


@pytest.mark.parametrize("wrong", ["R-00000-00000", "C-00000-00000", "r-x", "C-é\x1b"])
def test_an_unknown_reference_names_the_nearest(run: Run, reference: str, wrong: str) -> None:
    result = run("explain", wrong, *OPEN)

    assert (result.status, result.out) == (1, "")
    assert "the nearest are" in result.err
    assert "\x1b" not in result.err
    assert json.loads(run("report", "show", reference, "--json").out)["openings"] == []


def test_without_a_database_no_reference_is_known(run: Run, state: Path) -> None:
    result = run("explain", "R-00000-00000", *OPEN)

    assert result.status == 1
    assert "nothing is kept" in result.err
    assert not state.exists()


def test_a_stored_mail_without_its_key_is_not_opened(run: Run, reference: str) -> None:
    places(load_settings()).sealing_key.unlink()

    result = run("explain", reference, *OPEN)

    assert (result.status, result.out) == (1, "")
    assert "the key" in result.err
    assert json.loads(run("report", "show", reference, "--json").out)["openings"] == []


def test_the_address_a_mail_came_to_and_its_least_severity_are_told(
    explain: Show, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_ADDRESSES__DEFAULTS__URGENT__ADDRESSES", "cp@chirper.example")
    monkeypatch.setenv("TIPLINE_ADDRESSES__DEFAULTS__URGENT__SEVERITY", "high")
    mail = tmp_path / "mail.eml"
    mail.write_text("From: a@mail.example\nTo: CP+web@chirper.example\n\n@name_1 worries me.\n")
    told = explain(mail)
    assert (told["severity"], told["address"]) == ("high", "cp@chirper.example")
    assert "came to: cp@chirper.example" in run("explain", mail).out
    mail.write_text("From: a@mail.example\nTo: x@chirper.example\n\n@name_1 worries me.\n")
    told = explain(mail)
    assert (told["severity"], told["address"]) == ("normal", None)
