"""URLs in a text, found and taken apart.

Found are URLs with a scheme, bare ones at hosts we know, and the links of apps we know. One that
a mail program broke over lines is put together where no other word can be meant. Nothing is ever
fetched or resolved; what a redirector wraps is read from the URL itself. Hosts are given in
Unicode (RFC 5890).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from ingest.reading.accounts.linebreaks import continued
from ingest.reading.accounts.platforms import Platforms
from ingest.reading.accounts.scripts import needs_no_space
from ingest.reading.accounts.wrappers import inner_url

MAX_URLS: Final = 200
MAX_URL_LENGTH: Final = 2_000
# Beginnings of URLs looked at in one text.
MAX_TRIES: Final = 2_000
# Wrappers within wrappers that are opened.
MAX_WRAPS: Final = 3

_STOP = (
    r"\s<>\"\u00ab\u00bb\u060c\u061b\u061f\u06d4\u0964\u201c-\u201f\u2039\u203a\u3000-\u3020"
    r"\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
# Beginnings of what may be a URL are sought by these signs; what stands around is looked at then.
_SIGN = re.compile(r"://|\.(?=[A-Za-z])")
_REST = re.compile(rf"[^{_STOP}]{{1,{MAX_URL_LENGTH}}}")
_BARE = re.compile(
    r"(?P<host>(?:[a-z0-9\-]{1,63}\.){1,6}[a-z][a-z0-9\-]{1,23})(?![A-Za-z0-9_@\-])"
    rf"(?::[0-9]{{2,5}})?(?:[/?#][^{_STOP}]{{0,{MAX_URL_LENGTH}}})?",
    re.IGNORECASE,
)
# As people speak of Reddit's accounts: u/name
_AT_REDDIT = re.compile(r"u/(?P<name>[A-Za-z0-9_\-]{3,20})(?![\w/\-])")
_LABEL = re.compile(r"(?<![A-Za-z0-9_@./:\-])[A-Za-z0-9\-]{1,63}\Z")
MAX_SCHEME: Final = 16
_TRAILING = ".,;:!?'*|~…’`^"  # noqa: RUF001 - marks that follow a URL in a sentence
_BRACKETS = {")": "(", "]": "[", "}": "{"}
# Where another URL begins, or the text of a Markdown link ends.
_NEXT = re.compile(r"\]\(|[,;|)\]]{1,3}(?=https?://|www\.)", re.IGNORECASE)
_HOST_AND_PATH = re.compile(
    r"(?:[a-z0-9+.\-]{2,20}://)?(?P<host>[^/?#]{1,300})(?P<path>[^?#]*)", re.IGNORECASE
)
# What no path of a platform has, but a sentence: x.com/name's, x.com/name, x.com/other
_NOT_IN_PATH = re.compile(r"[,;'\"|\\^`*!(\u2010-\u2027\u2032\u2033]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True)
class FoundUrl:
    """A URL, taken apart, and where it stands in the text."""

    url: str
    host: str
    path: str
    query: str
    span: tuple[int, int]
    fragment: str = ""


def find_urls(text: str, platforms: Platforms) -> list[FoundUrl]:
    """Find the URLs of a text in its order: any with a scheme, bare ones at known hosts."""
    found: list[FoundUrl] = []
    place = tries = 0
    while len(found) < MAX_URLS and tries < MAX_TRIES and (sign := _SIGN.search(text, place)):
        beginning = _beginning(text, sign, place, platforms)
        place = sign.end()
        if beginning is None:
            continue
        tries += 1
        start, written = beginning
        written = _ended(written, platforms)
        written, end = continued(text, start, start + len(written))
        url = take_apart(written, start)
        if url is not None:
            place = max(end, place)
            found.append(replace(url, span=(start, end)))
    return sorted([*found, *_at_reddit(text, found)], key=lambda url: url.span)[:MAX_URLS]


def _at_reddit(text: str, found: list[FoundUrl]) -> Iterator[FoundUrl]:
    """Give what stands as ``u/name`` outside of other URLs."""
    for match in islice(_AT_REDDIT.finditer(text), MAX_URLS):
        start, end = match.start() - (text[match.start() - 1 : match.start()] == "/"), match.end()
        before = text[start - 1 : start]
        within = any(url.span[0] < end and start < url.span[1] for url in found)
        if not within and (not before or not (before.isalnum() or before in "_/.:@-&=?#")):
            path = f"/user/{match['name']}"
            yield FoundUrl(
                f"https://www.reddit.com{path}", "www.reddit.com", path, "", (start, end)
            )


def _beginning(
    text: str, sign: re.Match[str], place: int, platforms: Platforms
) -> tuple[int, str] | None:
    """Give the start of the URL that a sign is in, and all that may belong to it."""
    at = sign.start()
    if sign[0] == "://":
        scheme = _schemes(platforms).search(text, max(place, at - MAX_SCHEME), at)
        rest = _REST.match(text, sign.end())
        return (scheme.start(), text[scheme.start() : rest.end()]) if scheme and rest else None
    label = _LABEL.search(text, max(place, at - 64), at)
    bare = _BARE.match(text, label.start()) if label else None
    if bare is None or not _is_account_host(bare, platforms):
        return None
    return bare.start(), bare[0]


@lru_cache(maxsize=8)
def _schemes(platforms: Platforms) -> re.Pattern[str]:
    apps = sorted(host[:-1] for host in platforms.hosts if host.endswith(":"))
    schemes = "|".join(re.escape(scheme) for scheme in apps)
    return re.compile(rf"(?:https?|(?<![a-z])(?:{schemes}))\Z", re.IGNORECASE)


def _is_account_host(match: re.Match[str], platforms: Platforms) -> bool:
    """Tell whether a bare host is worth a look: a platform's, or one with a fediverse path."""
    host = match["host"].lower()
    if host.startswith("www.") or platforms.at_host(host):
        return True
    return match[0][len(host) :].startswith("/@")


