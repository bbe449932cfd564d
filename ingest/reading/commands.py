"""What a duty officer asks for in the first line of a mail: ``take``, ``snooze 2h`` and so on.

Pure and total. Only the first line of the writer's own words counts, in any language there are
words for (``phrases/commands.toml``); phones that write a capital letter, a full stop or a
non-breaking space change nothing. A line that is no command is no command: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from ingest.reading.phrases import merged, table
from ingest.reading.words import is_forward_subject, is_reply_subject
from store.model import CommandFault, Disposition, StaffAction
from store.references import CASE_PREFIX, parse_reference

NAME: Final = "commands"
MAX_LINE: Final = 300
"""Characters of a line that is looked at as a command."""
MAX_REMARK: Final = 2_000
"""Characters kept of a note."""
LONGEST_SPAN: Final = timedelta(days=366)
_MAX_LOOKED_AT: Final = 20_000

# Characters that show nothing, and those that writers and programs put around a word.
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_TRIM: Final = " \t*_`'\"“”„‚‘’«»‹›()[]{}<>#/\\|~•·.,;:!?…-\u2013\u2014"  # noqa: RUF001 - quotation marks
# Behind a word, these part it from what follows as a space cannot.
_STOPS: Final = ".,;:!…-\u2013\u2014"
_SPAN_PART = re.compile(r"(\d{1,4})(?:[.,](\d))?\s?([^\W\d_]+\.?)?")
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
    lines = [_seen(line) for line in text[:_MAX_LOOKED_AT].split("\n")]
    while lines and not lines[0].strip(_TRIM):
        del lines[0]
    if lines:
        return read_command(lines)
    is_new = not (is_reply_subject(subject) or is_forward_subject(subject))
    return read_command([_seen(subject)]) if is_new else None


def has_words(text: str) -> bool:
    """Tell whether a mail says anything at all."""
    return bool(_seen(text[:_MAX_LOOKED_AT]).strip(_TRIM + "\n"))


def read_command(lines: list[str]) -> WrittenCommand | None:
    """Read a command from the lines of a text, of which the first must hold it."""
    # What stands before a command is dressing; what stands behind it may belong to a note.
    line = lines[0].lstrip(_TRIM)
    found = _beginning(line[: MAX_LINE + MAX_REMARK], _actions())
    if found is None:
        return None
    action, rest = found
    if action is StaffAction.NOTE:
        return _note(rest, lines[1:])
    if len(line) > MAX_LINE:
        # Only a note is so long.
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
    words = rest.strip(_TRIM)
    span = _span(words) if not _is_polite(words) else None
    fault = CommandFault.SPAN if span is None and not _is_polite(words) else None
    return WrittenCommand(action=StaffAction.SNOOZE, case=reference, span=span, fault=fault)


def _close(reference: str | None, rest: str, below: list[str]) -> WrittenCommand:
    found = _beginning(rest.lstrip(_TRIM), _dispositions())
    if found is None:
        fault = CommandFault.DISPOSITION
        return WrittenCommand(action=StaffAction.CLOSE, case=reference, fault=fault)
    disposition, remark = found
    if reference is None:
        reference, remark = _reference(remark)
    remark = _paragraph([remark, *below]) if remark.strip(_TRIM) else ""
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
    words = rest.strip(_TRIM)
    for count in (1, 2, 3):
        head = words.split(maxsplit=count)[:count]
        typed = "".join(head).strip(_TRIM)
        # A leading letter sets a reference apart from any ten letters.
        if len(head) == count and typed[:1].upper() == CASE_PREFIX:
            reference = parse_reference(typed, CASE_PREFIX) if len(typed) > 10 else None  # noqa: PLR2004 - its letters and digits
            if reference:
                return reference, " ".join(words.split()[count:])
    return None, rest


def _is_over(rest: str) -> bool:
    """Tell whether a line ends here: nothing follows, or politeness, or another sentence."""
    return rest[:1] in {*_STOPS} or _is_polite(rest.strip(_TRIM))


def _is_polite(words: str) -> bool:
    left = fold(words).strip(_TRIM)
    while left:
        phrase = next((one for one in _polite() if _begins(left, one)), None)
        if phrase is None:
            # What is no letter, such as a thumb that points up, says nothing.
            return not any(character.isalnum() for character in left)
        left = left[len(phrase) :].strip(_TRIM)
    return True


def _span(words: str) -> timedelta | None:
    """Read a time such as ``2h``, ``1 h 30 min`` or ``two``'s like ``an hour``."""
    left = fold(words).strip(_TRIM)
    for word in _folded("fillers"):
        if _begins(left, word):
            left = left[len(word) :].strip(_TRIM)
    for word in _folded("ones"):
        if _begins(left, word):
            left = f"1 {left[len(word) :].strip()}"
    total = timedelta()
    while part := _SPAN_PART.match(left):
        unit = _units().get((part[3] or "").rstrip("."))
        # "1h30" is common; a figure alone could be anything.
        unit = unit or (timedelta(minutes=1) if not part[3] and total else None)
        if unit is None:
            return None
        total += unit * (int(part[1]) + int(part[2] or 0) / 10)
        left = left[part.end() :].strip(_TRIM)
    is_whole = bool(total) and total <= LONGEST_SPAN and _is_polite(left)
    return total if is_whole else None


