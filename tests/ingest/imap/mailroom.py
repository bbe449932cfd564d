"""A mailbox on a real server, and what looks after it, for a test."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.imap.login import Login, PasswordLogin
from ingest.imap.pauses import Pauses
from ingest.imap.rounds import Rounds
from ingest.imap.settings import MailboxSettings, Security
from store.evidence import Evidence
from store.model import InboundMessage, MailboxState
from store.unit_of_work import Store
from tests.servers.dovecot import PASSWORD, Dovecot

_numbers = itertools.count(1)


def a_user() -> str:
    return f"user{next(_numbers)}"


def mail(number: int | str = 1, text: str = "this account worries me", more: str = "") -> bytes:
    """Write a mail as a server keeps it."""
    content = (
        "Return-Path: <mia@mail.example>\n"
        "Received: from mail.example by mx.chirper.example; Sun, 22 Nov 2026 10:00:00 +0000\n"
        f"Message-ID: <{number}@mail.example>\n"
        "From: Mia <mia@mail.example>\n"
        "To: cp@chirper.example\n"
        f"Subject: please look {number}\n"
        "Date: Sun, 22 Nov 2026 10:00:00 +0000\n"
        f"{more}\n"
        f"{text}: https://chirper.example/handle_{number}\n"
    )
    return content.replace("\n", "\r\n").encode()


class Time:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Mailroom:
    """One user's mailbox and the rounds over it."""

    def __init__(  # noqa: PLR0913 - what a test may choose
        self,
        server: Dovecot,
        store: Store,
        evidence: Evidence,
        user: str | None = None,
        password: str = PASSWORD,
        *,
        login: Login | None = None,
        **settings: Any,
    ) -> None:
        self.server = server
        self.store = store
        self.evidence = evidence
        self.user = user or a_user()
        self.clock = Time()
        self.taken = 0
        plain = {"host": "127.0.0.1", "port": server.port, "security": Security.NONE}
        quick = {"timeout": timedelta(seconds=10), "poll_every": timedelta(milliseconds=50)}
        values = {"idle": False, **quick, **plain, **settings}
        self.settings = MailboxSettings(name=f"box-{self.user}", username=self.user, **values)
        self.password = password
        self.login = login or PasswordLogin(self.user, lambda: self.password)
        self.rounds = self._new_rounds()

    def _new_rounds(self) -> Rounds:
        return Rounds(
            settings=self.settings,
            login=self.login,
            store=self.store,
            evidence=self.evidence,
            clock=self.clock,
            on_taken=self._taken,
            pauses=Pauses(longest=timedelta(seconds=2)),
        )

    def _taken(self) -> None:
        self.taken += 1

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        self.server.put(self.user, *mails, folder=folder)

    def work(self) -> None:
        """Go round until there is nothing to do for now."""
        while self.rounds.step():
            pass

    def restart(self) -> None:
        """Begin anew, as another process would, and go round once."""
        self.rounds.close()
        self.rounds = self._new_rounds()
        self.work()

    def until(self, happened: Callable[[], bool], steps: int = 200) -> None:
        """Go on over faults, each pause cut short, until something has happened."""
        for _ in range(steps):
            if happened():
                return
            if not self.rounds.step():
                self.clock.forward(seconds=5)
                time.sleep(0.02)
        raise AssertionError(f"not within {steps} steps: {self.state()}")

    def inbox(self) -> list[InboundMessage]:
        with self.store.snapshot() as work:
            return work.inbox.listing()

    def contents(self) -> list[bytes]:
        """Give the mails as they were taken in, oldest first."""
        with self.store.snapshot() as work:
            bodies = [work.inbox.body(message.id) for message in reversed(work.inbox.listing())]
        return [self.evidence.open_body(body) for body in bodies]

    def state(self) -> MailboxState | None:
        with self.store.snapshot() as work:
            return work.mailboxes.state(self.settings.name)

    def there(self, folder: str = "INBOX") -> list[bytes]:
        return self.server.mails(self.user, folder)
