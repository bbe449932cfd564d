"""All templates tried with invented values, so that a faulty one is found before it is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from notifier.actions import ActionLinks
from notifier.alarm_titles import Title
from notifier.alarms import alarm_values
from notifier.alerts import AlertFacts, action_targets, alert_values
from notifier.brief import brief_values
from notifier.compose import Composer
from notifier.contacts import contacts_for
from notifier.decisions import decision_values
from notifier.digests import Handover, digest_values, handover_values, relief_values
from notifier.directory import Recipient
from notifier.dossier import KINDS, WHYS, Dossier, Happened, ToldWhen
from notifier.follow_ups import Reply, follow_up_values
from notifier.permission import Refusal
from notifier.promises import Deadline, Promises
from notifier.questions import question_values
from notifier.receipts import (
    ReceiptFacts,
    collective_values,
    receipt_values,
)
from notifier.reminders import reminder_values
from notifier.rota import Person, Shift
from notifier.staff_notices import NoticeFacts, NoticeKind, notice_values
from notifier.summaries import Reader, SummaryFacts, summary_values
from notifier.template_check import Sample, faults
from store.model import (
    AccountReference,
    AlertReason,
    Case,
    CaseId,
    Disposition,
    InboundId,
    MailKind,
    MailTraits,
    Report,
    ReportId,
    Severity,
    StaffAction,
)
from store.overviews import Listed, Overview
from store.states import AcknowledgementState, CaseState

TO_REPORTERS: Final = ("receipt", "collective", "decision", "question")
"""The letters that addresses can have of their own."""


def template_faults(composer: Composer) -> tuple[str, ...]:
    """Try all templates with invented values; tell each faulty one's path and what is wrong."""
    known = samples(composer)
    wrong = [] if composer.sets and not composer.letters.own_folder else [composer.letters]
    found = [fault for letters in wrong for fault in faults(letters, known)]
    for_reporters = {name: known[name] for name in TO_REPORTERS}
    for letters in composer.sets.values():
        found += faults(letters, for_reporters)
    return tuple(found)


def samples(composer: Composer) -> dict[str, Sample]:
    """Give the invented values of all letters, by name."""
    reporters = {
        "receipt": [
            partial(receipt_values, composer, _REPORT, replace(facts, promises=promises))
            for facts in _UNDERSTOOD
            for promises in _PROMISES
        ],
        "collective": [partial(collective_values, composer, _REPORT)],
        "decision": [
            partial(
                decision_values,
                composer,
                replace(_TAKEN, closed_at=_SAMPLE_TIME, disposition=each),
                _TWO,
                6,
            )
            for each in Disposition
        ],
        "question": [partial(question_values, composer, _TWO[0], ("A line.", "", "Another."))],
    }
    return {
        **{
            name: Sample(
                values=values,
                required=_REQUIRED.get(name, frozenset({"reference"})),
                has_html=True,
                links=contacts_for("en").links,
            )
            for name, values in reporters.items()
        },
        **{
            name: Sample(
                values=values,
                required=_REQUIRED.get(name, frozenset()),
                has_html=name in _WITH_HTML,
                links=action_targets(_SAMPLE_LINKS) if name in _WITH_HTML else (),
            )
            for name, values in _for_staff(composer).items()
        },
    }


