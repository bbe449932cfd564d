"""Acting by mail on the running program: the alert, the answer from a phone, and what follows."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.end_to_end.daemon import Daemon, wait_until
from tests.end_to_end.test_whole_path import CONFIG, REPORT, sent, the_case
from tests.scoring.entry import Entry
from tests.scoring.forms import render

pytestmark = pytest.mark.slow

# Early and Late are told at once, and nobody else for an hour.
SLOW = CONFIG + "".join(
    f'{name}.repeat = "1h"\n'
    f'{name}.steps = [{{ after = "0s", notify = ["person:early", "person:late"] }}]\n'
    for name in ("low", "normal", "high", "critical")
)
EARLY, LATE, EVE = "early@chirper.example", "late@chirper.example", "eve@mail.example"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path, SLOW) as daemon:
        daemon.mail(REPORT.format("heron"))
        wait_until(lambda: bool(sent(daemon, EARLY) and sent(daemon, LATE)), 15, "both alerts")
        yield daemon


def alert_to(daemon: Daemon, recipient: str) -> EmailMessage:
    return next(mail for mail in sent(daemon, recipient) if mail["Subject"].startswith("P"))


def links(alert: EmailMessage) -> dict[str, str]:
    """Give the links of an alert by what they do."""
    text = alert.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    found = [line.strip() for line in text.splitlines() if line.startswith("mailto:")]
    return {parse_qs(urlsplit(link).query)["body"][0]: link for link in found}


def send(daemon: Daemon, raw: bytes, sender: str, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", daemon.port, timeout=30) as client:
        client.sendmail(sender, [recipient], raw)


def tap(daemon: Daemon, link: str, sender: str = EARLY, **fields: str) -> None:
    """Send the mail that a link opens, as a phone does with its signature below."""
    target = urlsplit(link)
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    mail = EmailMessage()
    defaults = {"From": sender, "To": target.path, "Subject": asked["subject"]}
    for name, value in (defaults | fields).items():
        mail[name.replace("_", "-")] = value
    mail["Message-ID"] = f"<{time.monotonic_ns()}@phone.example>"
    mail.set_content(f"{asked['body']}\r\n\r\nSent from my iPhone\r\n")
    send(daemon, mail.as_bytes(), sender, target.path)


def answer(daemon: Daemon, client: str, words: str, **changes: Any) -> None:
    """Answer Early's alert as a real program does: words on top, the alert quoted below."""
    alert = alert_to(daemon, EARLY)
    fields = {
        "name": "answer",
        "client": client,
        "from": f"Early <{EARLY}>",
        "subject": f"Re: {alert['Subject']}",
        "words": words,
        "footer": True,
        "quoted": alert.get_body(("plain",)).get_content(),  # type: ignore[union-attr]  # it has one
        "quoted_from": f"Child Protection <{alert['Reply-To']}>",
        "headers": {
            "In-Reply-To": alert["Message-ID"],
            "References": f"{alert['References']} {alert['Message-ID']}",
            "Message-ID": f"<{time.monotonic_ns()}@phone.example>",
        },
    }
    raw = render(Entry.model_validate(fields | changes)).raw
    send(daemon, raw, EARLY, str(alert["Reply-To"]))


def case(daemon: Daemon) -> dict[str, Any]:
    shown: dict[str, Any] = daemon.json("case", "show", the_case(daemon))
    return shown


def notices(daemon: Daemon, recipient: str) -> list[EmailMessage]:
    return [mail for mail in sent(daemon, recipient) if not mail["Subject"].startswith("P")]


def refusals(daemon: Daemon) -> list[str]:
    events = case(daemon)["history"]
    return [e["details"]["reason"] for e in events if e["kind"] == "command_refused"]


