"""Invented records, and a second process, for the store's tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.evidence import SealedBody
from store.inbox import NewMessage
from store.model import (
    AccountReference,
    Case,
    Door,
    Envelope,
    EventKind,
    InboundId,
    MailKind,
    MailTraits,
    OutboxKind,
    OutgoingMail,
    Report,
    ReportId,
    Severity,
)
from store.reports import NewReport
from store.unit_of_work import Store, UnitOfWork

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "reverse_path": "maria@mail.example",
        "recipients": ("cp@chirper.example",),
        "door": Door.SMTP,
        "received_at": NOW,
    }
    return Envelope(**values | changes)


def new_message(**changes: Any) -> NewMessage:
    values: dict[str, Any] = {
        "envelope": envelope(),
        "digest": "0" * 64,
        "size": 10,
        "body": SealedBody(inline=b"sealed"),
    }
    return NewMessage(**values | changes)


def add_messages(store: Store, count: int = 1, **changes: Any) -> list[InboundId]:
    with store.transaction() as work:
        numbers = work.inbox.add([new_message(**changes) for _ in range(count)])
        work.commit()
    return numbers


def add_report(work: UnitOfWork, **changes: Any) -> ReportId:
    (inbound_id,) = work.inbox.add([new_message()])
    values: dict[str, Any] = {
        "inbound_id": inbound_id,
        "reporter": "maria@mail.example",
        "received_at": NOW,
        "language": "en",
        "kind": MailKind.REPORT,
        "severity": Severity.NORMAL,
        "urgency": None,
        "message_id": "1@mail.example",
        "traits": MailTraits(reverse_path="maria@mail.example", headers=(("sender", "x"),)),
        "defects": ("a defect",),
        "words": b"sealed",
        "accounts": 1,
    }
    return work.reports.add(NewReport(**values | changes))


def report_in(store: Store, **changes: Any) -> Report:
    with store.transaction() as work:
        report = work.reports.get(add_report(work, **changes))
        work.commit()
    return report


def open_case(store: Store, handle: str | None = "Alex", **changes: Any) -> Case:
    """Open a case with one report and its first event."""
    with store.transaction() as work:
        account = work.accounts.add_or_complete(account_named(handle), NOW) if handle else None
        case_id = work.cases.open(account, changes.pop("severity", Severity.NORMAL), NOW)
        work.cases.add_report(case_id, add_report(work, **changes))
        work.history.append(case_id, EventKind.OPENED, actor="tipline", at=NOW, plan=True)
        case = work.cases.get(case_id)
        work.commit()
    return case


def account_named(handle: str, **fields: Any) -> AccountReference:
    return AccountReference(
        platform="chirper", handle=handle, folded_handle=handle.lower(), **fields
    )


def outgoing(key: str, kind: OutboxKind = OutboxKind.ALERT, **changes: Any) -> OutgoingMail:
    values: dict[str, Any] = {
        "kind": kind,
        "dedupe_key": key,
        "sender": "",
        "recipient": "anna@chirper.example",
        "subject": "neutral",
        "message_id": f"<{key}@tip.chirper.example>",
        "content": b"Subject: neutral\r\n\r\n",
    }
    return OutgoingMail(**values | changes)


def in_new_process(code: str, *arguments: Path | str, root: Path = ROOT) -> subprocess.Popen[str]:
    """Run a few lines of Python as another process, with the packages below ``root``."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> str:
    """Let a process that waits for a line go on to its end; gives what it printed."""
    output, _ = process.communicate("\n", timeout=20)
    return output.strip()


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Look again and again until ``condition`` holds; fail at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} seconds")
        time.sleep(0.005)