def _for_staff(composer: Composer) -> dict[str, list[dict[str, Any]]]:
    return {
        "alert": [
            alert_values(case, facts, _SAMPLE_TIME)
            for case in reversed(_sample_cases())
            for facts in _SAMPLE_FACTS
        ],
        "brief": [
            brief_values(case, facts, _SAMPLE_TIME)
            for case in _sample_cases()
            for facts in _SAMPLE_FACTS
        ],
        "brief_alarm": [{"title": "A title", "over": over} for over in (False, True)],
        "follow_up": [
            follow_up_values(case, reply, Recipient(address="duty@chirper.example"))
            for case in (_TAKEN, *_sample_cases())
            for reply in (Reply(report="R-00000-00000", answers="R-00000-00000"), Reply(report=""))
        ],
        "summary": _summaries(),
        "reminder": [
            reminder_values(case, Reader(), _SAMPLE_TIME, _SAMPLE_TIME, links)
            for case in (_TAKEN, *_sample_cases())
            for links in (None, ActionLinks(reply_to="", allowed=frozenset(StaffAction)))
        ],
        "brief_summary": _summaries(),
        "digest": [digest_values(each, Reader(), _SAMPLE_TIME) for each in _overviews()],
        "handover": [
            handover_values(handover, each, _SAMPLE_TIME)
            for handover in (_HANDOVER, replace(_HANDOVER, goes=None))
            for each in _overviews()
        ],
        "relief": [
            relief_values(_HANDOVER, _PERSON, each.taken, _SAMPLE_TIME) for each in _overviews()
        ],
        "staff_notice": [notice_values(facts, _SAMPLE_TIME) for facts in sample_notices()],
        "alarm": [
            alarm_values(composer, _TITLE, lines, _SAMPLE_TIME, over=bool(lines))
            for lines in ((), ("a", "b"))
        ],
    }


_TITLE: Final = Title(kind="", english="A title")
_SAMPLE_TIME: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_REPORT: Final = Report(
    id=ReportId(0),
    reference="R-00000-00000",
    inbound_id=InboundId(0),
    reporter="anna@mail.example",
    received_at=_SAMPLE_TIME,
    language=None,
    kind=MailKind.REPORT,
    severity=Severity.HIGH,
    urgency=None,
    message_id=None,
    traits=MailTraits(reverse_path="anna@mail.example"),
    acknowledgement=AcknowledgementState.PENDING,
    acknowledgement_reason=None,
)
_ACCOUNTS: Final = tuple(
    AccountReference(platform="chirper", handle=f"name{number}") for number in range(12)
)
# One for each form that a number takes in some language, and each branch of a receipt.
_UNDERSTOOD: Final = (
    ReceiptFacts(accounts=_ACCOUNTS[:2], named=True),
    ReceiptFacts(accounts=_ACCOUNTS, named=True),
    *(ReceiptFacts(accounts=_ACCOUNTS[:number]) for number in (0, 1, 2, 5, 11)),
)
_PROMISES: Final = (
    Promises(),
    Promises(decide_within=timedelta(days=7)),
    Promises(decide_within=timedelta(days=7), notices=False),
    Promises(notices=False),
)
# Without these a mail would be of no use.
_REQUIRED: Final = {
    "alert": frozenset({"reference"}),
    "decision": frozenset({"reference", "disposition", "until"}),
    "question": frozenset({"reference", "lines"}),
}
_WITH_HTML: Final = frozenset({"alert", "summary", "staff_notice"})
_SAMPLE_DOSSIER: Final = Dossier(
    why="imminent_danger",
    phrase="a phrase",
    category="grooming_contact",
    history=tuple(Happened(at=_SAMPLE_TIME, what=kind, who="Somebody") for kind in KINDS),
    told=(ToldWhen(name="Somebody", at=_SAMPLE_TIME),),
    next_names=("Somebody", "Somebody else"),
    deadline=Deadline(at=_SAMPLE_TIME + timedelta(hours=24)),
)
_SAMPLE_LINKS: Final = ActionLinks(
    reply_to="cp+any@chirper.example",
    take="mailto:cp+take@chirper.example",
    snooze="mailto:cp+snooze@chirper.example",
    escalate="mailto:cp+escalate@chirper.example",
    allowed=frozenset(StaffAction),
)
# The first is what a preview shows.
_SAMPLE_FACTS: Final = (
    *(
        AlertFacts(
            step=1,
            steps=3,
            repeats=0,
            next_alert_at=_SAMPLE_TIME,
            actions=_SAMPLE_LINKS,
            dossier=replace(_SAMPLE_DOSSIER, why=why),
        )
        for why in WHYS
    ),
    AlertFacts(step=1, steps=3, repeats=0, next_alert_at=_SAMPLE_TIME, actions=_SAMPLE_LINKS),
    *(
        AlertFacts(
            step=1,
            steps=3,
            repeats=0,
            next_alert_at=_SAMPLE_TIME,
            dossier=replace(_SAMPLE_DOSSIER, deadline=Deadline(at=at, decides=decides)),
        )
        for at, decides in (
            (_SAMPLE_TIME - timedelta(hours=1), False),
            (_SAMPLE_TIME - timedelta(hours=1), True),
            (_SAMPLE_TIME + timedelta(hours=1), True),
        )
    ),
    AlertFacts(step=3, steps=3, repeats=2, next_alert_at=_SAMPLE_TIME, nobody_on_duty=True),
    AlertFacts(step=3, steps=3, repeats=2, next_alert_at=_SAMPLE_TIME, undeliverable=True),
)


