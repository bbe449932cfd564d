"""What filing a message would do, told without doing it: recorded, or which cases it goes into.

Only looks at the store. It asks the same questions as ``filing`` and ``joining`` do, in the same
order; what it tells holds until the next message is filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.commanding import is_command, where_recorded
from ingest.match import Decision, match, reported
from ingest.placing import ReplyTerms, earlier_report, is_routine, returned_message
from ingest.reading import ParsedMessage
from ingest.returning import returned_as
from store.model import Case, Sighting
from store.states import InboxState
from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What would happen to one case; ``case`` is None where one would be opened.

    ``sighting`` is the account it is about: None for a report without one, and for the cases of
    the report that this one answers or brings up to date.
    """

    decision: Decision
    reason: str
    case: Case | None = None
    sighting: Sighting | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Foresight:
    """Where a message would end, why, and what it would do to cases."""

    state: InboxState
    reason: str
    steps: tuple[Step, ...] = ()


def foresee(
    work: UnitOfWork, parsed: ParsedMessage, home: str, terms: ReplyTerms, at: datetime
) -> Foresight:
    """Tell what filing a message at a moment would do; ``home`` is the key of our platform."""
    sent = returned_message(work, parsed, terms, at)
    if sent is not None:
        return Foresight(state=InboxState.RECORDED, reason=returned_as(parsed, sent)[1])
    if is_command(work, parsed, home, terms.token_key):
        reason = where_recorded(work, parsed, terms.token_key)
        return Foresight(state=InboxState.RECORDED, reason=reason)
    if is_routine(parsed, home):
        return Foresight(state=InboxState.RECORDED, reason=parsed.kind_reason)
    earlier = earlier_report(work, parsed, terms, at)
    reason = parsed.kind_reason
    followed: list[Step] = []
    if earlier:
        reason = earlier.says
        followed = [_joined(case, reason) for case in earlier.cases]
    steps = [*followed, *_of_accounts(work, parsed, followed)]
    if not steps:
        none = Step(decision=Decision.OPEN, reason="names no account with certainty")
        steps = [none]
    return Foresight(state=InboxState.FILED, reason=reason, steps=tuple(steps))


def _of_accounts(work: UnitOfWork, parsed: ParsedMessage, followed: list[Step]) -> list[Step]:
    """Tell what each reported account does, each case once."""
    known = {step.case.id for step in followed if step.case}
    steps = []
    for sighting in reported(parsed.sightings):
        account_id = work.accounts.find(sighting.account)
        case = work.cases.of_account(account_id) if account_id is not None else None
        if case and case.id in known:
            continue
        if case:
            known.add(case.id)
        found = match(case)
        steps.append(
            Step(decision=found.decision, reason=found.reason, case=case, sighting=sighting)
        )
    return steps


def _joined(case: Case, reason: str) -> Step:
    """Tell what a further report does to a case it belongs to in any state."""
    decision = match(case).decision
    return Step(decision=decision, reason=reason, case=case)
