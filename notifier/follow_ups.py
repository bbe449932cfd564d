"""Tells staff that a reporter has written again about a case that keeps quiet for now.

Whoever has taken a case is told, at once; of a case that alerts soon by itself, the next alert is
enough. However often a reporter writes, one address gets at most one such mail at the beginning
of each ten minutes and one at their end. The mail holds none of the reporter's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from notifier.compose import Composer, Posting, outgoing
from notifier.directory import Directory, Recipient
from notifier.duty import present
from notifier.escalations import ACTOR, policy_for
from notifier.letters import FALLBACK_LANGUAGE, moment_text
from notifier.policy import from_snapshot
from notifier.rota import time_zone
from store.model import Case, CaseEvent, EventKind, OutboxId, OutboxKind, OutgoingMail
from store.states import CaseState, EscalationState
from store.unit_of_work import UnitOfWork

SOON: Final = timedelta(minutes=15)
"""When an alert follows within this time, it tells of the reply as well."""
WINDOW: Final = timedelta(minutes=10)

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The references of a reply and of the report that it answers."""

    report: str
    answers: str | None = None


class FollowUps:
    """Queues mails about replies, within the caller's transaction."""

    def __init__(self, composer: Composer, directory: Directory) -> None:
        self._composer = composer
        self._directory = directory

    def tell(self, work: UnitOfWork, case: Case, event: CaseEvent, now: datetime) -> bool:
        """Tell whoever has the case, or those told last, of one reply; False when alerts do."""
        if _alerts_soon(work, case, now):
            return False
        recipients = self._recipients(work, case, now)
        reply = _reply(work, event)
        for recipient in recipients:
            self._queue(work, case, reply, recipient, now)
        work.history.append(
            case.id,
            EventKind.FOLLOW_UP_QUEUED,
            actor=ACTOR,
            at=now,
            details={"report": reply.report, "addresses": len(recipients)},
        )
        _log.info("follow_up.queued", case=case.reference, addresses=len(recipients))
        return True

    def tell_fallback(self, work: UnitOfWork, case: Case, event: CaseEvent, now: datetime) -> bool:
        """Tell the fallback address of a reply, in the place of somebody who did not get the mail.

        When it is the fallback address itself, nobody is left to be told by mail.
        """
        fallback = self._directory.fallback
        failed = work.outbox.get(OutboxId(int(event.details["message"])))
        if failed.mail.recipient.lower() == fallback.lower():
            _log.error("follow_up.undeliverable", case=case.reference, message=failed.id)
            return False
        replies = [
            each
            for each in work.history.of_case(case.id)
            if each.kind is EventKind.REPLY_RECEIVED and each.at <= failed.created_at
        ]
        if not replies:
            return False
        recipient = Recipient(address=fallback)
        self._queue(work, case, _reply(work, replies[-1]), recipient, now)
        _log.warning("follow_up.passed_on", case=case.reference, message=failed.id)
        return True

    def _recipients(self, work: UnitOfWork, case: Case, now: datetime) -> tuple[Recipient, ...]:
        """Give the holder, if they are a configured person; else those the last alert went to."""
        holder = self._directory.people.get((case.taken_by or "").lower())
        if holder:
            return (Recipient(address=holder.address, person=holder),)
        escalation = work.escalations.active(case.id)
        found: tuple[Recipient, ...] = ()
        if escalation is not None:
            try:
                policy = from_snapshot(escalation.policy)
            except ValueError:
                policy = policy_for(work, case, self._directory)
            step = policy.steps[policy.index(max(escalation.step - 1, 0))]
            found = present(work, self._directory, now).recipients(step.targets, now)
        return found or (Recipient(address=self._directory.fallback),)

    def _queue(
        self, work: UnitOfWork, case: Case, reply: Reply, recipient: Recipient, now: datetime
    ) -> None:
        begins_at = now - (now - _EPOCH) % WINDOW
        slot = f"follow_up:{case.id}:{int(begins_at.timestamp())}:{recipient.address.lower()}"
        for end, at in (("", now), (":end", begins_at + WINDOW)):
            key = f"{slot[:250]}{end}"
            posting = self._composer.posting(OutboxKind.FOLLOW_UP, recipient.address, key, at)
            mail = write_follow_up(self._composer, case, reply, recipient, posting)
            if work.outbox.queue(mail, at) is not None:
                return


def _alerts_soon(work: UnitOfWork, case: Case, now: datetime) -> bool:
    """Tell whether an alert about a case nobody has is on its way."""
    if case.state is CaseState.CLOSED:
        return True
    escalation = work.escalations.active(case.id)
    return (
        case.state is CaseState.OPEN
        and escalation is not None
        and escalation.state is EscalationState.RUNNING
        and escalation.next_at is not None
        and escalation.next_at <= now + SOON
    )


def _reply(work: UnitOfWork, event: CaseEvent) -> Reply:
    reference = str(event.details.get("report", ""))
    return Reply(report=reference, answers=work.reports.find(reference).answers)


def write_follow_up(
    composer: Composer, case: Case, reply: Reply, recipient: Recipient, posting: Posting
) -> OutgoingMail:
    """Write to staff that a reporter has written again; it hangs on the thread of the alerts."""
    person = recipient.person
    languages = person.languages if person else (FALLBACK_LANGUAGE,)
    values = follow_up_values(case, reply, recipient)
    letter = composer.letters.write("follow_up", languages, values)
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<case.{case.reference}@{composer.identity.domain}>"
    return outgoing(OutboxKind.FOLLOW_UP, mail, letter, posting, case_id=case.id)


def follow_up_values(case: Case, reply: Reply, recipient: Recipient) -> dict[str, Any]:
    """Give what the template of such a mail may use."""
    person = recipient.person
    zone = time_zone(person.time_zone) if person else UTC
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "report": reply.report,
        "answers": reply.answers,
        "reports": case.reports,
        "taken_by": case.taken_by,
        "taken_until": moment_text(case.taken_until, zone) if case.taken_until else None,
        "person": person.key if person else "NAME",
    }


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
