"""All accounts a mail names, each once, with its role and how sure we are.

Reads subject, own words, link targets and signature, each by itself; what stands in a signature or
in the sender's name is the writer's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ingest.reading.accounts.examine import MAX_LENGTH, Asked, Examined, examine
from ingest.reading.accounts.hits import Hit, hits_by_url
from ingest.reading.accounts.merging import MAX_ACCOUNTS, Seen, merge
from ingest.reading.accounts.platforms import Platforms, platforms_for
from ingest.reading.accounts.urls import FoundUrl, take_apart
from ingest.reading.accounts.weighing import REPORTED, WRITER, Shares, weigh
from ingest.reading.links import Link
from ingest.reading.network import Piece, Token, judge
from ingest.reading.rules import ReadingRules
from ingest.reading.urgency import Looked, look, signs_in
from store.model import Role, Sighting

__all__ = ["MAX_LENGTH", "Named", "Skipped", "find_accounts"]

# URLs and passed-over pieces that are listed.
MAX_LISTED: Final = 400
# Sightings of one part that are weighed; the same account again and again adds nothing.
MAX_SIGHTINGS: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A piece of the mail that looked like an account and was passed over, and why."""

    part: str
    span: tuple[int, int]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The accounts and the URLs a mail names, and what was passed over.

    ``seen`` tells of each sighting how likely each role is; ``urgent`` how likely it is that the
    mail cannot wait, None if it was not read for that, and ``tokens`` by what the network told it.
    """

    seen: tuple[Seen, ...] = ()
    urls: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    urgent: float | None = None
    tokens: tuple[Token, ...] = ()

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """The accounts, each once."""
        return tuple(each.sighting for each in self.seen)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a mail names."""

    urls: list[FoundUrl]
    seen: list[Seen]
    skipped: list[Skipped]


def find_accounts(  # noqa: PLR0913 - the parts of a mail, by name
    *,
    subject: str,
    text: str,
    signature: str,
    links: tuple[Link, ...],
    rules: ReadingRules,
    sender_name: str = "",
    language: str | None = None,
    in_danger: bool = False,
    looked: Looked | None = None,
) -> Named:
    """Find what a mail names; our own handles and addresses are left out.

    ``in_danger`` tells that the mail speaks of somebody in danger; ``looked`` is its subject and
    text as looked through for that, if that was done.
    """
    asked = Asked(platforms=platforms_for(rules.home), language=language, in_danger=in_danger)
    shown, pictures = _sorted(links)
    subject_found, text_found = _examined(subject, asked), _examined(text, asked, shown)
    pieces = [
        Piece(found, at)
        for found, at in ((subject_found, 0), (text_found, len(subject) + 1))
        if found
    ]
    signs = signs_in(looked or look(f"{subject}\n{text}", language), language)
    judged = judge(pieces, signs, language)
    whose = iter(zip(judged.roles, judged.first, strict=False))
    in_subject, in_text = (
        _part(found, name, *(next(whose, ({}, 0)) if found else ({}, 0)))
        for found, name in ((subject_found, "subject"), (text_found, "text"))
    )
    own = [
        _part(_examined(signature, asked, shown), "signature"),
        _part(_examined(sender_name, asked), "from"),
    ]
    in_links = _read_links(pictures, asked.platforms)
    named = [*in_subject.seen, *in_text.seen]
    named += [_as_writer(each) for part in own for each in part.seen]
    named += in_links.seen if not named else []
    urls = dict.fromkeys(url.url for part in (in_subject, in_text, in_links) for url in part.urls)
    skipped = [each for part in (in_subject, in_text, in_links, *own) for each in part.skipped]
    return Named(
        seen=merge(named),
        urls=tuple(urls)[:MAX_LISTED],
        skipped=tuple(skipped)[:MAX_LISTED],
        urgent=judged.urgent,
        tokens=judged.tokens,
    )


def _sorted(links: tuple[Link, ...]) -> tuple[list[Link], list[str]]:
    """Part links that words show, which count where these stand, from others."""
    shown = [link for link in links if link.text]
    return shown, [link.target for link in links if not link.text]


def _examined(text: str, asked: Asked, links: Iterable[Link] = ()) -> Examined | None:
    return examine(text, asked, links) if text.strip() else None


def _part(
    found: Examined | None,
    part: str,
    shares: Mapping[int, Shares] = MappingProxyType({}),
    first: int = 0,
) -> _Part:
    """Put together what a part names; ``first`` is the number of its first place in the mail."""
    if found is None:
        return _Part([], [], [])
    seen = [_told(found, part, number, shares, first) for number in _first(found.hits)]
    skipped = [
        Skipped(part=part, span=found.origin(each.span), reason=each.reason)
        for each in found.passed_over
    ]
    return _Part(found.urls, seen, skipped)


def _first(hits: list[Hit]) -> list[int]:
    """Give the numbers of the hits of the first accounts; more are not kept of a mail."""
    keys: set[tuple[str, str]] = set()
    first = []
    for number, hit in enumerate(hits):
        if len(keys) < MAX_ACCOUNTS or hit.account.key in keys:
            keys.add(hit.account.key)
            first.append(number)
    return first[:MAX_SIGHTINGS]


def _told(
    found: Examined, part: str, number: int, shares: Mapping[int, Shares], first: int
) -> Seen:
    """Tell how likely each role is for one hit: by the whole mail, else by the clues around it."""
    hit, place = found.hits[number], found.numbers[number]
    sighting = _sighted(hit, found.origin(hit.span), part)
    if place in shares:
        return Seen(sighting, shares[place], places=frozenset({first + place}))
    clues = frozenset(found.clues.of(place))
    return Seen(sighting, weigh(clues), clues)


def _read_links(links: Iterable[str], platforms: Platforms) -> _Part:
    urls = [url for link in links if (url := take_apart(link))]
    hits = [each for each in hits_by_url(urls, platforms) if isinstance(each, Hit)]
    return _Part(urls, [Seen(_sighted(hit, (0, 0), "link"), REPORTED) for hit in hits], [])


def _sighted(hit: Hit, span: tuple[int, int], part: str) -> Sighting:
    return Sighting(
        account=hit.account,
        role=Role.REPORTED,
        method=hit.method,
        confidence=hit.confidence,
        part=part,
        span=span,
    )


def _as_writer(seen: Seen) -> Seen:
    return Seen(seen.sighting, WRITER)