def _beginning(line: str, phrases: Mapping[str, Any]) -> tuple[Any, str] | None:
    """Find the longest phrase a line begins with; give its meaning and the rest of the line."""
    folded, places = _folded_with_places(line)
    for phrase in sorted(phrases, key=len, reverse=True):
        if _begins(folded, phrase):
            end = places[len(phrase)] if len(phrase) < len(places) else len(line)
            return phrases[phrase], line[end:]
    return None


def _begins(folded: str, phrase: str) -> bool:
    after = folded[len(phrase) : len(phrase) + 1]
    return folded.startswith(phrase) and not (after.isalnum() or after == "_")


def _folded_with_places(line: str) -> tuple[str, list[int]]:
    """Fold a line, and tell for each character of that where it stood in the line."""
    folded: list[str] = []
    places: list[int] = []
    for at, character in enumerate(line):
        for each in fold(character):
            folded.append(each)
            places.append(at)
    return "".join(folded), places


def fold(text: str) -> str:
    """Fold for comparison: small letters without accents, plain apostrophes and spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return "".join(_PLAIN.get(each, each) for each in plain)


_PLAIN: Final = {"\u2019": "'", "\u2018": "'", "ł": "l", "\u00a0": " "}


def _seen(text: str) -> str:
    """Drop what cannot be seen, and make every kind of space a plain one."""
    visible = _UNSEEN.sub("", text)
    return "".join(
        " " if unicodedata.category(each) == "Zs" or each == "\t" else each for each in visible
    )


@cache
def _actions() -> dict[str, StaffAction]:
    return {
        spelling: action
        for action in StaffAction
        for phrase in (action.value, *merged(NAME, action.value))
        for spelling in _spellings(phrase)
    }


@cache
def _dispositions() -> dict[str, Disposition]:
    tables = [language.get("dispositions", {}) for language in table(NAME).values()]
    found = {
        spelling: disposition
        for disposition in Disposition
        for phrases in tables
        for phrase in phrases.get(disposition.value, [])
        for spelling in _spellings(phrase)
    }
    for disposition in Disposition:
        for gap in "_- ":
            found[disposition.value.replace("_", gap)] = disposition
    return found


def _spellings(phrase: str) -> set[str]:
    """Give a phrase as it is compared, and as German is typed without umlauts."""
    typed = phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return {fold(phrase), fold(typed)}


@cache
def _folded(key: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in merged(NAME, key)}, key=len, reverse=True))


def _polite() -> tuple[str, ...]:
    return _folded("polite")


@cache
def _units() -> dict[str, timedelta]:
    units = {"hours": timedelta(hours=1), "minutes": timedelta(minutes=1), "days": timedelta(1)}
    return {word: unit for key, unit in units.items() for word in _folded(key)}
