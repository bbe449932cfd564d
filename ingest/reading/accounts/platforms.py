"""The table of platforms, and our own made from the settings.

A platform's paths are patterns on the whole path of a URL: ``{handle}``, ``{user_id}``,
``{digits}`` and ``{any}`` stand for one segment or a piece of one, ``{phone}`` for a telephone
number, ``?key={...}`` for a query parameter, ``#`` for what follows in the fragment.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from ingest.reading.rules import HomePlatform
from store.model import AccountReference

_SEGMENTS: Final = {
    "{handle}": r"(?P<handle>[^/]{1,120})",
    "{user_id}": r"(?P<user_id>[^/]{1,120})",
    # A permanent id behind a name: /p/Some-Name-1000123.
    "{slug_id}": r"(?:[^/]{1,200}-)?(?P<user_id>[0-9]{5,25})",
    "{phone}": r"(?P<phone>\+?[ 0-9]{7,20})",
    "{digits}": r"[0-9]{1,25}",
    "{signed}": r"-?[0-9]{1,25}",
    "{any}": r"[^/]{1,300}",
    "{code}": r"[A-Za-z0-9_-]{6,60}",
}
_PLACEHOLDER = re.compile(r"(\{[a-z_]{2,10}\})")
_ANY_ID = r"[0-9A-Za-z_:.-]{1,64}"
_NUMBER = r"[0-9]{1,25}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PathRule:
    """One shape of path, and what an account found by it is called (``method``).

    Patterns are compiled when first asked for: of a thousand, a mail needs a few.
    """

    method: str
    shape: str
    key: str | None = None
    value_shape: str | None = None

    @property
    def path(self) -> re.Pattern[str]:
        """The expression for the whole path."""
        return _compiled(self.shape)

    @property
    def value(self) -> re.Pattern[str] | None:
        """The expression for the query parameter ``key``."""
        return _compiled(self.value_shape) if self.value_shape is not None else None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Platform:
    """How one platform writes its accounts."""

    key: str
    name: str
    words: tuple[str, ...]
    hosts: tuple[str, ...]
    short_hosts: tuple[str, ...]
    handle_rule: str
    id_rule: str
    fold: str
    rules: tuple[PathRule, ...]
    url: str | None
    reserved: frozenset[str]
    careful: tuple[str, ...] = ()
    own_handles: frozenset[str] = frozenset()
    subdomain: tuple[str, ...] = ()
    federated: bool = False
    locale: bool = False
    is_home: bool = False

    @property
    def handle(self) -> re.Pattern[str]:
        """The expression for a whole handle."""
        return _expression(self.handle_rule)

    @property
    def user_id(self) -> re.Pattern[str]:
        """The expression for a whole permanent id."""
        return _expression(self.id_rule)

    def folded(self, handle: str) -> str:
        """Fold a handle to what it is compared by under this platform's rule."""
        plain = unicodedata.normalize("NFKC", handle)
        if self.fold == "exact":
            return plain
        plain = plain.casefold()
        return plain.replace(".", "") if self.fold == "lower_dotless" else plain

    def is_handle(self, text: str) -> bool:
        """Tell whether a text can be a handle here and is no reserved word."""
        return bool(self.handle.fullmatch(text)) and text.lower() not in self.reserved

    def account(
        self, *, handle: str | None = None, user_id: str | None = None, url: str | None = None
    ) -> AccountReference:
        """Point to an account; its profile's URL is built where the table says how."""
        if handle and self.url and url is None:
            url = self.url.replace("{handle}", handle)
        folded = self.folded(handle) if handle else None
        return AccountReference(
            platform=self.key, handle=handle, user_id=user_id, url=url, folded_handle=folded
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Platforms:
    """Our platform and all the others. Two are equal only if they are the same one."""

    home: Platform
    others: tuple[Platform, ...]
    elsewhere: frozenset[str]
    hosts: Mapping[str, Platform]
    keys: Mapping[str, Platform]
    words: Mapping[str, frozenset[str]]

    def known_host(self, host: str) -> str | None:
        """Give the longest host we know that this one is or lies below."""
        labels = host.split(".")
        for first in range(max(0, len(labels) - 6), len(labels)):
            known = ".".join(labels[first:])
            if known in self.hosts:
                return known
        return None

    def at_host(self, host: str) -> Platform | None:
        """Find the platform of a host by exact suffix: netflix.com is not x.com."""
        known = self.known_host(host)
        return self.hosts[known] if known else None

    def by_key(self, key: str) -> Platform | None:
        """Find a platform by its key."""
        return self.keys.get(key)


@lru_cache(maxsize=8)
def platforms_for(home: HomePlatform) -> Platforms:
    """Put our own platform beside those of the table; ours wins where both claim a host."""
    table = _table()
    common = frozenset(table["common"]["reserved"])
    others = tuple(
        _from_row(key, row, common) for key, row in table.items() if key not in {"common", home.key}
    )
    own = _from_home(home, frozenset(table["common"]["pages"]))
    return Platforms(
        home=own,
        others=others,
        elsewhere=frozenset(table["common"]["elsewhere"]),
        hosts={host: platform for platform in (*others, own) for host in platform.hosts},
        keys={platform.key: platform for platform in (*others, own)},
        words={kind: frozenset(table["common"][kind]) for kind in _WORD_KINDS},
    )


_WORD_KINDS: Final = ("before", "own", "link", "bounds", "prose", "labels", "and", "unlike", "here")


@cache
def _table() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("platforms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _from_row(key: str, row: dict[str, Any], common: frozenset[str]) -> Platform:
    rules = [_rule("id_url", path) for path in row.get("id", ())]
    rules += [_rule("post_url", path) for path in row.get("post", ())]
    rules += [_rule("profile_url", path) for path in (*row.get("query", ()), *row["profile"])]
    short = (*row.get("short_hosts", ()),)
    return Platform(
        key=key,
        name=row["name"],
        words=(*row.get("words", ()),),
        careful=(*row.get("careful", ()),),
        hosts=(*dict.fromkeys((*row["hosts"], *short)),),
        short_hosts=short,
        handle_rule=row["handle"],
        id_rule=row.get("user_id", _NUMBER),
        fold=row.get("fold", "lower"),
        rules=tuple(rules),
        url=row.get("url"),
        reserved=common | {word.lower() for word in row.get("reserved", ())},
        subdomain=(*row.get("subdomain", ()),),
        federated=row.get("federated", False),
        locale=row.get("locale", False),
    )


def _from_home(home: HomePlatform, pages: frozenset[str]) -> Platform:
    rules = [_rule("id_url", path) for path in home.id_paths]
    rules += [_rule("post_url", path) for path in home.post_paths]
    rules += [_rule("profile_url", path) for path in home.profile_paths]
    return Platform(
        key=home.key,
        name=home.name,
        words=(*dict.fromkeys((home.name.lower(), home.key.lower())),),
        hosts=tuple(host.lower() for host in home.hosts),
        short_hosts=(),
        handle_rule=home.handle,
        id_rule=_ANY_ID,
        fold="exact" if home.case_sensitive else "lower",
        rules=tuple(rules),
        url=home.profile_url,
        # Where names stand first in the path, these can only be pages.
        reserved=frozenset(word.lower() for word in home.reserved)
        | (pages if any(path.startswith("/{handle}") for path in home.profile_paths) else set()),
        own_handles=frozenset(handle.casefold() for handle in home.own_handles),
        is_home=True,
    )


def _rule(method: str, pattern: str) -> PathRule:
    path, _, query = pattern.partition("?")
    key, _, value = query.partition("=")
    return PathRule(method=method, shape=path, key=key or None, value_shape=value if key else None)


@cache
def _expression(rule: str) -> re.Pattern[str]:
    return re.compile(rule)


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    pieces = (_SEGMENTS.get(piece, re.escape(piece)) for piece in _PLACEHOLDER.split(shape))
    return re.compile("".join(pieces), re.IGNORECASE)
