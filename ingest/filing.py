"""Filing one understood message: report, sightings, evidence, cases and events together.

Everything here happens in the caller's transaction: all of it is committed or none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ingest.canaries import is_canary
from ingest.commanding import as_command, is_command, where_recorded
from ingest.joining import ACTOR, JoinedCases
from ingest.match import category_of, reported, severity_of
from ingest.placing import Earlier, ReplyTerms, earlier_report, is_routine, returned_message
from ingest.reading import ParsedMessage
from ingest.receptions import Receptions
from ingest.repeating import note_copy, traits_by_way
from ingest.returning import note_return
from store.evidence import Evidence
from store.model import (
    AccountId,
    EventKind,
    InboundMessage,
    MailKind,
    ReportId,
    Severity,
    Words,
)
from store.reports import NewReport
from store.states import InboxState
from store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """Where a message went."""

    state: InboxState
    kind: MailKind
    reason: str
    cases: tuple[str, ...] = ()


class Filing:
    """Files understood messages."""

    def __init__(
        self,
        evidence: Evidence,
        home_platform: str,
        terms: ReplyTerms,
        receptions: Receptions | None = None,
    ) -> None:
        self._evidence = evidence
        self._home = home_platform
        self._terms = terms
        self._receptions = receptions or Receptions()

    def file(
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        at: datetime,
    ) -> Filed:
        """Put a message in its place, with the reason."""
        parsed = _as_cut(work, message, parsed)
        filed = self._decide(work, message, parsed, at)
        work.inbox.finish(message, filed.state, filed.kind, filed.reason, parsed.message_id)
        return filed

    def _decide(
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        at: datetime,
    ) -> Filed:
        copy = work.inbox.earlier_copy(message, named=parsed.message_id is not None)
        if copy is not None:
            return _recorded(parsed.kind, note_copy(work, message, parsed, copy))
        sent = returned_message(work, parsed, self._terms, at)
        if sent is not None:
            return _recorded(*note_return(work, parsed, sent, at))
        if is_canary(work, parsed, self._terms.token_key, at):
            return _recorded(MailKind.CANARY, "our own mail to ourselves came back")
        if is_command(work, parsed, self._home, self._terms.token_key):
            return self._command(work, message, parsed, at)
        return self._once(work, message, parsed, at)

    def _once(
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        at: datetime,
    ) -> Filed:
        """File a report unless it is one already, whatever else this copy looks like."""
        # Only what became a report has a fingerprint here: a copy that one door took for spam does
        # not keep the others away.
        copy = work.repeats.first_with(parsed.fingerprint) if parsed.fingerprint else None
        if copy is not None:
            return _recorded(parsed.kind, note_copy(work, message, parsed, copy))
        if is_routine(parsed, self._home):
            return _recorded(parsed.kind, parsed.kind_reason)
        return self._report(work, message, parsed, at)

    def _command(
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        at: datetime,
    ) -> Filed:
        """Write down what a duty officer asks for; the notifier decides whether it is done."""
        command = as_command(work, message, parsed, self._terms.token_key, self._evidence)
        work.commands.add(command)
        if parsed.kind is MailKind.STAFF_REPLY and command.case_id is not None:
            work.history.append(
                command.case_id,
                EventKind.STAFF_REPLY,
                actor=parsed.sender or ACTOR,
                at=at,
                details={"message": message.id, "from": parsed.sender},
            )
        return _recorded(parsed.kind, where_recorded(work, parsed, self._terms.token_key))

    def _report(
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        at: datetime,
    ) -> Filed:
        """File a report; a reply goes to the report that it answers."""
        earlier = earlier_report(work, parsed, self._terms, at)
        joins = earlier is not None and earlier.is_reply and bool(earlier.cases)
        kind = MailKind.REPLY if joins else _report_kind(parsed.kind)
        recipients = (*message.envelope.recipients, *parsed.recipients)
        if joins and earlier is not None:
            recipients = _chosen(recipients, parsed.reply_token, earlier.report.address)
        address = self._receptions.address_of(recipients)
        severity = max(severity_of(parsed), self._receptions.least_at(address))
        report_id = self._add_report(work, message, parsed, kind, severity, earlier, address)
        if parsed.fingerprint:
            work.repeats.remember(message.id, parsed.fingerprint)
        report = work.reports.get(report_id)
        remarks = parsed.machine_report.remarks() if parsed.machine_report else {}
        if severity > severity_of(parsed) and address:
            remarks = {**remarks, "severity": f"at least {severity.label}, as it came to {address}"}
        quiet = not message.treatment.alert
        cases = JoinedCases(work, report, severity, at, remarks, quiet=quiet)
        if earlier:
            cases.follow(earlier.cases, is_reply=earlier.is_reply)
        cases.add_accounts(self._add_sightings(work, parsed, report_id, at))
        references = cases.references()
        reason = parsed.kind_reason
        if earlier:
            reason = earlier.says
        return Filed(
            state=InboxState.FILED,
            kind=kind,
            reason=f"{reason}; filed as {report.reference} in {', '.join(references)}",
            cases=references,
        )

    def _add_report(  # noqa: PLR0913, PLR0917 - a report has this many sources
        self,
        work: UnitOfWork,
        message: InboundMessage,
        parsed: ParsedMessage,
        kind: MailKind,
        severity: Severity,
        earlier: Earlier | None,
        address: str | None,
    ) -> ReportId:
        words = Words(
            subject=parsed.subject,
            text=parsed.text,
            filenames=tuple(part.filename for part in parsed.attachments),
        )
        machine = parsed.machine_report
        category, category_reason = category_of(parsed)
        report_id = work.reports.add(
            NewReport(
                inbound_id=message.id,
                reporter=parsed.sender or message.envelope.reverse_path or None,
                received_at=message.envelope.received_at,
                arrived_at=message.envelope.arrived_at,
                language=parsed.language,
                kind=kind,
                severity=severity,
                urgency=parsed.urgency,
                message_id=parsed.message_id,
                traits=traits_by_way(message, parsed),
                defects=parsed.defects,
                words=self._evidence.seal_words(words),
                accounts=len(reported(parsed.sightings)),
                urgency_reason=parsed.urgency_reason,
                category=category,
                category_reason=category_reason,
                external_id=machine.external_id if machine else None,
                answers_id=earlier.report.id if earlier and earlier.is_reply else None,
                address=address,
            ),
        )
        work.contents.add_evidence(report_id, parsed.attachments)
        return report_id

    def _add_sightings(
        self,
        work: UnitOfWork,
        parsed: ParsedMessage,
        report_id: ReportId,
        at: datetime,
    ) -> list[AccountId]:
        """Write the sightings down; gives the accounts whose cases the report concerns."""
        concerned = set(reported(parsed.sightings))
        accounts: dict[AccountId, None] = {}
        for sighting in parsed.sightings:
            account_id = work.accounts.add_or_complete(sighting.account, at)
            work.contents.add_sighting(report_id, account_id, sighting)
            if sighting in concerned:
                accounts[account_id] = None
        return list(accounts)


def _as_cut(work: UnitOfWork, message: InboundMessage, parsed: ParsedMessage) -> ParsedMessage:
    """Take a mail of which only a part is here for a report: a person has to look at the rest."""
    if message.envelope.is_known:
        return parsed
    why = message.treatment.cut or work.mailboxes.why_cut(message.id)
    if why is None:
        return parsed
    readable = parsed.traits.readable and bool(parsed.text.strip())
    return replace(
        parsed,
        kind=MailKind.REPORT,
        kind_reason=why,
        defects=(*parsed.defects, why),
        traits=replace(parsed.traits, readable=readable),
        # Another mail may begin in the same way.
        fingerprint=None,
    )


def _chosen(recipients: tuple[str, ...], token: str | None, before: str | None) -> tuple[str, ...]:
    """Give where a reply's writer chose to write to: we chose the address with the token."""
    chosen = [one for one in recipients if not token or token.lower() not in one.lower()]
    return (*chosen, before) if before else (*chosen,)


def _recorded(kind: MailKind, reason: str) -> Filed:
    return Filed(state=InboxState.RECORDED, kind=kind, reason=reason)


def _report_kind(kind: MailKind) -> MailKind:
    """Turn a reply that belongs to no report of ours, and to no alert, into a report."""
    return MailKind.REPORT if kind in {MailKind.REPLY, MailKind.STAFF_REPLY} else kind
