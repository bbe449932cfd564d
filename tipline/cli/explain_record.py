# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline explain --json`` prints of one mail. Add fields, never rename one."""

from __future__ import annotations

import hashlib
import secrets
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tipline.cli.parse import parsed_record
from tipline.cli.records import account_record, sighting_record

if TYPE_CHECKING:
    from ingest.foreseeing import Step
    from ingest.reading.explained import ExplainedMessage, Whose
    from store.model import Sighting
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings


def explained_record(
    name: str | None,
    message: ExplainedMessage,
    settings: Settings,
    recipients: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Show how a mail was read: what ``parse`` prints, and why it is so.

    ``recipients`` are those of its envelope, where there is one.
    """
    from ingest.match import severity_of
    from tipline.settings.home import receptions

    ours = receptions(settings)
    address = ours.address_of((*recipients, *message.recipients))
    record = parsed_record(name, message, settings)
    whose = zip_longest(message.sightings, message.whose[: len(message.sightings)])
    record["accounts"] = [_account(each, message) | _role(why) for each, why in whose]
    return record | {
        "reverse_path": message.traits.reverse_path,
        "sender_name": message.sender_name,
        "language_by": message.language_by or None,
        "signs": list(message.signs),
        "signature": message.signature,
        "links": list(message.links),
        "lines": message.lines,
        "skipped": [
            {
                "part": each.part,
                "span": list(each.span),
                "piece": _piece(message, each.part, each.span),
                "reason": each.reason,
            }
            for each in message.skipped
        ],
        "taken_off": [
            {
                "what": each.what,
                "first_line": each.first_line,
                "last_line": each.last_line,
                "begins": each.begins,
            }
            for each in message.taken_off
        ],
        "urgent_words": _urgent_words(message),
        "machine_report": message.machine_report.form if message.machine_report else None,
        "severity": max(severity_of(message), ours.least_at(address)).label,
        "address": address,
        "receipt_rules": _receipt_rules(message, settings),
        "match": None,
        "match_unknown": f"There is no database in {settings.state_dir} yet.",
    }


def _account(sighting: Sighting, message: ExplainedMessage) -> dict[str, Any]:
    from ingest.match import SURE_ENOUGH
    from store.model import Role

    return sighting_record(sighting) | {
        "part": sighting.part,
        "span": list(sighting.span),
        "piece": _piece(message, sighting.part, sighting.span),
        "sure_enough": sighting.confidence >= SURE_ENOUGH,
        "concerns_case": sighting.role is Role.REPORTED and sighting.confidence >= SURE_ENOUGH,
    }


def _role(whose: Whose | None) -> dict[str, Any]:
    """Say how likely each role is, and what speaks for the account's own."""
    return {
        "likely": {role.value: round(share, 2) for role, share in whose.likely} if whose else None,
        "words": [" ".join(word.split()) for word in whose.words] if whose else [],
        "clues": list(whose.clues) if whose else [],
    }


def _piece(message: ExplainedMessage, part: str, span: tuple[int, int]) -> str:
    """Give what stands at a span."""
    texts = {
        "subject": message.subject,
        "text": message.text,
        "signature": message.signature,
        "from": message.sender_name,
    }
    return texts.get(part, "")[slice(*span)]


def _urgent_words(message: ExplainedMessage) -> dict[str, Any] | None:
    """Tell where the phrase stands, in the subject or in the text."""
    if message.urgent_span is None:
        return None
    start, end = message.urgent_span
    head = len(message.subject) + 1
    part, before = ("subject", 0) if start < head else ("text", head)
    span = (start - before, end - before)
    return {"part": part, "span": list(span), "piece": _piece(message, part, span)}


def _receipt_rules(message: ExplainedMessage, settings: Settings) -> list[dict[str, Any]]:
    from notifier.etiquette import ask_rules
    from tipline.settings.mail import manners

    asked = ask_rules(message.traits, message.kind, manners(settings))
    rules = [
        {"rule": each.name, "objects": each.objects, "detail": each.detail or None}
        for each in asked
    ]
    off = not settings.acknowledgement.enabled
    return [{"rule": "switched_off", "objects": off, "detail": None}, *rules]


def ask_reachable(unit: UnitOfWork, message: ExplainedMessage, record: dict[str, Any]) -> None:
    """Show the last rule of a receipt too, which is known to the database alone.

    An address from which a mail of ours came back for good is written to no more.
    """
    from notifier.correspondence import UNREACHABLE

    mark = unit.unreachable.of(message.traits.reverse_path)
    detail = f"since {mark.at:%Y-%m-%d %H:%M} UTC: {mark.reason}" if mark else None
    rule = {"rule": UNREACHABLE, "objects": mark is not None, "detail": detail}
    record["receipt_rules"].append(rule)
    if mark and record["acknowledge"]["send"]:
        record["acknowledge"] = {"send": False, "reason": UNREACHABLE}


def foreseen_record(
    unit: UnitOfWork, message: ExplainedMessage, settings: Settings, raw: bytes
) -> dict[str, Any]:
    """Show what filing a mail would do now."""
    from ingest.foreseeing import foresee
    from ingest.placing import ReplyTerms
    from store.model import utc_now

    copied = message.fingerprint and unit.repeats.first_with(message.fingerprint)
    known = bool(copied or unit.inbox.holds([hashlib.sha256(raw).hexdigest()]))
    terms = ReplyTerms(token_key=token_key(settings), reopen_months=settings.notices.reopen_months)
    told = foresee(unit, message, settings.platform.key, terms, utc_now())
    return {
        "state": told.state.value,
        "reason": told.reason,
        "known": known,
        "steps": [_step(each) for each in told.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "decision": step.decision.value,
        "reason": step.reason,
        "case": step.case.reference if step.case else None,
        "case_state": step.case.state.value if step.case else None,
        "account": account_record(step.sighting.account) if step.sighting else None,
    }


def token_key(settings: Settings) -> bytes:
    """Read the key of reply addresses; where there is none, one that fits no address."""
    from store.keys import load_or_create_token_key
    from tipline.settings.places import places

    path = places(settings).token_key
    return load_or_create_token_key(path) if path.exists() else secrets.token_bytes(32)
