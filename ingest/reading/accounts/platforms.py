"""The table of platforms, and our own made from the settings.

A platform's paths are patterns on the whole path of a URL: ``{handle}``, ``{user_id}``,
``{digits}`` and ``{any}`` stand for one segment each, ``?key={...}`` for a query parameter.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from ingest.reading.rules import HomePlatform
from store.model import AccountReference

_SEGMENTS: Final = {
    "{handle}": r"(?P<handle>[^/]{1,120})",
    "{user_id}": r"(?P<user_id>[^/]{1,120})",
    "{digits}": r"[0-9]{1,25}",
    "{any}": r"[^/]{1,300}",
}
_PLACEHOLDER = re.compile(r"(\{[a-z_]{2,10}\})")
_ANY_ID = r"[0-9A-Za-z_:.-]{1,64}"
_NUMBER = r"[0-9]{1,25}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PathRule:
    """One shape of path, and what an account found by it is called (``method``)."""

    method: str
    path: re.Pattern[str]
    key: str | None = None
    value: re.Pattern[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """How one platform writes its accounts."""

    key: str
    name: str
    words: tuple[str, ...]
    hosts: tuple[str, ...]
    short_hosts: tuple[str, ...]
    handle: re.Pattern[str]
    user_id: re.Pattern[str]
    fold: str
    rules: tuple[PathRule, ...]
    url: str | None
    reserved: frozenset[str]
    own_handles: frozenset[str] = frozenset()
    subdomain: bool = False
    federated: bool = False
    prefixes: tuple[str, ...] = ()

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Platforms:
    """Our platform and all the others."""

    home: Platform
    others: tuple[Platform, ...]
    elsewhere: frozenset[str]

    def at_host(self, host: str) -> Platform | None:
        """Find the platform of a host by exact suffix: netflix.com is not x.com."""
        for platform in (self.home, *self.others):
            if any(host == known or host.endswith(f".{known}") for known in platform.hosts):
                return platform
        return None

    def by_key(self, key: str) -> Platform | None:
        """Find a platform by its key."""
        every = (self.home, *self.others)
        return next((platform for platform in every if platform.key == key), None)


@lru_cache(maxsize=8)
def platforms_for(home: HomePlatform) -> Platforms:
    """Put our own platform beside those of the table; ours wins where both claim a host."""
    table = _table()
    common = frozenset(table["common"]["reserved"])
    others = tuple(
        _from_row(key, row, common) for key, row in table.items() if key not in {"common", home.key}
    )
    elsewhere = frozenset(table["common"]["elsewhere"])
    return Platforms(home=_from_home(home), others=others, elsewhere=elsewhere)


@cache
def _table() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("platforms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _from_row(key: str, row: dict[str, Any], common: frozenset[str]) -> Platform:
    rules = [_rule("id_url", path) for path in row.get("id", ())]
    rules += [_rule("post_url", path) for path in row.get("post", ())]
    rules += [_rule("profile_url", path) for path in (*row.get("query", ()), *row["profile"])]
    return Platform(
        key=key,
        name=row["name"],
        words=(*row.get("words", ()),),
        hosts=(*row["hosts"], *row.get("short_hosts", ())),
        short_hosts=(*row.get("short_hosts", ()),),
        handle=re.compile(row["handle"]),
        user_id=re.compile(row.get("user_id", _NUMBER)),
        fold=row.get("fold", "lower"),
        rules=tuple(rules),
        url=row.get("url"),
        reserved=common | {*row.get("reserved", ())},
        subdomain=row.get("subdomain", False),
        federated=row.get("federated", False),
        prefixes=(*row.get("prefixes", ()),),
    )


def _from_home(home: HomePlatform) -> Platform:
    rules = [_rule("id_url", path) for path in home.id_paths]
    rules += [_rule("post_url", path) for path in home.post_paths]
    rules += [_rule("profile_url", path) for path in home.profile_paths]
    return Platform(
        key=home.key,
        name=home.name,
        words=tuple({home.name.lower(), home.key.lower()}),
        hosts=tuple(host.lower() for host in home.hosts),
        short_hosts=(),
        handle=re.compile(home.handle),
        user_id=re.compile(_ANY_ID),
        fold="exact" if home.case_sensitive else "lower",
        rules=tuple(rules),
        url=home.profile_url,
        reserved=frozenset(word.lower() for word in home.reserved),
        own_handles=frozenset(handle.casefold() for handle in home.own_handles),
    )


def _rule(method: str, pattern: str) -> PathRule:
    path, _, query = pattern.partition("?")
    key, _, value = query.partition("=")
    return PathRule(
        method=method,
        path=_compiled(path),
        key=key or None,
        value=_compiled(value) if key else None,
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = (_SEGMENTS.get(piece, re.escape(piece)) for piece in _PLACEHOLDER.split(pattern))
    return re.compile("".join(pieces), re.IGNORECASE)
