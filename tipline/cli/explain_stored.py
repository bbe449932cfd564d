# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""A stored mail, opened on record and read again: what is read today, and what was then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tipline.cli.deliveries import deliveries
from tipline.cli.records import report_record, sighting_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.reading.explained import ExplainedMessage
    from store.model import Envelope, InboundMessage, Report, Sighting, Words
    from store.unit_of_work import Store, UnitOfWork
    from tipline.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A report whose look is on record, its mail and the words that were read of it."""

    report: Report
    message: InboundMessage
    raw: bytes
    words: Words

    @property
    def envelope(self) -> Envelope:
        """Where the mail came from, and what the transport said."""
        return self.message.envelope

    @property
    def is_archived(self) -> bool:
        """Whether the mail came from an archive."""
        return not self.message.treatment.answer


def reports_of(store: Store, reference: str, *, is_case: bool) -> list[Report]:
    """Find a report, or the reports of a case. Raises NotFound."""
    with store.snapshot() as unit:
        if not is_case:
            return [unit.reports.find(reference)]
        return unit.reports.of_case(unit.cases.find(reference).reference)


def open_mail(store: Store, settings: Settings, report: Report, who: str, why: str) -> Opened:
    """Unseal a report's mail and words; the look is on record before anybody sees them."""
    from notifier.commands import note_opening
    from store.evidence import Evidence
    from store.keys import load_identity
    from store.model import utc_now
    from tipline.settings.places import places

    where = places(settings)
    evidence = Evidence(where.evidence, load_identity(where.sealing_key))
    sealed = note_opening(store, report.reference, who, why, utc_now)
    with store.snapshot() as unit:
        message = unit.inbox.get(report.inbound_id)
        body = unit.inbox.body(report.inbound_id)
    return Opened(
        report=report,
        message=message,
        raw=evidence.open_body(body),
        words=evidence.open_words(sealed),
    )


def stored_record(
    store: Store, opened: Opened, message: ExplainedMessage, settings: Settings
) -> dict[str, Any]:
    """Show how a stored mail is read today, what was read then, and where these differ."""
    from tipline.cli.explain_record import ask_reachable, explained_record

    message = replace(message, traits=replace(message.traits, archived=opened.is_archived))
    record = explained_record(None, message, settings, opened.envelope.recipients)
    with store.snapshot() as unit:
        sightings = unit.contents.sightings(opened.report.id)
        ask_reachable(unit, message, record)
        record["match_unknown"] = "It is filed already."
        record["report"] = opened.report.reference
        record["stored"] = _stored(unit, opened, sightings)
        for account, sighting in zip(record["accounts"], message.sightings, strict=True):
            account.update(_case(unit, sighting))
    record["differs"] = list(_differences(record, opened, sightings, message))
    return record


def _case(unit: UnitOfWork, sighting: Sighting) -> dict[str, str | None]:
    """Name the case of an account, if there is one."""
    number = unit.accounts.find(sighting.account)
    case = unit.cases.of_account(number) if number is not None else None
    if case is None:
        return {"case": None, "case_state": None}
    return {"case": case.reference, "case_state": case.state.value}


def _stored(unit: UnitOfWork, opened: Opened, sightings: Sequence[Sighting]) -> dict[str, Any]:
    report = opened.report
    cases = [unit.cases.find(reference) for reference in report.case_references]
    return report_record(report) | {
        "inbox_reason": opened.message.reason,
        "deliveries": deliveries(unit, report.inbound_id),
        "cases": [{"reference": case.reference, "state": case.state.value} for case in cases],
        "urgency_reason": report.urgency_reason,
        "category": report.category,
        "category_reason": report.category_reason,
        "subject": opened.words.subject,
        "text": opened.words.text,
        "accounts": [sighting_record(each) for each in sightings],
        "defects": unit.contents.defects(report.id),
    }


def _differences(
    record: dict[str, Any],
    opened: Opened,
    sightings: Sequence[Sighting],
    message: ExplainedMessage,
) -> Iterator[dict[str, Any]]:
    """Tell what is read otherwise today."""
    stored = record["stored"]
    pairs = [
        (name, stored[name], record[name])
        for name in ("subject", "text", "language", "severity", "urgency", "category", "defects")
    ]
    pairs.append(("kind", stored["kind"], _kind(opened.report, message)))
    pairs += _accounts(sightings, message.sightings)
    for what, then, today in pairs:
        if then != today:
            yield {"what": what, "stored": then, "today": today}


def _kind(report: Report, message: ExplainedMessage) -> str:
    """Name the kind as it is filed: what answers no report of ours is a report itself."""
    from store.model import MailKind

    answers = {MailKind.REPLY, MailKind.STAFF_REPLY}
    if message.kind in answers and report.kind is not message.kind:
        return MailKind.REPORT.value
    return message.kind.value


def _accounts(
    then: Sequence[Sighting], today: Sequence[Sighting]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Compare the accounts one by one, as role, method and confidence."""
    left = list(then)
    for sighting in today:
        same = next((each for each in left if _names(each) & _names(sighting)), None)
        if same:
            left.remove(same)
        yield _title(sighting), _how(same) if same else None, _how(sighting)
    for gone in left:
        yield _title(gone), _how(gone), None


def _names(sighting: Sighting) -> set[str]:
    """Give all an account is known by: stored ones are completed by later reports."""
    account = sighting.account
    handle = account.folded_handle or account.handle
    known = {"handle": handle, "id": account.user_id, "url": account.url}
    return {f"{account.platform} {kind} {name}" for kind, name in known.items() if name}


def _title(sighting: Sighting) -> str:
    account = sighting.account
    return f"account {account.platform}:{account.handle or account.user_id or account.url}"


def _how(sighting: Sighting) -> str:
    return f"{sighting.role.value}, {sighting.method}, {sighting.confidence:.2f}"
