"""Accepted mails and what becomes of them: a pipeline over a real store with real reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from ingest.accept import Arrival, write_down
from ingest.filing import Filing
from ingest.pipeline import Pipeline
from ingest.placing import ReplyTerms
from ingest.reading import ParsedMessage, ReadingRules, read_message, unreadable_message
from ingest.reading.first_look import look
from ingest.receptions import Receptions
from ingest.workers import ReadingPool
from store.evidence import Evidence
from store.model import (
    ORDINARY,
    Case,
    Door,
    Envelope,
    InboundId,
    InboundMessage,
    Report,
    Treatment,
)
from store.unit_of_work import Store

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KEY = b"k" * 32
RULES = ReadingRules()
PROFILE = "https://chirper.example/Alex_1"


def mail(text: str = f"This account worries me: {PROFILE}", **fields: str) -> bytes:
    """Write an invented mail; fields are header fields, ``_`` standing for ``-``."""
    message = EmailMessage()
    defaults = {
        "From": "Maria <maria@mail.example>",
        "To": "cp@chirper.example",
        "Subject": "please look",
        "Message_ID": "<1@mail.example>",
    }
    for name, value in (defaults | fields).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes().replace(b"\n", b"\r\n")


@dataclass
class Clock:
    """Shows the time it was set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Readers:
    """Reads in this process; told so, mails with a word in them count as unreadable."""

    unreadable: bytes | None = None
    seen: list[bytes] = field(default_factory=list)
    failure: Exception | None = None
    looked_at: int = 0

    def look_at(self, mails: Iterable[bytes], within: timedelta) -> list[bool]:
        del within
        if self.failure:
            raise self.failure
        looks = [bool(look(raw).urgency) for raw in mails]
        self.looked_at += len(looks)
        return looks

    def read_as_done(
        self, mails: Iterable[tuple[bytes, Envelope | None]]
    ) -> Iterator[list[tuple[int, ParsedMessage]]]:
        if self.failure:
            raise self.failure
        yield [(number, self._read(*one)) for number, one in enumerate(mails)]

    def _read(self, raw: bytes, envelope: Envelope | None) -> ParsedMessage:
        self.seen.append(raw)
        if self.unreadable and self.unreadable in raw:
            return unreadable_message(envelope, "could not be read: the reading process ended")
        return read_message(raw, envelope, RULES)


class Desk:
    """One pipeline and what it works on."""

    def __init__(
        self, store: Store, evidence: Evidence, readers: Readers | ReadingPool | None = None
    ) -> None:
        self.store = store
        self.evidence = evidence
        self.clock = Clock()
        self.terms = ReplyTerms(token_key=KEY)
        self.receptions = Receptions()
        self.readers: Any = readers or Readers()
        self.filed = 0
        self.pipeline = self.new_pipeline("here")

    def new_pipeline(self, owner: str, evidence: Evidence | None = None) -> Pipeline:
        evidence = evidence or self.evidence
        return Pipeline(
            store=self.store,
            evidence=evidence,
            readers=self.readers,
            filing=Filing(evidence, "chirper", self.terms, self.receptions),
            clock=self.clock,
            owner=owner,
            on_filed=self._note,
        )

    def _note(self) -> None:
        self.filed += 1

    def accept(
        self,
        raw: bytes,
        sender: str = "maria@mail.example",
        treatment: Treatment = ORDINARY,
        **envelope: Any,
    ) -> InboundId:
        values: dict[str, Any] = {
            "reverse_path": sender,
            "recipients": ("cp@chirper.example",),
            "door": Door.SMTP,
            "received_at": self.clock(),
        }
        seen = Envelope(**values | envelope)
        arrival = Arrival(envelope=seen, raw=raw, treatment=treatment)
        (number,) = write_down(self.store, self.evidence, [arrival])
        return number

    def file(
        self, raw: bytes, sender: str = "maria@mail.example", **envelope: Any
    ) -> InboundMessage:
        """Accept a mail, work off the inbox and tell what became of it."""
        number = self.accept(raw, sender, **envelope)
        self.pipeline.step()
        return self.message(number)

    def message(self, number: InboundId) -> InboundMessage:
        with self.store.snapshot() as work:
            return work.inbox.get(number)

    def cases(self) -> list[Case]:
        """List the cases, oldest first."""
        with self.store.snapshot() as work:
            return sorted(work.cases.listing(), key=lambda case: case.id)

    def case(self) -> Case:
        """Give the only case there is."""
        (case,) = self.cases()
        return case

    def reports(self) -> list[Report]:
        """List the reports, oldest first."""
        with self.store.snapshot() as work:
            return list(reversed(work.reports.listing()))

    def events(self, case: Case) -> list[str]:
        with self.store.snapshot() as work:
            return [event.kind.value for event in work.history.of_case(case.id)]

    def planned(self) -> list[str]:
        """List the kinds of the events that wait for the notifier."""
        with self.store.snapshot() as work:
            return [event.kind.value for event in work.history.unplanned(limit=100)]
