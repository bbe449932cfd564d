"""What a duty officer asks for in the first line of a mail: ``take``, ``snooze 2h`` and so on.

Pure and total. Only the first line of the writer's own words counts, in any language there are
words for (``phrases/commands.toml``); phones that write a capital letter, a full stop or a
non-breaking space change nothing. A line with anything else on it is no command: whatever follows
may take it back. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ingest.reading.command_words import (
    TRIM,
    action_phrases,
    beginning,
    disposition_phrases,
    is_polite,
    read_span,
    seen,
)
from ingest.reading.words import is_forward_subject, is_reply_subject
from store.model import CommandFault, Disposition, StaffAction
from store.references import CASE_PREFIX, parse_reference

MAX_LINE: Final = 300
"""Characters of a line that is looked at as a command."""
MAX_REMARK: Final = 2_000
"""Characters kept of a note."""
_MAX_LOOKED_AT: Final = 20_000

# Whoever asks wants to know, and not to have it done.
_ASKS: Final = frozenset("?\uff1f\u061f")
_TAKES_NOTHING: Final = frozenset({StaffAction.TAKE, StaffAction.RELEASE, StaffAction.ESCALATE})


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenCommand:
    """What a first line asks for. ``case`` is the reference it names, if it names one.

    ``span`` belongs to snooze, ``disposition`` to close, ``remark`` to note and close. ``fault``
    tells what of these is missing or cannot be understood.
    """

    action: StaffAction
    case: str | None = None
    span: timedelta | None = None
    disposition: Disposition | None = None
    remark: str = ""
    fault: CommandFault | None = None


def written_command(text: str, subject: str) -> WrittenCommand | None:
    """Read the command in a mail's own words, else in its subject if it has no words."""
    lines = [seen(line) for line in text[:_MAX_LOOKED_AT].split("\n")]
    while lines and not lines[0].strip(TRIM):
        del lines[0]
    if lines:
        return read_command(lines)
    is_new = not (is_reply_subject(subject) or is_forward_subject(subject))
    return read_command([seen(subject)]) if is_new else None


def has_words(text: str) -> bool:
    """Tell whether a mail says anything at all."""
    return bool(seen(text[:_MAX_LOOKED_AT]).strip(TRIM + "\n"))


def read_command(lines: list[str]) -> WrittenCommand | None:
    """Read a command from the lines of a text, of which the first must hold it."""
    # What stands before a command is dressing; what stands behind it may belong to a note.
    line = lines[0].lstrip(TRIM)
    found = beginning(line[: MAX_LINE + MAX_REMARK], action_phrases())
    if found is None:
        return None
    action, rest = found
    if action is StaffAction.NOTE:
        return _note(rest, lines[1:])
    # Only a note is so long.
    if len(line) > MAX_LINE or _ASKS.intersection(rest):
        return None
    reference, rest = _reference(rest)
    if action in _TAKES_NOTHING:
        return WrittenCommand(action=action, case=reference) if _is_over(rest) else None
    if action is StaffAction.SNOOZE:
        return _snooze(reference, rest)
    return _close(reference, rest, lines[1:])


def _note(rest: str, below: list[str]) -> WrittenCommand:
    """Take the paragraph that begins behind the word."""
    reference, rest = _reference(rest)
    remark = _paragraph([rest, *below])
    fault = None if remark else CommandFault.TEXT
    return WrittenCommand(action=StaffAction.NOTE, case=reference, remark=remark, fault=fault)


def _snooze(reference: str | None, rest: str) -> WrittenCommand:
    words = rest.strip(TRIM)
    span = read_span(words) if not is_polite(words) else None
    fault = CommandFault.SPAN if span is None and not is_polite(words) else None
    return WrittenCommand(action=StaffAction.SNOOZE, case=reference, span=span, fault=fault)


def _close(reference: str | None, rest: str, below: list[str]) -> WrittenCommand:
    found = beginning(rest.lstrip(TRIM), disposition_phrases())
    if found is None:
        fault = CommandFault.DISPOSITION
        return WrittenCommand(action=StaffAction.CLOSE, case=reference, fault=fault)
    disposition, remark = found
    if reference is None:
        reference, remark = _reference(remark)
    remark = _paragraph([remark, *below]) if remark.strip(TRIM) else ""
    return WrittenCommand(
        action=StaffAction.CLOSE, case=reference, disposition=disposition, remark=remark
    )


def _paragraph(lines: list[str]) -> str:
    """Give the first paragraph of some lines."""
    kept: list[str] = []
    for line in lines:
        plain = line.strip(" \t:-\u2013\u2014" if not kept else " \t")
        if plain:
            kept.append(plain)
        elif kept:
            break
    return "\n".join(kept)[:MAX_REMARK].strip()


def _reference(rest: str) -> tuple[str | None, str]:
    """Take a case's reference off the beginning."""
    words = rest.strip(TRIM)
    for count in (1, 2, 3):
        head = words.split(maxsplit=count)[:count]
        typed = "".join(head).strip(TRIM)
        # A leading letter sets a reference apart from any ten letters.
        if len(head) == count and typed[:1].upper() == CASE_PREFIX:
            reference = parse_reference(typed, CASE_PREFIX) if len(typed) > 10 else None  # noqa: PLR2004 - its letters and digits
            if reference:
                return reference, " ".join(words.split()[count:])
    return None, rest


def _is_over(rest: str) -> bool:
    """Tell whether a command ends here: nothing follows, or politeness."""
    return is_polite(rest.strip(TRIM))