def test_one_tap_takes_the_case_and_everybody_knows(daemon: Daemon) -> None:
    tap(daemon, links(alert_to(daemon, EARLY))["take"])
    wait_until(lambda: case(daemon)["state"] == "taken", 15, "the case to be taken")
    assert case(daemon)["taken_by"] == "early"
    wait_until(lambda: bool(notices(daemon, EARLY) and notices(daemon, LATE)), 15, "the notices")
    (done,), (told,) = notices(daemon, EARLY), notices(daemon, LATE)
    assert done["Subject"].startswith(f"OK {the_case(daemon)} yours until")
    assert done["Auto-Submitted"] == "auto-replied"
    assert told["Subject"] == f"{the_case(daemon)} taken by Early"
    assert "canary" not in done.as_string() + told.as_string()

    # The same again does nothing and says so; a reply to the confirmation gives it back.
    tap(daemon, links(alert_to(daemon, EARLY))["take"])
    wait_until(lambda: len(notices(daemon, EARLY)) == 2, 15, "the answer to the second tap")
    assert refusals(daemon) == ["repeated"]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = EARLY, done["Reply-To"], f"Re: {done['Subject']}"
    mail["Message-ID"] = "<release@phone.example>"
    mail.set_content("Release.\n")
    send(daemon, mail.as_bytes(), EARLY, str(done["Reply-To"]))
    wait_until(lambda: case(daemon)["state"] == "open", 15, "the case to be given back")


def test_an_answer_from_each_real_program_is_done(daemon: Daemon) -> None:
    done: list[str] = []
    for client in ("gmail_app", "iphone", "outlook", "samsung"):
        done.append(client)
        answer(daemon, client, "Snooze 2\u00a0h.")
        wait_until(lambda: len(notices(daemon, EARLY)) == len(done), 15, f"all of {done}")
        snoozed = [event for event in case(daemon)["history"] if event["kind"] == "snoozed"]
        assert [event["actor"] for event in snoozed] == ["early"] * len(done)


def test_a_note_by_mail_stands_in_the_history_and_nowhere_else(daemon: Daemon) -> None:
    answer(daemon, "iphone", "Note noteword: spoke to the school")
    wait_until(lambda: bool(notices(daemon, EARLY)), 15, "the confirmation")
    note = case(daemon)["history"][-1]
    assert (note["kind"], note["details"]) == ("note", {"text": "noteword: spoke to the school"})
    outgoing = (daemon.state / "outgoing" / "new").glob("*")
    assert [path for path in outgoing if b"noteword" in path.read_bytes()] == []


def test_wrong_mails_do_nothing_and_strangers_hear_nothing(daemon: Daemon) -> None:
    take = links(alert_to(daemon, EARLY))["take"]
    tap(daemon, take, EVE)
    tap(daemon, take, LATE)
    tap(daemon, take, Subject="Fwd: take")
    tap(daemon, take, Auto_Submitted="auto-replied")
    answer(daemon, "outlook", "I will look at it in the morning")
    answer(daemon, "outlook", "close no_violation")
    expected = [
        *("unknown_sender", "other_person", "forwarded", "automatic"),
        *("not_understood", "not_allowed"),
    ]
    wait_until(lambda: len(refusals(daemon)) == len(expected), 20, "all to be refused")
    assert sorted(refusals(daemon)) == sorted(expected)
    assert case(daemon)["state"] == "open"
    wait_until(lambda: len(notices(daemon, EARLY)) == 3, 15, "the answers")
    assert len(notices(daemon, LATE)) == 1
    assert sent(daemon, EVE) == []
    (reported,) = daemon.json("report", "list")
    assert reported["case_references"] == [the_case(daemon)]
    reasons = [message["reason"] for message in daemon.json("inbox", "list")]
    assert sum("refused: " in reason for reason in reasons) == len(expected)


def _refused_so_often(daemon: Daemon, times: int) -> bool:
    return len(refusals(daemon)) == times


def test_a_responder_that_answers_our_answers_is_answered_once(daemon: Daemon) -> None:
    """Play a program that answers each of our mails, and marks itself by nothing."""
    for rounds in range(1, 5):
        answer(daemon, "plain", "Thank you for your mail.")
        wait_until(partial(_refused_so_often, daemon, rounds), 15, "a refusal")
    assert len(notices(daemon, EARLY)) == 1


def test_a_kill_between_the_mail_and_the_step_loses_and_repeats_nothing(daemon: Daemon) -> None:
    tap(daemon, links(alert_to(daemon, EARLY))["escalate"])
    daemon.kill()
    daemon.start()
    wait_until(lambda: bool(notices(daemon, EARLY)), 20, "the confirmation")
    time.sleep(1.5)
    kinds = [event["kind"] for event in case(daemon)["history"]]
    assert kinds.count("escalated") == 1
    assert len(notices(daemon, EARLY)) == 1
