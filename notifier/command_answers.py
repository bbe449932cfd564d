"""Answers to mails of the people on duty: what was done, or why nothing was.

They go to the address a mail came from, which is one of the person's own, and to nobody else.
Whoever has shown no right to a case gets no address by which to act on it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from notifier.actions import Actions
from notifier.addresses import folded_domain
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.letters import span_text
from notifier.permission import Asked, Refusal
from notifier.promises import Promises, deadline
from notifier.rota import Person, time_zone
from notifier.staff_notices import Answered, NoticeFacts, NoticeKind, write_notice
from store.model import Case, OutboxKind, StaffAction
from store.unit_of_work import UnitOfWork

_WITHOUT_RIGHT: Final = frozenset(
    {
        Refusal.UNAUTHENTICATED,
        Refusal.UNCONFIRMED,
        Refusal.FORWARDED,
        Refusal.OTHER_PERSON,
        Refusal.NO_TOKEN,
    },
)


class CommandAnswers:
    """Queues these answers, within the caller's transaction."""

    def __init__(
        self, composer: Composer, directory: Directory, actions: Actions, promises: Promises
    ) -> None:
        self._composer = composer
        self._directory = directory
        self._actions = actions
        self._promises = promises

    def done(
        self, work: UnitOfWork, asked: Asked, action: StaffAction, case: Case, now: datetime
    ) -> None:
        """Confirm what was done; ``case`` is as it is afterwards."""
        person = _of(asked)
        facts = self._facts(NoticeKind.DONE, action.value, asked, case, person)
        facts = replace(facts, deadline=deadline(work, case, self._promises))
        self._queue(work, asked, facts, person, f"command:{asked.command.inbound_id}", now)

    def refused(self, work: UnitOfWork, asked: Asked, why: Refusal, now: datetime) -> None:
        """Tell a configured person how to do it right; strangers and machines nothing.

        Once an hour for each reason: whatever answers this mail by itself ends there.
        """
        if asked.person is None or not why.is_answered:
            return
        if why is Refusal.UNCONFIRMED:
            self._ask_to_confirm(work, asked, now)
            return
        person, command = asked.person, asked.command
        facts = self._facts(NoticeKind.REFUSED, why.value, asked, asked.case, person)
        hour = now.strftime("%Y-%m-%dT%H")
        key = f"refused:{person.key[:80]}:{command.case_id}:{why.value}:{hour}"
        self._queue(work, asked, facts, person, key, now)

    def _ask_to_confirm(self, work: UnitOfWork, asked: Asked, now: datetime) -> None:
        """Send a link to the person's own address, once in ten minutes for each thing to do."""
        person, case, action = _of(asked), asked.case, asked.action
        if case is None or action is None:
            raise AssertionError("unreachable")
        found = self._actions.confirmation(case.reference, person, asked.command, action, now)
        facts = self._facts(NoticeKind.REFUSED, Refusal.UNCONFIRMED.value, asked, case, person)
        facts = replace(facts, confirm=found.link if found else None)
        ten_minutes = int(now.timestamp() // 600)
        key = f"unconfirmed:{person.key[:80]}:{case.id}:{action.value}:{ten_minutes}"
        reply_to = found.reply_to if found else None
        self._queue(work, asked, facts, person, key, now, reply_to)

    def _facts(
        self, kind: NoticeKind, what: str, asked: Asked, case: Case | None, person: Person
    ) -> NoticeFacts:
        rules = asked.rules
        reference = case.reference if case else (asked.token.case if asked.token else "")
        holder = self._directory.people.get(case.taken_by or "") if case else None
        return NoticeFacts(
            kind=kind,
            what=what,
            reference=reference,
            case=case,
            by=holder.name if holder else (case.taken_by if case else None),
            until=case.taken_until or case.next_alert_at if case else None,
            next_at=case.next_alert_at if case else None,
            action=asked.action,
            allowed=tuple(action for action in StaffAction if action in rules.allowed),
            valid_hours=int(rules.valid_for.total_seconds() // 3600),
            longest=span_text(rules.longest_snooze),
            take_as=person.key,
            zone=time_zone(person.time_zone),
            languages=person.languages,
        )

    def _queue(  # noqa: PLR0913, PLR0917 - an answer has this many facts
        self,
        work: UnitOfWork,
        asked: Asked,
        facts: NoticeFacts,
        person: Person,
        key: str,
        now: datetime,
        reply_to: str | None = None,
    ) -> None:
        came_from = folded(asked.command.sender or "")
        address = next((own for own in person.addresses if folded(own) == came_from), None)
        recipient = address or person.address
        posting = self._composer.posting(OutboxKind.STAFF_NOTICE, recipient, key[:255], now)
        has_right = facts.case is not None and facts.what not in _WITHOUT_RIGHT
        if has_right and reply_to is None:
            links = self._actions.links(facts.reference, person, now)
            reply_to = links.reply_to if links else None
        answered = Answered(traits=asked.command.traits, reply_to=reply_to)
        work.outbox.queue(write_notice(self._composer, facts, posting, answered), now)


def folded(address: str) -> str:
    """Fold an address for comparison, its tag included: a tag may be another person's."""
    local_part, at, domain = address.strip().rpartition("@")
    return f"{local_part.lower()}{at}{folded_domain(domain)}"


def _of(asked: Asked) -> Person:
    if asked.person is None:
        raise AssertionError("unreachable")
    return asked.person
