"""Digests and handover mails: what is open, taken and overdue, for one person in one mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier.compose import Composer, Posting, outgoing
from notifier.letters import moment_text
from notifier.local_time import time_zone
from notifier.rota import Person, Shift
from notifier.summaries import Reader, case_values
from store.model import OutboxKind, OutgoingMail
from store.overviews import Listed, Overview


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """A change of shift in a rota: who comes, and who goes if that is known."""

    rota: str
    comes: Person
    shift: Shift
    goes: Person | None = None


def reader_of(person: Person) -> Reader:
    """Tell how mails to a person are written."""
    return Reader(take_as=person.key, zone=time_zone(person.time_zone), languages=person.languages)


def write_digest(
    composer: Composer, person: Person, overview: Overview, posting: Posting
) -> OutgoingMail:
    """Write what there is to do, for somebody who asked for it at this time of day."""
    values = digest_values(overview, reader_of(person), posting.at)
    return _written(composer, "digest", person, values, posting)


def write_handover(
    composer: Composer, handover: Handover, overview: Overview, posting: Posting
) -> OutgoingMail:
    """Write to whoever comes on duty what there is to do, and who had it before."""
    values = handover_values(handover, overview, posting.at)
    return _written(composer, "handover", handover.comes, values, posting)


def write_relief(
    composer: Composer, handover: Handover, goes: Person, held: Listed, posting: Posting
) -> OutgoingMail:
    """Write to whoever goes off duty who has come, and which cases are still theirs."""
    values = relief_values(handover, goes, held, posting.at)
    return _written(composer, "relief", goes, values, posting)


def digest_values(overview: Overview, reader: Reader, now: datetime) -> dict[str, Any]:
    """Give what the template of a digest may use."""
    return {
        "overdue": _listed_values(overview.overdue, now),
        "open": _listed_values(overview.open, now),
        "taken": _listed_values(overview.taken, now),
        "at": moment_text(now, reader.zone),
        "take_as": reader.take_as,
    }


def handover_values(handover: Handover, overview: Overview, now: datetime) -> dict[str, Any]:
    """Give what the template of a handover mail may use."""
    reader = reader_of(handover.comes)
    return digest_values(overview, reader, now) | {
        "rota": handover.rota,
        "until": moment_text(handover.shift.ends_at, reader.zone),
        "before": handover.goes.name if handover.goes else None,
    }


def relief_values(handover: Handover, goes: Person, held: Listed, now: datetime) -> dict[str, Any]:
    """Give what the template of a mail to whoever goes may use."""
    return {
        "rota": handover.rota,
        "comes": handover.comes.name,
        "held": _listed_values(held, now),
        "take_as": goes.key,
    }


def _listed_values(listed: Listed, now: datetime) -> dict[str, Any]:
    cases = tuple(case_values(case, now) for case in listed.first)
    return {"count": listed.count, "cases": cases, "more": listed.count - len(cases)}


def _written(
    composer: Composer, name: str, person: Person, values: dict[str, Any], posting: Posting
) -> OutgoingMail:
    letter = composer.letters.write(name, person.languages, values)
    mail = composer.mail(letter, posting, "auto-generated")
    return outgoing(OutboxKind.OVERVIEW, mail, letter, posting)