def _ended(written: str, platforms: Platforms) -> str:
    """Cut off what belongs to the sentence or to the next URL."""
    following = _NEXT.search(written)
    written = _trimmed(written[: following.start()] if following else written)
    parts = _HOST_AND_PATH.match(written)
    platform = (
        platforms.at_host(parts["host"].lower().rpartition(":")[0] or parts["host"].lower())
        if parts
        else None
    )
    if parts is None or platform is None:
        return written
    end = len(written)
    foreign = _NOT_IN_PATH.search(written, parts.start("path"), parts.end("path"))
    if foreign:
        end = foreign.start()
    if not platform.handle.fullmatch("\u3042\u3042\u3042"):
        end = next(
            (at for at in range(parts.start("path"), end) if needs_no_space(written[at])), end
        )
    return _trimmed(written[:end])


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


def take_apart(url: str, start: int = 0, wraps: int = MAX_WRAPS) -> FoundUrl | None:
    """Parse a URL (RFC 3986 section 3), unwrapping a redirector's; None if it has no host."""
    span = (start, start + len(url))
    url = url.strip().replace("&amp;", "&")
    full = url if "://" in url[:20] else f"https://{url}"
    try:
        parts = urlsplit(full)
        host = _unicode_host(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        # The link of an app: tg://resolve?domain=name
        path = _plain_path(f"/{parts.netloc}{parts.path}")
        return FoundUrl(full, f"{parts.scheme}:", path, parts.query, span, parts.fragment)
    inner = inner_url(host, parts.path, parts.query) if wraps else None
    unwrapped = take_apart(inner[:MAX_URL_LENGTH], start, wraps - 1) if inner else None
    if unwrapped:
        return replace(unwrapped, span=span)
    if not host:
        return None
    path = parts.fragment[1:] if parts.fragment.startswith("!/") else parts.path
    return FoundUrl(full, host, _plain_path(path), parts.query, span, unquote(parts.fragment))


def _unicode_host(host: str) -> str:
    host = unicodedata.normalize("NFKC", host).lower().replace("\u3002", ".").strip(".")
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _plain_path(path: str) -> str:
    decoded = _UNSEEN.sub("", unquote(path, errors="replace"))
    return _SLASHES.sub("/", decoded).rstrip("/") or "/"


def parameters(query: str) -> dict[str, str]:
    """Give the first value of each query parameter."""
    try:
        found = parse_qs(query.replace("&amp;", "&"), max_num_fields=50)
    except ValueError:
        return {}
    return {key: values[0] for key, values in found.items()}
