"""All accounts a mail names, each once, with its role and how sure we are.

Reads subject, own words, link targets and signature. Sightings of the same account are merged:
the surest method stays; a role that words give outranks the assumed one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.clean import CleanText, clean
from ingest.reading.accounts.labels import Labelled, find_labelled
from ingest.reading.accounts.mentions import Mention, find_mentions, fitting, looks_like_domain
from ingest.reading.accounts.nearby import named_nearby, platform_nearby
from ingest.reading.accounts.platforms import Platform, Platforms, platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.roles import role_before
from ingest.reading.accounts.urls import FoundUrl, find_urls, take_apart
from ingest.reading.bounds import MAX_TEXT
from ingest.reading.rules import ReadingRules
from store.model import AccountReference, Role, Sighting

MAX_ACCOUNTS: Final = 50
# Sightings looked at before merging.
MAX_SIGHTINGS: Final = 400
MAX_LENGTH: Final = MAX_TEXT

CONFIDENCE: Final = {
    "id_url": 0.98,
    "profile_url": 0.95,
    "post_url": 0.9,
    "labelled_id": 0.9,
    "label": 0.85,
    "mention": 0.8,
    "fediverse_url": 0.5,
}
# A handle that breaks today's rule, or a label without a colon.
UNSURE: Final = 0.5

_ROLE_ORDER: Final = (Role.VICTIM, Role.REPORTER, Role.REPORTED, Role.MENTIONED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The accounts and the URLs a mail names."""

    sightings: tuple[Sighting, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hit:
    account: AccountReference
    method: str
    confidence: float
    span: tuple[int, int]


def find_accounts(
    *, subject: str, text: str, signature: str, links: tuple[str, ...], rules: ReadingRules
) -> Named:
    """Find what a mail names; our own handles and addresses are left out."""
    platforms = platforms_for(rules.home)
    text_urls, in_text = _read(text, "text", platforms)
    subject_urls, in_subject = _read(subject, "subject", platforms)
    _, in_signature = _read(signature, "signature", platforms)
    linked = [url for link in links if (url := take_apart(link))]
    in_links = [
        _sighting(hit, Role.REPORTED, "link")
        for url in linked
        if (hit := _hit_by_url(url, platforms))
    ]
    own = [replace(sighting, role=Role.REPORTER) for sighting in in_signature]
    urls = dict.fromkeys(url.url for url in (*subject_urls, *text_urls, *linked))
    return Named(
        sightings=_merge([*in_subject, *in_text, *in_links, *own]),
        urls=tuple(urls)[:MAX_SIGHTINGS],
    )


def _read(text: str, part: str, platforms: Platforms) -> tuple[list[FoundUrl], list[Sighting]]:
    cleaned = clean(text[:MAX_LENGTH])
    urls = find_urls(cleaned.text, platforms)
    hits = [hit for url in urls if (hit := _hit_by_url(url, platforms))]
    masked = _masked(cleaned.text, urls)
    hits += _bounded(_hits_by_mention(masked, platforms))
    hits += _bounded(_hits_by_label(masked, platforms))
    return urls, _with_roles(cleaned, hits, part)


def _bounded(hits: Iterator[_Hit]) -> list[_Hit]:
    return [hit for hit, _ in zip(hits, range(MAX_SIGHTINGS), strict=False)]


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


def _hit_by_url(url: FoundUrl, platforms: Platforms) -> _Hit | None:
    found = account_at(url, platforms)
    if found is None or _is_own(found.account, platforms.home):
        return None
    return _Hit(found.account, found.method, CONFIDENCE[found.method], url.span)


def _is_own(account: AccountReference, home: Platform) -> bool:
    folded = (account.folded_handle or "").casefold()
    return account.platform == home.key and folded in home.own_handles


def _hits_by_mention(text: str, platforms: Platforms) -> Iterator[_Hit]:
    domains = 0
    for mention in find_mentions(text):
        hit = _of_fediverse(mention, platforms) if mention.host else None
        if hit is None and mention.host is None:
            is_domain = looks_like_domain(mention.name)
            domains += is_domain
            if domains > MAX_SIGHTINGS and is_domain:
                continue
            platform = platform_nearby(text, *mention.span, platforms)
            if is_domain and not platform.is_handle(mention.name):
                continue
            hit = _hit_by_name(mention.name, platform, platforms, "mention", mention.span)
        if hit:
            yield hit


def _of_fediverse(mention: Mention, platforms: Platforms) -> _Hit | None:
    platform = platforms.by_key("mastodon")
    if platform is None or not platform.is_handle(mention.name):
        return None
    url = f"https://{mention.host}/@{mention.name}"
    account = platform.account(handle=f"{mention.name}@{mention.host}", url=url)
    return _Hit(account, "mention", CONFIDENCE["mention"], mention.span)


def _hit_by_name(
    name: str, platform: Platform, platforms: Platforms, method: str, span: tuple[int, int]
) -> _Hit | None:
    """Point to a handle; one that breaks the platform's rule is kept, less surely."""
    handle = fitting(name, platform.handle)
    sure = handle is not None
    if handle is None:
        if not name.isascii():
            return None
        platform, handle = platforms.home if method == "mention" else platform, name
    if handle.lower() in platform.reserved:
        return None
    account = platform.account(handle=handle)
    if _is_own(account, platforms.home):
        return None
    return _Hit(account, method, CONFIDENCE[method] if sure else UNSURE, span)


def _hits_by_label(text: str, platforms: Platforms) -> Iterator[_Hit]:
    for found in find_labelled(text, platforms):
        named = platforms.by_key(found.platform) if found.platform else None
        platform = named or named_nearby(text, *found.span, platforms) or platforms.home
        hit = _labelled_hit(found, platform, platforms)
        if hit:
            yield hit if found.sure else replace(hit, confidence=UNSURE)


def _labelled_hit(found: Labelled, platform: Platform, platforms: Platforms) -> _Hit | None:
    if found.method == "labelled_id":
        account = platform.account(user_id=found.token)
        return _Hit(account, found.method, CONFIDENCE[found.method], found.span)
    return _hit_by_name(found.token, platform, platforms, found.method, found.span)


def _with_roles(cleaned: CleanText, hits: list[_Hit], part: str) -> list[Sighting]:
    sightings = []
    previous_end = 0
    for hit in sorted(hits, key=lambda hit: hit.span):
        role = role_before(cleaned.text, hit.span[0], previous_end)
        previous_end = max(previous_end, hit.span[1])
        span = (cleaned.origin(hit.span[0]), cleaned.origin(hit.span[1]))
        sightings.append(_sighting(replace(hit, span=span), role or Role.REPORTED, part))
    return sightings


def _sighting(hit: _Hit, role: Role, part: str) -> Sighting:
    return Sighting(
        account=hit.account,
        role=role,
        method=hit.method,
        confidence=hit.confidence,
        part=part,
        span=hit.span,
    )


def _merge(sightings: list[Sighting]) -> tuple[Sighting, ...]:
    """Keep each account once, in the order of first sight."""
    merged: dict[tuple[str, str], Sighting] = {}
    for sighting in sightings:
        known = merged.get(sighting.account.key)
        merged[sighting.account.key] = _joined(known, sighting) if known else sighting
    return tuple(merged.values())[:MAX_ACCOUNTS]


def _joined(known: Sighting, again: Sighting) -> Sighting:
    best = again if again.confidence > known.confidence else known
    role = min(known.role, again.role, key=_ROLE_ORDER.index)
    return replace(best, role=role)
