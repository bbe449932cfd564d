"""The accounts that somebody put into the form: certain, as the form asks for nothing else.

Names and addresses of accounts alone are certain. What stands among other words ("the blue one")
is read as everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ingest.reading.accounts.find import Named
from ingest.reading.accounts.hits import UNSURE, Hit, hits_by_url
from ingest.reading.accounts.merging import MAX_ACCOUNTS, Seen
from ingest.reading.accounts.platforms import Platforms, platforms_for
from ingest.reading.accounts.urls import find_urls
from ingest.reading.accounts.weighing import REPORTED
from ingest.reading.accounts.wording import words_of
from ingest.reading.form import FilledForm
from ingest.reading.lexicon import fold
from ingest.reading.rules import HomePlatform
from store.model import AccountReference, Role, Sighting

METHOD: Final = "form"
SURE: Final = 1.0
# Characters of the answer that are looked at.
_MAX_ANSWER: Final = 2_000
_PIECE: Final = re.compile(r"[^\n,;\u060c\u3001\uff0c]+")
_MARKS: Final = (
    "\"'`*()[]<>.:!\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u2066\u2067\u2068\u2069\u200e\u200f"
)


def with_form(named: Named, form: FilledForm | None, text: str, home: HomePlatform) -> Named:
    """Put the accounts of a form before what the words beside it name."""
    if form is None or form.account is None:
        return named
    stated: dict[tuple[str, str], Seen] = {}
    for account, span in _stated(text, form.account, platforms_for(home)):
        stated.setdefault(account.key, _seen(account, span))
    known = {each.sighting.account.key: each.sighting.account for each in named.seen}
    first = [
        replace(
            each, sighting=replace(each.sighting, account=known.get(key, each.sighting.account))
        )
        for key, each in stated.items()
    ]
    others = (each for each in named.seen if each.sighting.account.key not in stated)
    return replace(named, seen=(*first, *others)[:MAX_ACCOUNTS])


def _seen(account: AccountReference, span: tuple[int, int]) -> Seen:
    sighting = Sighting(
        account=account,
        role=Role.REPORTED,
        method=METHOD,
        confidence=SURE,
        part="text",
        span=span,
    )
    return Seen(sighting, REPORTED)


def _stated(
    text: str, span: tuple[int, int], platforms: Platforms
) -> Iterator[tuple[AccountReference, tuple[int, int]]]:
    """Give the accounts of an answer and their places in the text."""
    begin = span[0]
    answer = text[begin : min(span[1], begin + _MAX_ANSWER)]
    urls = find_urls(answer, platforms)
    for seen in hits_by_url(urls, platforms):
        # One that imitates another's letters, or leads nowhere sure, is read like any other.
        if isinstance(seen, Hit) and seen.confidence > UNSURE:
            yield seen.account, (begin + seen.span[0], begin + seen.span[1])
    for url in urls:
        start, end = url.span
        answer = f"{answer[:start]}{chr(10) * (end - start)}{answer[end:]}"
    for name, start in _names(answer):
        account = _by_name(name, platforms)
        if account:
            yield account, (begin + start, begin + start + len(name))


def _names(answer: str) -> Iterator[tuple[str, int]]:
    """Give what stands alone between commas or line ends, and names with the sign of one."""
    for piece in _PIECE.finditer(answer):
        words = [
            (bare, piece.start() + word.start() + word[0].index(bare))
            for word in re.finditer(r"\S+", piece[0])
            if (bare := word[0].strip(_MARKS))
        ]
        signed = [each for each in words if each[0].startswith(("@", "\uff20"))]
        yield from signed if signed or len(words) != 1 else words


def _by_name(name: str, platforms: Platforms) -> AccountReference | None:
    """Take a name for an account of ours; None for what is none, such as "unknown"."""
    home, bare = platforms.home, name.lstrip("@\uff20")
    if bare == name and fold(name) in words_of("never") | words_of("labels"):
        return None
    if not home.is_handle(bare) or bare.lower() in home.reserved:
        return None
    account = home.account(handle=bare)
    ours = (account.folded_handle or "").casefold() in home.own_handles
    return None if ours else account
