# ruff: noqa: RUF002 - marks and letters as people type them, in many scripts
"""Handles and ids announced by a word: "username: name_1", "id 4711", "name_1 on Instagram"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.reading.accounts.announced import (
    BRACKET,
    CLOSED,
    NEAR,
    NUMBERED,
    OPEN,
    SPACE,
    Labelled,
    after_links,
    handle_after,
    handle_before,
    id_after,
    id_before,
    matched,
    stepped_back,
    token_at,
)
from ingest.reading.accounts.tokens import (
    looks_like_handle,
    token_before,
)
from ingest.reading.accounts.wording import PLATFORM, Wording, words_of
from ingest.reading.lexicon import Found, fold, is_unspaced


def find_labelled(text: str, wording: Wording) -> Iterator[Labelled]:
    """Give the labelled handles and ids of a text, in the order of their labels."""
    covered = -1
    for label in wording.found:
        if label.end <= covered and label.tag != "after":
            # Within a longer label.
            continue
        match label.tag:
            case "ids":
                found = (
                    id_after(text, label.end, wording)
                    or handle_after(text, label, wording)
                    or id_before(text, label)
                )
            case "labels":
                found = handle_after(text, label, wording) or handle_before(text, label)
            case platform if platform.startswith(PLATFORM):
                found = _of_platform(text, label, wording)
            case "after":
                found = _named_before(text, label, wording)
            case "named":
                found = _named_after(text, label, wording)
            case _:
                continue
        if found:
            covered = max(covered, label.end)
            yield found


def _of_platform(text: str, platform: Found, wording: Wording) -> Labelled | None:
    """Read "Instagram: name_1", "Instagram id 47", "Instagram name is name_1", "name_1 on it"."""
    if platform.start and text[platform.start - 1] in "@/.":
        return None
    numbered = NUMBERED.match(text, platform.end)
    if numbered:
        found = id_after(text, numbered.end(), wording)
    else:
        found = _behind_label(text, platform, wording) or handle_after(text, platform, wording)
        if found is None or not (found.sure or _is_bound(text, platform, found)):
            found = _on_platform(text, platform, wording)
    return replace(found, platform=platform.tag.removeprefix(PLATFORM)) if found else None


def _behind_label(text: str, platform: Found, wording: Wording) -> Labelled | None:
    """Read "LINEのIDは name_1" and "Instagram (old) username name_1"."""
    bracket = BRACKET.match(text, platform.end)
    place = after_links(text, bracket.end() if bracket else platform.end, wording)[0]
    place += len(matched(SPACE, text, place))
    labels = (each for each in wording.starting(place) if each.tag in {"labels", "ids"})
    label = next(labels, None)
    if label is None:
        return None
    return id_after(text, label.end, wording) or handle_after(text, label, wording)


def _is_bound(text: str, platform: Found, found: Labelled) -> bool:
    """Tell whether a handle stands right behind a platform's name, which then announces it."""
    return "\n" not in text[platform.end : found.span[0]]


def _on_platform(text: str, platform: Found, wording: Wording) -> Labelled | None:
    ons = wording.ending(stepped_back(text, platform.start, " "))
    on = next((each for each in ons if each.tag == "on"), None)
    before = token_before(text, on.start) if on else None
    if before is None:
        return None
    token, marks, span = before
    announced = wording.ending(stepped_back(text, span[0], ' "“„«'))
    named = any(each.tag == "named" for each in announced)
    if not (marks or looks_like_handle(token) or named):
        return None
    if fold(token) in words_of("never") | words_of("labels"):
        return None
    return Labelled(token, "label", bool(marks) or looks_like_handle(token), span)


def _named_before(text: str, after: Found, wording: Wording) -> Labelled | None:
    """Read what stands before a word that names it, as in "name_1 adlı kullanıcı"."""
    before = token_before(text, after.start)
    if before is None:
        return None
    token, marks, span = before
    near = wording.between(after.start, after.end + NEAR)
    announced = any(each.tag in {"labels", "ids"} for each in near)
    if fold(token) in words_of("never") | words_of("labels"):
        return None
    if not (announced or marks or looks_like_handle(token)):
        return None
    return Labelled(token, "label", bool(marks) or looks_like_handle(token), span)


def _named_after(text: str, named: Found, wording: Wording) -> Labelled | None:
    """Read "called name_1" without a label before it.

    A plain word must have one behind it, or quotation marks about it and no capital.
    """
    place = named.end + len(matched(SPACE, text, named.end))
    if place == named.end and not is_unspaced(text[named.end - 1]):
        return None
    found = token_at(text, place, named, announced=True, named=False)
    if found is None:
        return None
    after = found.span[1] + len(matched(CLOSED, text, found.span[1]))
    labelled = any(each.tag in {"labels", "after"} for each in wording.starting(after))
    quoted = bool(matched(OPEN, text, place)) and found.token.islower()
    if not (labelled or quoted or looks_like_handle(found.token)):
        return None
    return Labelled(found.token, "label", True, found.span)
