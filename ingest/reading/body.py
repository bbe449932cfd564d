"""The text of a mail: the writer's own words, and below them those of mails attached to it.

HTML and plain text are both parted into words and the rest where the markup tells what is quoted
or signed; where the two differ, the markup is believed. Link targets are collected from all HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final, TypeAlias

from ingest.reading.bounds import ends
from ingest.reading.cards import card_words
from ingest.reading.fields import unfold
from ingest.reading.links import Link
from ingest.reading.mime import Mail
from ingest.reading.nested import nested_mails
from ingest.reading.parts import Part
from ingest.reading.readings import Readings, read_passages, readable
from ingest.reading.signatures import Writer
from ingest.reading.structure import passages
from ingest.reading.words import OwnWords, own_words

# Where two readings of the same words differ more than by this factor, one of them is wrong.
APART: Final = 1.1

Parting: TypeAlias = Callable[[str], OwnWords]


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The writer's words, the signature under them, and where links lead.

    ``outer`` is the mail itself without those attached to it, whole.
    """

    words: OwnWords
    outer: Readings = field(default_factory=lambda: Readings(chosen=""))
    links: tuple[Link, ...] = ()
    defects: tuple[str, ...] = ()


def read_body(mail: Mail, *, is_reply: bool, is_forward: bool, ours: tuple[str, ...] = ()) -> Body:
    """Read the words of a mail; ``ours`` are the addresses our own mails come from."""
    own_mails = _pattern(ours)
    part = partial(
        own_words, is_reply=is_reply, is_forward=is_forward, ours=own_mails, writer=_writer(mail)
    )
    readings = read_passages(passages(mail.root))
    words = _words(readings, part)
    nested = [_nested(each) for each in nested_mails(mail.root, own_mails)]
    if forwarded := "\n\n".join(text for text, _ in nested if text):
        words = replace(words, text=ends(f"{words.text}\n\n{forwarded}".strip()))
    if not words.text and not words.signature:
        words = OwnWords(text=readable(card_words(mail.root)).strip())
    links = dict.fromkeys((*readings.links, *(link for _, found in nested for link in found)))
    return Body(words=words, outer=readings, links=tuple(links), defects=readings.defects)


def _writer(mail: Mail) -> Writer:
    name, address = next(iter(mail.addresses("from")), ("", ""))
    return Writer(name=name, address=address)


@cache
def _pattern(ours: tuple[str, ...]) -> re.Pattern[str] | None:
    """Find any of our addresses, with a token after its local part too."""
    pairs = [address.lower().rpartition("@") for address in ours]
    found = [
        rf"{re.escape(local)}(?:\+[\w.=-]{{1,200}})?@{re.escape(domain)}"
        for local, _, domain in pairs
    ]
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(found)})(?![\w-])") if found else None


def _words(readings: Readings, part: Parting) -> OwnWords:
    """Take the chosen reading, unless HTML knows better what is quoted or signed."""
    words = part(readings.chosen)
    if not readings.marked or readings.marked == readings.chosen:
        return words
    by_marks = part(readings.marked)
    ours, theirs = len("".join(words.text.split())), len("".join(by_marks.text.split()))
    is_apart = ours > theirs * APART or theirs > ours * APART
    return by_marks if by_marks.text and (is_apart or not words.text) else words


def _nested(root: Part) -> tuple[str, tuple[Link, ...]]:
    """Read a nested mail whole, quotes and all; its subject if it has no words."""
    readings = read_passages(passages(root))
    text = own_words(readings.chosen, is_reply=False, is_forward=True).text
    return text or unfold(str(root.get("Subject", "")), 200), readings.links
