"""Does what the people on duty ask for by mail, once, and tells them what was done.

What a mail asks for, the mark that it was done, and the confirmation are one transaction: a crash
leaves the command waiting or done. A mail that may not do what it asks for does nothing; its
sender is told once how to do it right, if that is a configured person, and strangers never.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from notifier import case_steps
from notifier.actions import Actions
from notifier.command_answers import CommandAnswers, folded
from notifier.compose import Composer
from notifier.directory import Directory
from notifier.escalations import ACTOR
from notifier.manners import Manners
from notifier.permission import Asked, Refusal, refusal
from notifier.promises import Promises
from notifier.rota import Person
from store.errors import Forbidden, StorageUnavailable
from store.evidence import Evidence
from store.model import (
    Case,
    Clock,
    Disposition,
    EventKind,
    InboundId,
    StaffAction,
    StaffCommand,
)
from store.states import CommandState
from store.tokens import ActionToken, read_action_token
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 50
"""How many commands one step looks at."""
ATTEMPTS: Final = 3
"""How often a command that cannot be worked on is tried before it is refused."""

_log = structlog.get_logger()


class MailCommands:
    """Works on the commands that reading wrote down."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        evidence: Evidence,
        directory: Directory,
        composer: Composer,
        actions: Actions,
        token_key: bytes,
        manners: Manners,
        clock: Clock,
        promises: Promises | None = None,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._directory = directory
        self._rules = actions.rules
        self._answers = CommandAnswers(composer, directory, actions, promises or Promises())
        self._token_key = token_key
        self._manners = manners
        self._clock = clock
        # Only in memory: after a restart each has all its attempts again.
        self._failures: dict[InboundId, int] = {}

    def step(self) -> int:
        """Work on what waits, up to a bound; tell how many commands were decided."""
        with self._store.snapshot() as work:
            waiting = work.commands.pending(BATCH)
        return sum(self._attend(number) for number in waiting)

    def _attend(self, number: InboundId) -> bool:
        try:
            return self._decide(number)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one command must not hold up the others
            _log.exception("command.failed", inbox=number)
            failures = self._failures[number] = self._failures.get(number, 0) + 1
            return failures >= ATTEMPTS and self._give_up(number)

    def _decide(self, number: InboundId) -> bool:
        try:
            with self._store.transaction() as work:
                asked = self._asked(work, number)
                if asked is None:
                    return False
                found = refusal(asked)
                settled = self._refuse(work, asked, found) if found else self._obey(work, asked)
                if settled:
                    work.commit()
        except Forbidden as error:
            # The transaction is rolled back: nothing of the step was done.
            return self._refuse_now(number, str(error))
        return settled

    def _refuse_now(self, number: InboundId, why: str) -> bool:
        with self._store.transaction() as work:
            asked = self._asked(work, number)
            settled = asked is not None and self._refuse(work, asked, Refusal.NOT_NOW, why)
            work.commit()
        return settled

    def _give_up(self, number: InboundId) -> bool:
        """Refuse, without a mail: that may be what cannot be written."""
        with self._store.transaction() as work:
            command = work.commands.of_message(number)
            settled = command is not None and self._note_refusal(
                work, command, Refusal.FAULT, None, "tipline could not do it; the log says why"
            )
            work.commit()
        return settled

    def _asked(self, work: UnitOfWork, number: InboundId) -> Asked | None:
        """Gather what the decision looks at; None when it was decided before."""
        command = work.commands.of_message(number)
        if command is None or command.state is not CommandState.PENDING:
            return None
        token = read_action_token(command.token or "", self._token_key)
        answered = work.outbox.get(command.answered_id) if command.answered_id else None
        return Asked(
            command=command,
            person=self._person(command.sender),
            token=token,
            answered_at=answered.created_at if answered else None,
            case=work.cases.get(command.case_id) if command.case_id is not None else None,
            spent=_is_spent(work, command, token),
            obeyed=work.commands.is_obeyed(command),
            rules=self._rules,
            manners=self._manners,
        )

    def _person(self, sender: str | None) -> Person | None:
        """Find whose address this is."""
        wanted = folded(sender or "")
        people = self._directory.people.values()
        return next((p for p in people if wanted in map(folded, p.addresses)), None)

    def _obey(self, work: UnitOfWork, asked: Asked) -> bool:
        command, person, case, action = asked.command, asked.person, asked.case, asked.action
        if person is None or case is None or action is None:
            raise AssertionError("unreachable")
        now = self._clock()
        self._do(work, asked, case, person.key, now)
        after = work.cases.get(case.id)
        if not work.commands.settle(
            command, CommandState.DONE, f"{action} by {person.key}", person.key, now
        ):
            return False
        self._answers.done(work, asked, action, after, now)
        _log.info("command.done", case=case.reference, action=action.value, actor=person.key)
        return True

    def _do(self, work: UnitOfWork, asked: Asked, case: Case, actor: str, now: datetime) -> None:
        command, rules = asked.command, asked.rules
        match asked.action:
            case StaffAction.TAKE:
                case_steps.take(work, case, actor, rules.take_for, now)
            case StaffAction.RELEASE:
                case_steps.release(work, case, actor, now)
            case StaffAction.SNOOZE:
                span = command.span or rules.snooze_for
                case_steps.snooze(work, case, actor, span, now)
            case StaffAction.ESCALATE:
                case_steps.escalate(work, case, actor, now)
            case StaffAction.NOTE:
                case_steps.note(work, case, actor, self._remark(command), now)
            case StaffAction.CLOSE:
                if command.remark:
                    case_steps.note(work, case, actor, self._remark(command), now)
                disposition = command.disposition or Disposition.INSUFFICIENT
                case_steps.close(work, case, actor, disposition, now)
            case None:
                raise AssertionError("unreachable")

    def _remark(self, command: StaffCommand) -> str:
        return self._evidence.open_words(command.remark).text if command.remark else ""

    def _refuse(
        self, work: UnitOfWork, asked: Asked, why: Refusal, detail: str | None = None
    ) -> bool:
        command, person = asked.command, asked.person
        if not self._note_refusal(work, command, why, person, detail):
            return False
        self._answers.refused(work, asked, why, self._clock())
        return True

    def _note_refusal(
        self,
        work: UnitOfWork,
        command: StaffCommand,
        why: Refusal,
        person: Person | None,
        detail: str | None,
    ) -> bool:
        now = self._clock()
        reason = f"{why.value}, {detail}" if detail else why.value
        name = person.key if person else None
        if not work.commands.settle(command, CommandState.REFUSED, reason, name, now):
            return False
        if command.case_id is not None:
            details = {
                "message": command.inbound_id,
                "action": command.action.value if command.action else None,
                "reason": reason,
            }
            work.history.append(
                command.case_id,
                EventKind.COMMAND_REFUSED,
                actor=name or command.sender or ACTOR,
                at=now,
                details=details,
            )
        _log.info("command.refused", inbox=command.inbound_id, reason=why.value, actor=name)
        return True


def _is_spent(work: UnitOfWork, command: StaffCommand, token: ActionToken | None) -> bool:
    """Tell whether a token for one action has done it: a reply address may be used again."""
    if token is None or token.action is None or command.token is None:
        return False
    return work.commands.spent(command.token) is not None
