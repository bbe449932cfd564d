"""URLs in a text, and the accounts that URLs point to.

Nothing is ever fetched or resolved: a short link is a pointer as it stands. Hosts are compared
after parsing, in Unicode (RFC 5890) and by exact suffix; everything else in a URL that does not
name the account (query, fragment, tracking) is ignored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from ingest.reading.accounts.platforms import PathRule, Platform, Platforms
from store.model import AccountReference

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
_FOREIGN_TAIL = re.compile(r"[^\x00-\x7f].*", re.DOTALL)
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


@dataclass(frozen=True, slots=True)
class UrlAccount:
    """What a URL points to, and by which kind of path."""

    account: AccountReference
    method: str


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
            values = _parameters(query)
            inner = next((values[key] for key in keys if key in values), "")
            return inner if inner.startswith(("http://", "https://")) else None
    return None


def _parameters(query: str) -> dict[str, str]:
    try:
        return {key: values[0] for key, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        return {}


def account_at(url: FoundUrl, platforms: Platforms) -> UrlAccount | None:
    """Tell which account a URL points to; None if it names none."""
    platform = platforms.at_host(url.host)
    if platform is None:
        return _federated(url, platforms)
    if _is_elsewhere(url.host, platform, platforms):
        return None
    if url.host in platform.short_hosts and url.path != "/":
        return UrlAccount(platform.account(url=_reported(url)), "post_url")
    return _by_subdomain(url, platform) or _by_path(url, platform)


def _is_elsewhere(host: str, platform: Platform, platforms: Platforms) -> bool:
    """Tell whether a host is a help page or the like of its platform."""
    known = next(name for name in platform.hosts if host == name or host.endswith(f".{name}"))
    return host.removesuffix(known).rstrip(".").rpartition(".")[2] in platforms.elsewhere


def _by_subdomain(url: FoundUrl, platform: Platform) -> UrlAccount | None:
    if not platform.subdomain or url.path != "/":
        return None
    label = url.host.partition(".")[0]
    if url.host in platform.hosts or not platform.is_handle(label):
        return None
    return UrlAccount(platform.account(handle=label), "profile_url")


def _by_path(url: FoundUrl, platform: Platform) -> UrlAccount | None:
    path = next(
        (
            url.path[len(prefix) :]
            for prefix in platform.prefixes
            if url.path.startswith(f"{prefix}/")
        ),
        url.path,
    )
    # Text in a script without spaces may follow an address at once.
    for tried in dict.fromkeys((path, _FOREIGN_TAIL.sub("", path))):
        for rule in platform.rules:
            found = _apply(rule, tried, url, platform)
            if found:
                return found
    return _deeper(path, platform)


def _deeper(path: str, platform: Platform) -> UrlAccount | None:
    """Take a page below a profile (/name/photos) for the profile."""
    for rule in platform.rules:
        match = rule.path.match(path) if rule.method == "profile_url" and not rule.key else None
        if match and path[match.end() :].startswith("/"):
            handle = match.groupdict().get("handle")
            if handle and platform.is_handle(handle):
                return UrlAccount(platform.account(handle=handle), "profile_url")
    return None


def _apply(rule: PathRule, path: str, url: FoundUrl, platform: Platform) -> UrlAccount | None:
    match = rule.path.fullmatch(path)
    if match is None:
        return None
    groups = match.groupdict()
    if rule.key and rule.value:
        found = rule.value.fullmatch(_parameters(url.query).get(rule.key, ""))
        if found is None:
            return None
        groups |= found.groupdict()
    return _account(rule, groups, url, platform)


def _account(
    rule: PathRule, groups: dict[str, str], url: FoundUrl, platform: Platform
) -> UrlAccount | None:
    user_id, handle = groups.get("user_id"), groups.get("handle")
    if user_id is not None:
        if not platform.user_id.fullmatch(user_id) or user_id.lower() in platform.reserved:
            return None
        reported = _reported(url, rule.key)
        return UrlAccount(platform.account(user_id=user_id, url=reported), "id_url")
    if handle is not None:
        if not platform.is_handle(handle):
            return None
        if platform.federated:
            return _on_instance(url.host, handle, platform, rule.method)
        return UrlAccount(platform.account(handle=handle), rule.method)
    return UrlAccount(platform.account(url=_reported(url, rule.key)), rule.method)


def _reported(url: FoundUrl, key: str | None = None) -> str:
    """Write a URL as the pointer it is: without tracking, with the one parameter that counts."""
    value = _parameters(url.query).get(key, "") if key else ""
    return f"https://{url.host}{url.path}" + (f"?{key}={value}" if value else "")


def _federated(url: FoundUrl, platforms: Platforms) -> UrlAccount | None:
    """Take ``/@name`` at an unknown host for an account of the fediverse."""
    mastodon = platforms.by_key("mastodon")
    if mastodon is None or not url.path.startswith(("/@", "/users/")) or "." not in url.host:
        return None
    found = _by_path(url, mastodon)
    return UrlAccount(found.account, "fediverse_url") if found else None


def _on_instance(host: str, name: str, platform: Platform, method: str) -> UrlAccount:
    host = host.removeprefix("www.")
    account = platform.account(handle=f"{name}@{host}", url=f"https://{host}/@{name}")
    return UrlAccount(account, method)
