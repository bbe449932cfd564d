"""What in a text points to an account: URLs, mentions, labelled names and ids.

Each hit has its account, how it was found, and how sure that is. What was passed over is kept
with the reason, for whoever asks why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.announced import Labelled
from ingest.reading.accounts.labels import find_labelled
from ingest.reading.accounts.mentions import (
    Mention,
    ends_as_host,
    find_mentions,
    fitting,
    looks_like_domain,
)
from ingest.reading.accounts.near import find_near
from ingest.reading.accounts.nearby import named_nearby, platform_names, platform_nearby
from ingest.reading.accounts.phones import find_phones
from ingest.reading.accounts.platforms import Platform, Platforms
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.scripts import is_mixed_script
from ingest.reading.accounts.urls import FoundUrl
from ingest.reading.accounts.wording import Wording
from store.model import AccountReference

# Hits of one kind looked at in one text.
MAX_HITS: Final = 400

CONFIDENCE: Final = {
    "id_url": 0.98,
    "profile_url": 0.95,
    "post_url": 0.9,
    "labelled_id": 0.9,
    "phone": 0.9,
    "label": 0.85,
    "mention": 0.8,
    "list": 0.7,
    "fediverse_url": 0.5,
}
# A handle that breaks today's rule, or a label without a colon.
UNSURE: Final = 0.5
# It only looks like a handle, near words that speak of one: a person has to look.
A_GUESS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Hit:
    """An account, how it was found, how sure that is, and where it stands."""

    account: AccountReference
    method: str
    confidence: float
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What looked like an account and is none, where it stands, and why."""

    span: tuple[int, int]
    reason: str


Seen = Hit | PassedOver


def hits_by_url(urls: list[FoundUrl], platforms: Platforms) -> list[Seen]:
    """Give what the URLs of a text point to."""
    return [_by_url(url, platforms) for url in urls]


def hits_by_words(
    text: str, wording: Wording, platforms: Platforms, regions: tuple[str, ...]
) -> list[Seen]:
    """Give mentions, telephone numbers and labelled names of a text whose URLs are blanked out."""
    mentions = _bounded(_by_mention(text, platforms))
    mentions += _bounded(_by_phone(text, platforms, regions))
    named = _unless_seen(_by_label(text, find_labelled(text, wording), platforms), mentions)
    guesses = _by_label(text, find_near(text, wording), platforms)
    return [*mentions, *named, *_unless_seen(guesses, [*mentions, *named])]


def _unless_seen(seen: Iterator[Seen], known: list[Seen]) -> list[Seen]:
    """Leave out what stands where an account was found already."""
    taken = [each.span for each in known if isinstance(each, Hit)]
    return [each for each in _bounded(seen) if not _overlaps(each.span, taken)]


def _bounded(seen: Iterator[Seen]) -> list[Seen]:
    return [each for each, _ in zip(seen, range(MAX_HITS), strict=False)]


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _by_url(url: FoundUrl, platforms: Platforms) -> Seen:
    found = account_at(url, platforms)
    if found is None:
        return PassedOver(url.span, "a link that leads to no account")
    imitates = is_mixed_script(found.account.handle or "")
    confidence = UNSURE if imitates else CONFIDENCE[found.method]
    hit = Hit(found.account, found.method, confidence, url.span)
    return _unless_ours(hit, platforms.home)


def _unless_ours(hit: Hit, home: Platform) -> Seen:
    folded = (hit.account.folded_handle or "").casefold()
    if hit.account.platform == home.key and folded in home.own_handles:
        return PassedOver(hit.span, "an account of our own")
    return hit


def _by_mention(text: str, platforms: Platforms) -> Iterator[Seen]:
    domains = 0
    for mention in find_mentions(text):
        hit: Seen | None = _of_fediverse(mention, platforms) if mention.host else None
        if hit is None and mention.host is None:
            is_domain = looks_like_domain(mention.name)
            domains += is_domain
            if domains > MAX_HITS and is_domain:
                continue
            platform = platform_nearby(text, *mention.span, platforms)
            strange = is_domain and not platform.is_handle(mention.name)
            if strange and ends_as_host(mention.name):
                yield PassedOver(mention.span, "a host name")
                continue
            hit = _by_name(mention.name, platform, platforms, "mention", mention.span)
            if strange and isinstance(hit, Hit):
                # The name of another platform that the writer does not name.
                hit = replace(hit, confidence=A_GUESS)
        if hit:
            yield hit


def _by_phone(text: str, platforms: Platforms, regions: tuple[str, ...]) -> Iterator[Seen]:
    for number, key, span in find_phones(text, platforms, regions):
        platform = platforms.by_key(key)
        if platform is not None:
            yield Hit(platform.account(user_id=number), "phone", CONFIDENCE["phone"], span)


def _of_fediverse(mention: Mention, platforms: Platforms) -> Hit | None:
    platform = platforms.by_key("mastodon")
    if platform is None or not platform.is_handle(mention.name):
        return None
    url = f"https://{mention.host}/@{mention.name}"
    account = platform.account(handle=f"{mention.name}@{mention.host}", url=url)
    return Hit(account, "mention", CONFIDENCE["mention"], mention.span)


def _by_name(
    name: str, platform: Platform, platforms: Platforms, method: str, span: tuple[int, int]
) -> Seen:
    """Point to a handle; one that breaks the platform's rule is kept, less surely."""
    handle = fitting(name, platform.handle)
    sure = handle is not None and not _is_cut_within(name, handle)
    if not sure:
        imitates = is_mixed_script(name)
        if not name.isascii() and handle is None and not imitates:
            return PassedOver(span, f"no name that {platform.name} allows")
        handle = name if name.isascii() or imitates else handle
    if handle is None or handle.lower() in platform.reserved:
        return PassedOver(span, f"a word that {platform.name} keeps for itself")
    hit = Hit(platform.account(handle=handle), method, CONFIDENCE[method], span)
    return _unless_ours(hit if sure else replace(hit, confidence=UNSURE), platforms.home)


def _is_cut_within(name: str, handle: str) -> bool:
    """Tell whether a name goes on, after a dot, in small letters or figures: no new sentence."""
    rest = name[len(handle) :]
    return rest[:1] == "." and (rest[1:2].islower() or rest[1:2].isdigit())


def _platform_of(text: str, found: Labelled, platforms: Platforms) -> Platform:
    told = platforms.by_key(found.platform) if found.platform else None
    return told or named_nearby(text, *found.span, platforms) or platforms.home


def _by_label(text: str, labelled: Iterator[Labelled], platforms: Platforms) -> Iterator[Seen]:
    names = platform_names(platforms)
    for found in labelled:
        if found.token.lower() in names:
            continue
        platform = _platform_of(text, found, platforms)
        if found.method == "labelled_id":
            account = platform.account(user_id=found.token)
            yield Hit(account, found.method, CONFIDENCE[found.method], found.span)
            continue
        seen = _by_name(found.token, platform, platforms, "label", found.span)
        if found.method == "near_label":
            if isinstance(seen, Hit) and seen.confidence > UNSURE:
                yield replace(seen, method="near_label", confidence=A_GUESS)
        elif found.sure or isinstance(seen, PassedOver):
            yield seen
        else:
            yield replace(seen, confidence=UNSURE)
