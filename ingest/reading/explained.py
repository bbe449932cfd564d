"""Reading a mail so that a person can be told how it was read. Never raises, like ``message``.

The mail is read by the same rules and the same code; what those leave aside comes along: the parts
in which the accounts stand, what was passed over, the facts that counted, and the lines that were
taken off.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields

from ingest.reading.accounts.find import Skipped
from ingest.reading.accounts.weighing import ROLES, strongest
from ingest.reading.facts import KindFacts
from ingest.reading.language import choose
from ingest.reading.leftovers import TakenOff, taken_off
from ingest.reading.message import Pieces, assembled, facts_of, read_pieces
from ingest.reading.network import telling_words
from ingest.reading.parsed import ParsedMessage, unreadable_message
from ingest.reading.readings import read_passages
from ingest.reading.rules import ReadingRules
from ingest.reading.structure import passages
from store.model import Envelope, Role

MAX_LINKS = 400
# Words or clues to a role that are told.
MAX_CLUES = 4
# Facts that nearly every mail has; that one is missing is what tells something.
_USUAL = ("has_subject", "has_text")


@dataclass(frozen=True, slots=True)
class Whose:
    """How likely each role of an account is, the likeliest first, and what speaks for its own.

    The ``words`` of the mail that the network told it by, or the ``clues`` around it.
    """

    likely: tuple[tuple[Role, float], ...]
    words: tuple[str, ...]
    clues: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedMessage(ParsedMessage):
    """A mail as understood, and how.

    Spans of accounts and of what was ``skipped`` count characters of ``subject``, ``text``,
    ``signature`` and ``sender_name``. ``signs`` are the facts by which its kind was decided;
    ``urgent_span`` counts in the subject, a line feed and the text. ``whose`` goes with the
    sightings, one for each.
    """

    sender_name: str = ""
    signature: str = ""
    links: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    language_by: str = ""
    whose: tuple[Whose, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    taken_off: tuple[TakenOff, ...] = ()
    lines: int = 0
    urgent_span: tuple[int, int] | None = None


def read_explained(raw: bytes, envelope: Envelope | None, rules: ReadingRules) -> ExplainedMessage:
    """Read a mail and keep how; the same comes out as of ``read_message``."""
    with warnings.catch_warnings():
        # Libraries warn about wild input; that is what it is.
        warnings.simplefilter("ignore")
        try:
            pieces = read_pieces(raw, envelope, rules)
            parsed = assembled(pieces, rules)
        except Exception as error:  # noqa: BLE001 - the promise of this module
            defect = f"reading failed ({type(error).__name__})"
            return unexplained(unreadable_message(envelope, defect))
        try:
            return _explained(pieces, parsed, rules)
        except Exception as error:  # noqa: BLE001 - what was read is worth more than how
            defect = f"how it was read cannot be told ({type(error).__name__})"
            return unexplained(parsed, (*parsed.defects, defect))


def unexplained(parsed: ParsedMessage, defects: tuple[str, ...] | None = None) -> ExplainedMessage:
    """Give a reading of which nothing more is known."""
    values = {each.name: getattr(parsed, each.name) for each in fields(ParsedMessage)}
    if defects is not None:
        values["defects"] = defects
    return ExplainedMessage(**values)


def _explained(pieces: Pieces, parsed: ParsedMessage, rules: ReadingRules) -> ExplainedMessage:
    values = {each.name: getattr(parsed, each.name) for each in fields(ParsedMessage)}
    name, _ = next(iter(pieces.mail.addresses("from")), ("", ""))
    words = pieces.body.words
    readings = read_passages(passages(pieces.mail.root))
    lines, leftovers = taken_off((readings.chosen, readings.marked), words)
    return ExplainedMessage(
        **values,
        sender_name=name,
        signature=words.signature,
        links=tuple(dict.fromkeys(link.target for link in pieces.body.links))[:MAX_LINKS],
        signs=signs(facts_of(pieces, rules)),
        language_by=_language_by(pieces),
        whose=_whose(pieces),
        skipped=pieces.named.skipped,
        taken_off=leftovers,
        lines=lines,
        urgent_span=pieces.urgent.span if pieces.urgent and parsed.urgency else None,
    )


def _whose(pieces: Pieces) -> tuple[Whose, ...]:
    named = pieces.named
    roles = {place: seen.sighting.role for seen in named.seen for place in seen.places}
    spans = telling_words(named.tokens, pieces.language, roles)
    said = f"{pieces.subject}\n{pieces.said}"
    return tuple(
        Whose(
            tuple(sorted(zip(ROLES, seen.shares, strict=True), key=lambda each: -each[1])),
            tuple(
                dict.fromkeys(
                    said[slice(*span)] for at in sorted(seen.places) for span in spans.get(at, ())
                )
            )[:MAX_CLUES],
            tuple(strongest(seen.clues, seen.sighting.role, MAX_CLUES)),
        )
        for seen in named.seen
    )


def signs(facts: KindFacts) -> tuple[str, ...]:
    """Name the facts that are out of the ordinary; no words of the mail are among them."""
    found = [f"{name}: {value}" if value else name for name, value in facts.traits.headers]
    if facts.has_null_path:
        found.append("null reverse-path")
    if facts.traits.content_type == "multipart/report":
        found.append(f"multipart/report: {facts.traits.report_type or 'of no type'}")
    if not facts.traits.readable:
        found.append("not readable")
    for each in fields(facts):
        value = getattr(facts, each.name)
        if each.name in _USUAL:
            found += [] if value else [_plain(each.name).replace("has", "no")]
        elif value is True:
            found.append(_plain(each.name))
        elif isinstance(value, str) and value:
            found.append(f"{_plain(each.name)}: {value}")
    worded = (each.name for each in fields(facts.signs) if getattr(facts.signs, each.name) is True)
    return (*found, *(f"wording: {_plain(name)}" for name in worded))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _language_by(pieces: Pieces) -> str:
    """Tell what the language was told by: the least that gives the same answer."""
    if pieces.language is None:
        return ""
    text, subject = pieces.body.words.text, pieces.subject
    stated = pieces.mail.value("content-language")[:100]
    charset = pieces.mail.root.get_content_charset() or ""
    ways = (
        ("its words", (text, "", "", "")),
        ("its subject", ("", subject, "", "")),
        ("its subject and words", (text, subject, "", "")),
        ("its Content-Language field", ("", "", stated, "")),
        ("its charset", ("", "", "", charset)),
    )
    same = (by for by, given in ways if choose(*given) == pieces.language)
    return next(same, "its words, with its header as a hint")