_TWO: Final = ("R-00000-00000", "R-00000-00001")
_TAKEN: Final = Case(
    id=CaseId(0),
    reference="C-00000-00000",
    state=CaseState.TAKEN,
    severity=Severity.HIGH,
    account=None,
    opened_at=_SAMPLE_TIME,
    reports=2,
    reporters=1,
    taken_by="anna",
    taken_at=_SAMPLE_TIME,
    taken_until=_SAMPLE_TIME,
)


def _sample_cases() -> tuple[Case, ...]:
    bare = Case(
        id=CaseId(0),
        reference="C-00000-00000",
        state=CaseState.OPEN,
        severity=Severity.HIGH,
        account=None,
        opened_at=_SAMPLE_TIME,
        reports=1,
        reporters=1,
    )
    whole = AccountReference(
        platform="chirper", handle="name", user_id="1", url="https://chirper.example/name"
    )
    only_url = AccountReference(platform="chirper", url="https://chirper.example/name")
    return (bare, *(replace(bare, account=account, reports=2) for account in (whole, only_url)))


def _summaries() -> list[dict[str, Any]]:
    return [summary_values(facts, Reader(), _SAMPLE_TIME) for facts in _sample_summaries()]


def _sample_summaries() -> tuple[SummaryFacts, ...]:
    cases = _sample_cases()
    few = SummaryFacts(counts={Severity.HIGH: len(cases)}, cases=cases)
    counts = {Severity.CRITICAL: 1, Severity.LOW: 500}
    return (few, SummaryFacts(counts=counts, cases=cases, reasons=frozenset(AlertReason)))


def sample_notices() -> tuple[NoticeFacts, ...]:
    """Try everything a notice can be about, in every state of a case."""
    closed = replace(_TAKEN, state=CaseState.CLOSED, disposition=Disposition.REFERRED)
    about = (
        *((NoticeKind.DONE, action.value) for action in StaffAction),
        *((NoticeKind.REFUSED, why.value) for why in Refusal if why.is_answered),
        (NoticeKind.TOLD, "taken"),
    )
    return tuple(
        NoticeFacts(
            kind=kind,
            what=what,
            reference=_TAKEN.reference,
            case=case,
            by="Somebody",
            until=_SAMPLE_TIME,
            next_at=_SAMPLE_TIME,
            action=StaffAction.TAKE,
            allowed=tuple(StaffAction),
            valid_hours=48,
            longest="8 h",
            confirm=_SAMPLE_LINKS.take if what == Refusal.UNCONFIRMED.value else None,
            deadline=Deadline(at=_SAMPLE_TIME - timedelta(hours=1)) if case is _TAKEN else None,
        )
        for kind, what in about
        for case in (_TAKEN, closed, replace(_TAKEN, state=CaseState.OPEN), None)
    )


_PERSON: Final = Person(key="duty", name="Duty", address="duty@chirper.example")
_HANDOVER: Final = Handover(
    rota="night",
    comes=_PERSON,
    goes=_PERSON,
    shift=Shift(person="duty", begins_at=_SAMPLE_TIME, ends_at=_SAMPLE_TIME + timedelta(hours=8)),
)


def _overviews() -> tuple[Overview, ...]:
    nothing, some = Listed(count=0, first=()), Listed(count=500, first=(_TAKEN, *_sample_cases()))
    return (
        Overview(overdue=nothing, open=nothing, taken=nothing),
        Overview(overdue=some, open=some, taken=some),
    )
