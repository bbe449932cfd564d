"""Questions of staff to a reporter, sent from the reporting address without showing who asks.

Who asked stands in the history of the report's cases. The reporter's answer joins the report.
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Any, Final

import structlog

from notifier.compose import Composer
from notifier.contacts import contacts_for
from notifier.correspondence import Correspondence, ReporterLetter
from store.errors import Forbidden
from store.model import Clock, EventKind, OutboxId, OutboxKind, Report
from store.unit_of_work import Store, UnitOfWork

MAX_LENGTH: Final = 4_000
"""Characters of a question; a longer one is no question."""
# What mail programs make a link of, with or without its scheme.
_LINK: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[a-z]{2,24}/",
    re.IGNORECASE,
)

_log = structlog.get_logger()


def ask(  # noqa: PLR0913, PLR0917 - who asks whom what
    store: Store,
    correspondence: Correspondence,
    reference: str,
    actor: str,
    text: str,
    clock: Clock,
) -> tuple[Report, OutboxId]:
    """Queue a question to a report's reporter.

    Raises NotFound for an unknown report, ValueError for a text that cannot be sent, and Forbidden
    where the reporter cannot be written to, or was asked the same today.
    """
    lines = question_lines(text)
    with store.transaction() as work:
        report, now = work.reports.find(reference), clock()
        objection = correspondence.objection(work, report)
        if objection:
            raise Forbidden(
                f"the reporter of {report.reference} cannot be written to: {_words(objection)}"
            )
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        letter = ReporterLetter(
            kind=OutboxKind.QUESTION,
            values=partial(question_values, correspondence.composer, report.reference, lines),
            dedupe_key=f"question:{report.id}:{digest}:{now.date().isoformat()}",
            at=now,
            # A person wrote it (RFC 3834 section 5).
            automatic="no",
        )
        number = work.outbox.queue(correspondence.write(report, letter), now)
        if number is None:
            raise Forbidden(f"the reporter of {report.reference} was asked the same today already")
        _note(work, report, number, actor, clock)
        work.commit()
    _log.info("question.asked", report=report.reference, actor=actor)
    return report, number


def question_lines(text: str) -> tuple[str, ...]:
    """Give the lines of a question; ValueError, in words for its writer, for what cannot be sent.

    No control characters, and no links: a mail of ours must never lead anybody to what was
    reported, and nobody should learn to follow links in mails about such things.
    """
    lines = tuple(line.rstrip().replace("\t", " ") for line in text.strip().splitlines())
    if not lines:
        raise ValueError("the question is empty")
    if sum(map(len, lines)) > MAX_LENGTH:
        raise ValueError(f"the question is longer than {MAX_LENGTH} characters")
    if not all(line.isprintable() for line in lines):
        raise ValueError("the question holds a control character")
    found = next((match[0] for line in lines if (match := _LINK.search(line))), None)
    if found:
        raise ValueError(f'the question holds a link ("{found}"); describe the place in words')
    return lines


def question_values(
    composer: Composer, reference: str, lines: tuple[str, ...], language: str
) -> dict[str, Any]:
    """Give what the template of a question may use, in its language: a paragraph for each line.

    A line that would open a heading loses its mark.
    """
    plain = (line.lstrip("# ") if line.startswith("#") else line for line in lines)
    return {
        "reference": reference,
        "lines": tuple(line for line in plain if line.strip()),
        "emergency": contacts_for(language).emergency_lines(language),
        "sender_name": composer.identity.name,
    }


def make_reachable(store: Store, reference: str, actor: str, clock: Clock) -> Report:
    """Take the mark off the address of a report's reporter: they are written to again.

    Raises NotFound for an unknown report and Forbidden where there is no mark.
    """
    with store.transaction() as work:
        report = work.reports.find(reference)
        if not work.unreachable.clear(report.traits.reverse_path):
            raise Forbidden(f"no mail to the reporter of {report.reference} has come back")
        for case in work.cases.of_report(report.id):
            kind = EventKind.REPORTER_REACHABLE
            details = {"report": report.reference}
            work.history.append(case.id, kind, actor=actor, at=clock(), details=details)
        work.commit()
    _log.info("reporter.reachable", report=report.reference, actor=actor)
    return report


def _note(work: UnitOfWork, report: Report, number: OutboxId, actor: str, clock: Clock) -> None:
    details = {"report": report.reference, "message": number}
    for case in work.cases.of_report(report.id):
        kind = EventKind.QUESTION_ASKED
        work.history.append(case.id, kind, actor=actor, at=clock(), details=details)


def _words(objection: str) -> str:
    """Say a reason in words."""
    known = {
        "unreachable": "a mail to their address came back; see tipline report reachable",
        "receipt_failed": "their receipt could not be delivered",
        "null_return_path": "their mail names no address to answer to",
        "domains_differ": "their mail may not come from the address it names",
    }
    return known.get(objection) or f'by the rule "{objection}" for automatic answers'
