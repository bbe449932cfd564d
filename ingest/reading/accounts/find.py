"""All accounts a mail names, each once, with its role and how sure we are.

Reads subject, own words, link targets and signature. Sightings of the same account are merged:
the surest method stays; a role that words give outranks the assumed one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.clean import CleanText, clean
from ingest.reading.accounts.hits import (
    A_GUESS,
    CONFIDENCE,
    Hit,
    PassedOver,
    hits_by_url,
    hits_by_words,
)
from ingest.reading.accounts.phones import regions_of
from ingest.reading.accounts.platforms import Platforms, platforms_for
from ingest.reading.accounts.roles import tell_roles, windows
from ingest.reading.accounts.scene import Place, Scene, unwrapped
from ingest.reading.accounts.urls import FoundUrl, find_urls, take_apart
from ingest.reading.accounts.wording import given_names, label_wording, role_wording
from ingest.reading.bounds import MAX_TEXT
from ingest.reading.lexicon import fold
from ingest.reading.links import Link
from ingest.reading.rules import ReadingRules
from store.model import AccountReference, Role, Sighting

MAX_ACCOUNTS: Final = 50
# URLs and passed-over pieces that are listed.
MAX_LISTED: Final = 400
MAX_LENGTH: Final = MAX_TEXT

# Which role an account has that is seen in several: a child's is never taken for a reported one.
_ROLE_ORDER: Final = (Role.VICTIM, Role.REPORTER, Role.MENTIONED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A piece of the mail that looked like an account and was passed over, and why."""

    part: str
    span: tuple[int, int]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The accounts and the URLs a mail names, and what was passed over."""

    sightings: tuple[Sighting, ...] = ()
    urls: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sighting; ``told`` when words gave it its role."""

    sighting: Sighting
    told: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What is known when a part of a mail is read."""

    platforms: Platforms
    language: str | None
    in_danger: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a mail names."""

    urls: list[FoundUrl]
    seen: list[_Seen]
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
) -> Named:
    """Find what a mail names; our own handles and addresses are left out.

    ``in_danger`` tells that the mail speaks of somebody in danger.
    """
    asked = _Asked(platforms=platforms_for(rules.home), language=language, in_danger=in_danger)
    in_subject = _read(subject, "subject", asked)
    shown, pictures = _sorted(links)
    in_text = _read(text, "text", asked, shown)
    own = [_read(signature, "signature", asked, shown), _read(sender_name, "from", asked)]
    in_links = _read_links(pictures, asked.platforms)
    named = [*in_subject.seen, *in_text.seen]
    named += [_as_writer(each) for part in own for each in part.seen]
    named += in_links.seen if not named else []
    urls = dict.fromkeys(url.url for part in (in_subject, in_text, in_links) for url in part.urls)
    skipped = [each for part in (in_subject, in_text, in_links, *own) for each in part.skipped]
    return Named(
        sightings=_merge(named), urls=tuple(urls)[:MAX_LISTED], skipped=tuple(skipped)[:MAX_LISTED]
    )


def _sorted(links: tuple[Link, ...]) -> tuple[list[Link], list[str]]:
    """Part links that words show, which count where these stand, from others."""
    shown = [link for link in links if link.text]
    return shown, [link.target for link in links if not link.text]


def _read(text: str, part: str, asked: _Asked, links: Iterable[Link] = ()) -> _Part:
    if not text.strip():
        return _Part([], [], [])
    platforms, language = asked.platforms, asked.language
    cleaned = clean(text[:MAX_LENGTH], platforms)
    urls = find_urls(cleaned.text, platforms)
    masked = unwrapped(_masked(cleaned.text, urls))
    wording = label_wording(masked, platforms, language)
    behind = _behind(links, wording.folded, cleaned.text)
    found = [
        *hits_by_url([*urls, *behind], platforms),
        *hits_by_words(masked, wording, platforms, regions_of(language)),
    ]
    hits = sorted((each for each in found if isinstance(each, Hit)), key=lambda hit: hit.span)
    places, numbers = _places(hits)
    names = given_names(masked, wording) if len(places) > 1 else []
    phrases = role_wording(wording, windows(places), language, names)
    scene = Scene(masked, phrases, places, language, in_danger=asked.in_danger)
    roles = tell_roles(scene)
    seen = [
        _sighted(replace(hit, span=_origin(cleaned, hit.span)), roles[number], part)
        for hit, number in zip(_surer(hits, numbers, scene), numbers, strict=True)
    ]
    skipped = [
        Skipped(part=part, span=_origin(cleaned, each.span), reason=each.reason)
        for each in found
        if isinstance(each, PassedOver)
    ]
    return _Part([*urls, *behind], seen, skipped)


