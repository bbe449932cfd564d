"""The story of tipline in under a minute, on a clock that runs 200 times as fast.

Starts the real daemon in a temporary folder, mails it as the public would, lets nobody react to the
first alert, then takes the case. Everything shown was really sent and stored; nothing leaves
this machine, and the folder is removed at the end.
"""

from __future__ import annotations

import asyncio
import smtplib
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from notifier.commands import take
from store.model import Case, OutboxKind, OutboxMessage, utc_now
from store.states import InboxState
from store.unit_of_work import Store, open_store
from tipline.daemon import serve
from tipline.logs import set_up_logs
from tipline.settings import Settings, load_settings

# One second of the demo is so many seconds of the story.
SPEED: Final = 400
# How long, in real seconds, anything in the story may take to happen.
PATIENCE: Final = 25.0
LOOK_EVERY: Final = 0.05

PLAIN: Final = """\
From: Alex Writer <alex@example.org>
To: cp@chirper.example
Subject: An account that worries me
Message-ID: <demo-1@example.org>

Hello,
I am worried about this account: https://chirper.example/quiet_heron7
Please have a look at it.
"""
SECOND: Final = """\
From: Kim Schreiber <kim@example.net>
To: cp@chirper.example
Subject: Sorge wegen eines Kontos
Message-ID: <demo-2@example.net>
Content-Type: text/plain; charset=utf-8

Guten Tag, dieses Konto macht mir Sorgen: @quiet_heron7
Bitte schauen Sie es sich an. Danke für Ihre Mühe!
"""
OUT_OF_OFFICE: Final = """\
From: Sam Away <sam@example.com>
To: cp@chirper.example
Subject: Automatic reply: out of the office
Message-ID: <demo-3@example.com>
Auto-Submitted: auto-replied

I am out of the office until Monday.
"""
MALFORMED: Final = """\
From: "Robin <robin@example.org
Subject: =?utf-9?Q?caf=E9
Content-Type: multipart/mixed; boundary="never

--nev
please look at this account, I do not know how to say it
"""


class FastClock:
    """Time that begins now and passes ``speed`` times as fast."""

    def __init__(self, speed: int) -> None:
        self._speed = speed
        self._began_at = utc_now()
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        """Tell the time of the story."""
        return self._began_at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)


def main() -> int:
    """Tell the story; gives the exit status."""
    set_up_logs("error", "console")
    with tempfile.TemporaryDirectory(prefix="tipline-demo-") as folder:
        return asyncio.run(_tell(_settings(Path(folder)), Console(highlight=False)))


def _settings(folder: Path) -> Settings:
    settings = load_settings()
    smtp = settings.smtp.model_copy(update={"port": 0})
    return settings.model_copy(update={"state_dir": folder, "smtp": smtp})


async def _tell(settings: Settings, console: Console) -> int:
    clock, stopping = FastClock(SPEED), asyncio.Event()
    port: asyncio.Queue[int] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(settings, clock, stopping, port.put_nowait))
        story = _Story(open_store(settings.state_dir), clock, console, await port.get())
        try:
            await asyncio.to_thread(story.tell, settings.cases.take_for)
        finally:
            stopping.set()
    return 0


