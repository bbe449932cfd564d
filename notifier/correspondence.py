"""Mails to reporters after their receipt: whether they may be written to, and what all have.

Nobody is written to who would get no receipt: what goes for a receipt goes for every later mail,
but for quotas, which are about storms. A mail to a reporter names no account, repeats none of
their words and does not show who of staff wrote it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from notifier.compose import Composer, mail_address, outgoing
from notifier.contacts import contacts_for
from notifier.etiquette import may_answer
from notifier.manners import Manners
from notifier.threads import answer_fields
from store.model import CaseId, MailKind, OutboxKind, OutgoingMail, Report
from store.references import reply_token
from store.states import AcknowledgementState
from store.unit_of_work import UnitOfWork
from store.unreachable import CAME_BACK

UNREACHABLE: Final = "unreachable"
RECEIPT_FAILED: Final = "receipt_failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReporterLetter:
    """One mail to a reporter: the decision it follows from, and what its template may use.

    The template has the name of the ``kind``. ``values`` are made for a language; ``automatic`` is
    its Auto-Submitted field (RFC 3834 section 5).
    """

    kind: OutboxKind
    values: Callable[[str], dict[str, Any]]
    dedupe_key: str
    at: datetime
    automatic: str
    case_id: CaseId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondence:
    """Writes mails to reporters; answers to them come to the report they are about."""

    composer: Composer
    manners: Manners
    reply_key: bytes

    def objection(self, work: UnitOfWork, report: Report) -> str | None:
        """Name what speaks against writing to a report's reporter, or None."""
        # A reply got no receipt of its own, and its writer is a reporter all the same.
        kind = MailKind.REPORT if report.kind is MailKind.REPLY else report.kind
        answer = may_answer(report.traits, kind, self.manners)
        if not answer.send:
            return answer.reason
        if work.unreachable.of(report.traits.reverse_path):
            return UNREACHABLE
        failed = report.acknowledgement is AcknowledgementState.FAILED
        # One that came back for good has marked the address; other trouble may be over by now.
        came_back = (report.acknowledgement_reason or "").startswith(CAME_BACK)
        return RECEIPT_FAILED if failed and not came_back else None

    def write(self, report: Report, letter: ReporterLetter) -> OutgoingMail:
        """Write a mail to the reporter, in their language, as an answer to their own."""
        token = reply_token(report.reference, self.reply_key)
        recipient = report.traits.reverse_path
        posting = self.composer.posting(letter.kind, recipient, letter.dedupe_key, letter.at, token)
        language = self.composer.language_of(report)
        written = self.composer.letters_for(report).write_marked(
            letter.kind.value, (language,), letter.values, contacts_for(language).links
        )
        mail = self.composer.mail(
            written, posting, letter.automatic, self.composer.sender_of(report)
        )
        mail["Content-Language"] = written.language
        mail["Reply-To"] = mail_address(self.composer.identity.tagged(token))
        traits = report.traits
        for field, value in answer_fields(traits.message_id, traits.references).items():
            mail[field] = value
        return outgoing(
            letter.kind, mail, written, posting, report_id=report.id, case_id=letter.case_id
        )
