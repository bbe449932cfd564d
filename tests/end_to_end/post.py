"""The mail system of a small world: hands mails on to daemons, and to people's programs."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.end_to_end.daemon import free_port

DELIVERY_REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example>
To: {path}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=part

--part
Content-Type: text/plain

<{recipient}>: 550 5.1.1 unknown user

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--part--
"""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail on its way, and its envelope."""

    path: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail


Program = Callable[[Letter, int], Letter | None]
"""What answers mails to an address; gets the number of the mail and may stay silent."""


@dataclass
class Post:
    """Listens on a free loopback port. ``mailboxes`` are the ports of daemons by their address."""

    mailboxes: dict[str, int] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    seen: list[Letter] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._under_way: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's hook
        del server, session
        content = envelope.original_content or b""
        path = str(envelope.mail_from or "").strip("<>")
        letter = Letter(path=path, recipient=envelope.rcpt_tos[0], content=content)
        task = asyncio.create_task(asyncio.to_thread(self.carry, letter))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return "250 OK"

    def is_busy(self) -> bool:
        """Tell whether a mail is being carried at this moment."""
        return bool(self._under_way)

    def carry(self, letter: Letter) -> None:
        """Bring a mail to where it goes, and what its reader's program answers."""
        self.seen.append(letter)
        number = len(self.seen)
        local, _, domain = letter.recipient.partition("@")
        port = self.mailboxes.get(f"{local.partition('+')[0]}@{domain}")
        if port is not None:
            self._hand_over(letter, port)
        elif program := self.programs.get(letter.recipient):
            answer = program(letter, number)
            if answer:
                self.carry(answer)

    def _hand_over(self, letter: Letter, port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.ehlo()
            client.mail(letter.path)
            code, text = client.rcpt(letter.recipient)
            if code != 250:
                self.refused.append(f"{letter.recipient}: {text.decode()}")
                return
            client.data(letter.content)

    def to(self, address: str) -> list[Letter]:
        """Give the mails that went to an address, without those a daemon tries itself by."""
        return [
            letter
            for letter in list(self.seen)
            if letter.recipient == address and b"\nMessage-ID: <canary." not in letter.content
        ]


def give_back(letter: Letter, number: int) -> Letter | None:
    """Be a mail server that knows no such person."""
    if not letter.path:
        return None
    text = DELIVERY_REPORT.format(path=letter.path, recipient=letter.recipient, number=number)
    return Letter(path="", recipient=letter.path, content=text.encode().replace(b"\n", b"\r\n"))


def answering(to: str, *, marked: bool) -> Program:
    """Be a program that answers every mail, to the ``path``, to ``reply-to`` or to ``from``.

    One that marks nothing as automatic answers other programs, too, without end.
    """

    def answer(letter: Letter, number: int) -> Letter | None:
        mail = letter.mail
        field_name = {"reply-to": "Reply-To", "from": "From"}.get(to)
        value = str(mail[field_name] or mail["From"]) if field_name else letter.path
        recipient = value.rpartition("<")[2].rstrip(">")
        if not recipient or (marked and mail["Auto-Submitted"] not in {None, "no"}):
            return None
        note = EmailMessage(policy=policy.SMTP)
        note["From"] = letter.recipient
        note["To"] = recipient
        note["Subject"] = f"Re: {mail['Subject']}"
        note["Message-ID"] = f"<{number}@{letter.recipient.partition('@')[2]}>"
        note["In-Reply-To"] = mail["Message-ID"]
        if marked:
            note["Auto-Submitted"] = "auto-replied"
        note.set_content("I will read your mail when I am back.")
        return Letter(path=letter.recipient, recipient=recipient, content=note.as_bytes())

    return answer