class _Story:
    """Mails the daemon and shows what it did."""

    def __init__(self, store: Store, clock: FastClock, console: Console, port: int) -> None:
        self._store = store
        self._clock = clock
        self._console = console
        self._port = port
        self._shown: set[int] = set()

    def tell(self, take_for: timedelta) -> None:
        """Tell it from the first mail to the case's history."""
        self._say(f"tipline listens on 127.0.0.1 port {self._port}; one second is {SPEED} seconds.")
        self._say("1. Somebody writes to cp@chirper.example about an account.")
        self._mail("alex@example.org", PLAIN)
        self._show("The receipt, within a second", OutboxKind.ACKNOWLEDGEMENT)
        self._show("Step 1: the alert to the person on duty", OutboxKind.ALERT)

        self._say("2. Another person reports the same account, in German: it joins the case.")
        self._mail("kim@example.net", SECOND)
        self._show("Their receipt", OutboxKind.ACKNOWLEDGEMENT)

        self._say("3. An out-of-office reply comes in: kept and recorded, never answered.")
        self._mail("sam@example.com", OUT_OF_OFFICE)
        self._say("4. A malformed mail comes in: a case for a person all the same.")
        self._mail("robin@example.org", MALFORMED)
        self._show_inbox()

        self._say("5. Nobody takes the first case. An hour later:")
        case = self._first_case()
        self._show("Step 2, because nobody took it", OutboxKind.ALERT, case)
        take(self._store, case.reference, "duty", take_for, self._clock)
        self._say(f"6. The officer on duty takes it: tipline case take {case.reference}")
        self._show_history(self._first_case())

    def _say(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/bold]")

    def _mail(self, sender: str, text: str) -> None:
        with smtplib.SMTP("127.0.0.1", self._port, timeout=PATIENCE) as client:
            content = text.replace("\n", "\r\n").encode()
            client.sendmail(sender, ["cp@chirper.example"], content)
        self._console.print("   250 Accepted: it is on disk, sealed.", style="dim")
        self._wait(lambda: self._waiting() == 0, "a mail was not worked on")

    def _waiting(self) -> int:
        with self._store.snapshot() as work:
            return work.inbox.count(InboxState.RECEIVED)

    def _show(self, title: str, kind: OutboxKind, case: Case | None = None) -> None:
        found: list[OutboxMessage] = []

        def arrived() -> bool:
            found[:] = self._new(kind, case)
            return bool(found)

        self._wait(arrived, f"no {kind} was sent")
        message = found[0]
        self._shown.add(message.id)
        self._console.print(
            Panel(Text(_as_read(message)), title=title, title_align="left", width=100)
        )

    def _new(self, kind: OutboxKind, case: Case | None) -> list[OutboxMessage]:
        with self._store.snapshot() as work:
            messages = reversed(work.outbox.listing())
            # A summary tells of several cases.
            of_case = {alert.outbox_id for alert in work.alerts.of_case(case.id)} if case else set()
        return [
            message
            for message in messages
            if message.mail.kind is kind
            and message.id not in self._shown
            and (case is None or message.id in of_case)
        ]

    def _first_case(self) -> Case:
        with self._store.snapshot() as work:
            return min(work.cases.listing(), key=lambda case: case.id)

    def _show_inbox(self) -> None:
        with self._store.snapshot() as work:
            for message in reversed(work.inbox.listing()):
                self._console.print(f"   {message.id}  {message.state:9} {message.kind}")
                self._console.print(f"      {message.reason}", style="dim")
            for report in reversed(work.reports.listing()):
                receipt = f"{report.acknowledgement} ({report.acknowledgement_reason})"
                self._console.print(f"   {report.reference}  receipt {receipt}")

    def _show_history(self, case: Case) -> None:
        handle = case.account.handle if case.account else None
        self._console.print(
            f"   {case.reference}: {case.state} by {case.taken_by}, @{handle}, "
            f"{case.reports} reports, {case.reporters} reporters",
        )
        with self._store.snapshot() as work:
            for event in work.history.of_case(case.id):
                self._console.print(f"   {event.at:%H:%M:%S}  {event.kind:18} {event.actor}")

    def _wait(self, happened: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(otherwise)
            time.sleep(LOOK_EVERY)


def _as_read(message: OutboxMessage) -> str:
    """Show a mail as its reader sees it: a few header fields and the text."""
    mail = message_from_bytes(message.mail.content, policy=policy.default)
    names = ("From", "To", "Subject", "Auto-Submitted")
    head = "\n".join(f"{name}: {mail[name]}" for name in names)
    text = mail.get_body(("plain",))
    return f"{head}\n\n{text.get_content().strip() if text else ''}"
