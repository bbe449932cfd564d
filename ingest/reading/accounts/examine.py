"""One part of a mail looked through: the accounts in it, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.clean import CleanText, clean
from ingest.reading.accounts.clues import Clues
from ingest.reading.accounts.hits import (
    A_GUESS,
    CONFIDENCE,
    Hit,
    PassedOver,
    hits_by_url,
    hits_by_words,
)
from ingest.reading.accounts.phones import regions_of
from ingest.reading.accounts.platforms import Platforms
from ingest.reading.accounts.roles import tell_roles, windows
from ingest.reading.accounts.scene import Place, Scene, unwrapped
from ingest.reading.accounts.urls import FoundUrl, find_urls, take_apart
from ingest.reading.accounts.wording import Wording, given_names, label_wording, role_wording
from ingest.reading.bounds import MAX_TEXT
from ingest.reading.lexicon import fold
from ingest.reading.links import Link
from store.model import Role

MAX_LENGTH: Final = MAX_TEXT
# Characters of a part whose words are all looked up, be an account near or not.
LOOKED_AT: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is known when a part of a mail is looked through.

    ``in_danger`` tells that the mail speaks of somebody in danger.
    """

    platforms: Platforms
    language: str | None
    in_danger: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """The accounts of one part of a mail.

    ``numbers`` gives each hit the number of its place in ``scene``; ``told`` gives each place the
    role that rules tell, ``clues`` what else may tell it. ``all_words`` are the phrases of the
    whole part, where ``scene`` has those near accounts; ``home`` is the key of our platform. Spans
    are those of the cleaned text; ``origin`` brings them to the part's.
    """

    urls: list[FoundUrl]
    hits: list[Hit]
    numbers: list[int]
    told: list[Role | None]
    home: str
    all_words: Wording
    passed_over: list[PassedOver]
    scene: Scene
    clues: Clues
    cleaned: CleanText

    def origin(self, span: tuple[int, int]) -> tuple[int, int]:
        """Give a span in the part as it was handed in."""
        return self.cleaned.origin(span[0]), self.cleaned.origin(span[1])


def examine(text: str, asked: Asked, links: Iterable[Link] = ()) -> Examined:
    """Look through one part of a mail."""
    platforms, language = asked.platforms, asked.language
    cleaned = clean(text[:MAX_LENGTH], platforms)
    urls = find_urls(cleaned.text, platforms)
    masked = unwrapped(_masked(cleaned.text, urls))
    wording = label_wording(masked, platforms, language)
    urls = [*urls, *_behind(links, wording.folded, cleaned.text)]
    found = [
        *hits_by_url(urls, platforms),
        *hits_by_words(masked, wording, platforms, regions_of(language)),
    ]
    hits = sorted((each for each in found if isinstance(each, Hit)), key=lambda hit: hit.span)
    places, numbers = _places(hits)
    names = given_names(masked, wording) if len(places) > 1 else []
    phrases = role_wording(wording, windows(places), language, names)
    scene = Scene(masked, phrases, places, language, in_danger=asked.in_danger)
    told = tell_roles(scene)
    return Examined(
        urls=urls,
        hits=_surer(hits, numbers, scene),
        numbers=numbers,
        told=told,
        home=platforms.home.key,
        all_words=role_wording(wording, [(0, LOOKED_AT)], language),
        passed_over=[each for each in found if isinstance(each, PassedOver)],
        scene=scene,
        clues=Clues(scene, told, language),
        cleaned=cleaned,
    )


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
