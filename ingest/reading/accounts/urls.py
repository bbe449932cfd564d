"""URLs in a text, found and taken apart.

Found are URLs with a scheme, and bare ones at hosts we know. Nothing is ever fetched or resolved;
what a redirector wraps is read from the URL itself. Hosts are given in Unicode (RFC 5890).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from ingest.reading.accounts.platforms import Platforms

MAX_URLS: Final = 200
MAX_URL_LENGTH: Final = 2_000

_STOP = (
    r"\s<>\"\u00ab\u00bb\u201c-\u201f\u2039\u203a\u3000-\u3020"
    r"\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_WITH_SCHEME = re.compile(rf"(?:https?|tg)://[^{_STOP}]{{1,{MAX_URL_LENGTH}}}", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![A-Za-z0-9_@./:\-])(?:[a-z0-9\-]{1,63}\.){1,6}[a-z]{2,24}(?![A-Za-z0-9_@\-])"
    rf"(?::[0-9]{{2,5}})?(?:[/?#][^{_STOP}]{{0,{MAX_URL_LENGTH}}})?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'*|~…’`^"  # noqa: RUF001 - marks that follow a URL in a sentence
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# Hosts that wrap another URL, and the parameter it is in.
_WRAPPERS: Final = (
    ("safelinks.protection.outlook.com", ("url",)),
    ("google.com", ("q", "url")),
    ("l.facebook.com", ("u",)),
    ("lm.facebook.com", ("u",)),
    ("l.instagram.com", ("u",)),
    ("out.reddit.com", ("url",)),
    ("youtube.com", ("q",)),
    ("steamcommunity.com", ("url", "u")),
    ("vk.com", ("to",)),
    ("slack-redir.net", ("url",)),
)


@dataclass(frozen=True, slots=True)
class FoundUrl:
    """A URL, taken apart, and where it stands in the text."""

    url: str
    host: str
    path: str
    query: str
    span: tuple[int, int]


def find_urls(text: str, platforms: Platforms) -> list[FoundUrl]:
    """Find the URLs of a text in its order: any with a scheme, bare ones at known hosts."""
    found: dict[int, FoundUrl] = {}
    for match in _WITH_SCHEME.finditer(text):
        _note(found, take_apart(_trimmed(match[0]), match.start()))
        if len(found) >= MAX_URLS:
            break
    covered = sorted(url.span for url in found.values())
    for match in _bare_matches(text, covered):
        url = take_apart(_trimmed(match[0]), match.start())
        if url and (url.host.startswith("www.") or platforms.at_host(url.host)):
            _note(found, url)
        if len(found) >= MAX_URLS:
            break
    return [found[start] for start in sorted(found)]


def _note(found: dict[int, FoundUrl], url: FoundUrl | None) -> None:
    if url is not None:
        found.setdefault(url.span[0], url)


def _bare_matches(text: str, covered: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Give the bare candidates outside of spans already taken, walking both in order."""
    at = 0
    for match in _BARE.finditer(text):
        while at < len(covered) and covered[at][1] <= match.start():
            at += 1
        if at == len(covered) or match.start() < covered[at][0]:
            yield match


def _trimmed(url: str) -> str:
    """Take off the punctuation and brackets that belong to the sentence, not to the URL."""
    while url:
        last = url[-1]
        if last in _TRAILING or (
            last in _BRACKETS and url.count(_BRACKETS[last]) < url.count(last)
        ):
            url = url[:-1]
        else:
            break
    return url


def take_apart(url: str, start: int = 0, wraps: int = 2) -> FoundUrl | None:
    """Parse a URL (RFC 3986 section 3), unwrapping a redirector's; None if it has no host."""
    span = (start, start + len(url))
    full = url if "://" in url[:10] else f"https://{url}"
    try:
        parts = urlsplit(full)
        host = _unicode_host(parts.hostname or "")
    except ValueError:
        return None
    inner = _wrapped(host, parts.query, parts.path) if wraps else None
    if inner:
        unwrapped = take_apart(inner[:MAX_URL_LENGTH], start, wraps - 1)
        if unwrapped:
            return FoundUrl(unwrapped.url, unwrapped.host, unwrapped.path, unwrapped.query, span)
    if not host:
        return None
    path = parts.fragment[1:] if parts.fragment.startswith("!/") else parts.path
    return FoundUrl(full, host, _plain_path(path), parts.query, span)


def _unicode_host(host: str) -> str:
    host = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _plain_path(path: str) -> str:
    decoded = unquote(path, errors="replace")
    return re.sub(r"/{2,}", "/", decoded).rstrip("/") or "/"


def _wrapped(host: str, query: str, path: str) -> str | None:
    if host == "urldefense.com" and "__" in path:
        return path.split("__")[1].replace(":/", "://", 1).replace(":///", "://")
    for wrapper, keys in _WRAPPERS:
        if query and (host == wrapper or host.endswith(f".{wrapper}")):
            values = parameters(query)
            inner = next((values[key] for key in keys if key in values), "")
            return inner if inner.startswith(("http://", "https://")) else None
    return None


def parameters(query: str) -> dict[str, str]:
    """Give the first value of each query parameter."""
    try:
        return {key: values[0] for key, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        return {}