def _behind(links: Iterable[Link], folded: str, text: str) -> list[FoundUrl]:
    """Find the links whose words stand in a text, at the place of these words.

    Those of a quote, a signature or a notice stand elsewhere and are not the writer's.
    """
    whole = fold(text) if "\x00" in folded else folded
    found = []
    place = 0
    for link in links:
        words = fold(link.text or "")
        start = whole.find(words, place)
        start = start if start >= 0 else whole.find(words)
        url = take_apart(link.target) if start >= 0 else None
        if url:
            place = start + len(words)
            found.append(replace(url, span=(start, place)))
    return found


def _read_links(links: Iterable[str], platforms: Platforms) -> _Part:
    urls = [url for link in links if (url := take_apart(link))]
    found = hits_by_url(urls, platforms)
    hits = [each for each in found if isinstance(each, Hit)]
    return _Part(urls, [_sighted(replace(hit, span=(0, 0)), None, "link") for hit in hits], [])


def _masked(text: str, urls: list[FoundUrl]) -> str:
    """Blank the URLs out, so that nothing within them is read a second time."""
    pieces: list[str] = []
    done = 0
    for url in urls:
        start, end = url.span
        if start >= done:
            pieces += (text[done:start], "\x00" * (end - start))
            done = end
    return "".join([*pieces, text[done:]])


def _places(hits: list[Hit]) -> tuple[list[Place], list[int]]:
    """Give the places where accounts stand, and for each hit the number of its place."""
    places: list[Place] = []
    numbers = []
    for hit in hits:
        start, end = hit.span
        if places and start < places[-1].end:
            places[-1] = replace(places[-1], end=max(end, places[-1].end))
        else:
            places.append(Place(start, end, hit.account.platform, hit.account.handle or ""))
        numbers.append(len(places) - 1)
    return places, numbers


def _surer(hits: list[Hit], numbers: list[int], scene: Scene) -> list[Hit]:
    """Take what is listed beside a sure account for one, too, and no longer for a guess."""
    surer: list[Hit] = []
    for hit, number in zip(hits, numbers, strict=True):
        before = surer[-1] if surer else None
        listed = before is not None and before.confidence > A_GUESS and scene.is_joined(number)
        if hit.confidence == A_GUESS and listed:
            surer.append(replace(hit, method="list", confidence=CONFIDENCE["list"]))
        else:
            surer.append(hit)
    return surer


def _origin(cleaned: CleanText, span: tuple[int, int]) -> tuple[int, int]:
    return cleaned.origin(span[0]), cleaned.origin(span[1])


def _sighted(hit: Hit, role: Role | None, part: str) -> _Seen:
    sighting = Sighting(
        account=hit.account,
        role=role or Role.REPORTED,
        method=hit.method,
        confidence=hit.confidence,
        part=part,
        span=hit.span,
    )
    return _Seen(sighting, told=role is not None)


def _as_writer(seen: _Seen) -> _Seen:
    return _Seen(replace(seen.sighting, role=Role.REPORTER), told=True)


def _merge(seen: list[_Seen]) -> tuple[Sighting, ...]:
    """Keep each account once, in the order of first sight."""
    by_account: dict[tuple[str, str], list[_Seen]] = {}
    for each in seen:
        by_account.setdefault(each.sighting.account.key, []).append(each)
    merged = (_joined(sightings) for sightings in by_account.values())
    return tuple(merged)[:MAX_ACCOUNTS]


def _joined(seen: list[_Seen]) -> Sighting:
    best = max((each.sighting for each in seen), key=lambda sighting: sighting.confidence)
    told = {each.sighting.role for each in seen if each.told}
    role = next((role for role in _ROLE_ORDER if role in told), Role.REPORTED)
    return replace(best, role=role, account=_fullest(seen))


def _fullest(seen: list[_Seen]) -> AccountReference:
    """Take the pointer that says most about the account."""
    accounts = [each.sighting.account for each in seen]
    return max(accounts, key=lambda one: (bool(one.user_id), bool(one.handle), bool(one.url)))
