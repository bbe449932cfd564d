"""URLs that stand inside those of mail filters and redirectors, read without asking anybody.

Each scheme is the one its maker or its users have described. Where the first URL cannot be read
from the wrapper (Mimecast's tokens, short links), the wrapper stays what it is.
"""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, unquote

# Hosts that wrap another URL, and the parameters it may be in.
_PARAMETERS: Final = (
    ("safelinks.protection.outlook.com", ("url",)),
    ("safelinks.protection.office365.us", ("url",)),
    ("safelinks.protection.partner.outlook.cn", ("url",)),
    ("statics.teams.cdn.office.net", ("url",)),
    ("statics.teams.microsoft.com", ("url",)),
    ("teams.microsoft.com", ("url",)),
    ("linkprotect.cudasvc.com", ("a", "url")),
    ("urldefense.proofpoint.com", ("u",)),
    ("l.facebook.com", ("u",)),
    ("lm.facebook.com", ("u",)),
    ("l.messenger.com", ("u",)),
    ("l.instagram.com", ("u",)),
    ("l.threads.com", ("u",)),
    ("l.threads.net", ("u",)),
    ("l.wl.co", ("u",)),
    ("out.reddit.com", ("url",)),
    ("youtube.com/redirect", ("q",)),
    ("steamcommunity.com/linkfilter", ("url", "u")),
    ("vk.com/away.php", ("to",)),
    ("vk.ru/away.php", ("to",)),
    ("ok.ru/dk", ("st.link",)),
    ("linkedin.com/redir/redirect", ("url",)),
    ("linkedin.com/safety/go", ("url",)),
    ("linkedin.com/redirect", ("url",)),
    ("slack-redir.net/link", ("url",)),
    ("tumblr.com/redirect", ("z",)),
    ("t.umblr.com/redirect", ("z",)),
    ("tiktok.com/link/v2", ("target",)),
    ("discord.com/safe-redirect", ("url",)),
    ("pinterest.com/offsite", ("url",)),
    ("flickr.com/redirect", ("url",)),
    ("clicktime.symantec.com", ("u",)),
    ("clicktime.cloud.postoffice.net", ("u", "url")),
    ("protect2.fireeye.com", ("u",)),
    ("protect.fireeye.com", ("u",)),
    ("fireeyecloud.com", ("u",)),
    ("trellix.com", ("u",)),
    ("trendmicro.com", ("url", "u")),
    ("emailprotection.link", ("url",)),
    ("edgepilot.com", ("u", "url")),
    ("bitdefender.com", ("url", "u")),
    ("spamtitan.com", ("url",)),
    ("mailanyone.net", ("url",)),
    ("duckduckgo.com/l", ("uddg",)),
    ("bing.com/ck", ("url",)),
    ("yandex.ru/redir", ("url",)),
    ("google.com/url", ("q", "url")),
)
_GOOGLE = re.compile(r"(?:www\.|mail\.|m\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_RUN_LENGTHS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_RUN = re.compile(r"\*(?:\*([A-Za-z0-9_-]))?")
# "https:/" as some programs shorten it on the way.
_ONE_SLASH = re.compile(r"^(https?):/(?=[^/])", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|tg://)", re.IGNORECASE)
_INSIDE = re.compile(r"https?(?::|%3[aA])(?:/|%2[fF]){1,2}", re.IGNORECASE)
_MAX: Final = 4_000


def inner_url(host: str, path: str, query: str) -> str | None:
    """Give the URL that another one wraps; None if it wraps none or it cannot be read."""
    for known in _suffixes(host):
        if known in _READERS:
            return _checked(_READERS[known](path, query))
        for below, keys in _PLACES.get(known, ()):
            if path.lstrip("/").lower().startswith(below):
                return _checked(_first(query, keys))
    return _checked(_google(path, query)) if _GOOGLE.fullmatch(host) else None


def _suffixes(host: str) -> list[str]:
    """Give a host and what it lies below, the longest first."""
    labels = host.split(".")
    return [".".join(labels[first:]) for first in range(max(0, len(labels) - 6), len(labels))]


def _checked(url: str | None) -> str | None:
    """Let through what is a URL, nothing else."""
    if not url:
        return None
    url = _ONE_SLASH.sub(r"\1://", url.strip()[:_MAX])
    if _INSIDE.match(url) and "://" not in url[:10]:
        url = unquote(url)
    return url if _SCHEME.match(url) else None


def _first(query: str, keys: tuple[str, ...]) -> str | None:
    try:
        values = parse_qs(query.replace("&amp;", "&"), max_num_fields=50)
    except ValueError:
        return None
    return next((values[key][0] for key in keys if key in values), None)


def _by_host() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Order the table by hosts; each has the beginnings of paths that wrap, and the parameters."""
    hosts: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for place, keys in _PARAMETERS:
        host, _, below = place.partition("/")
        hosts.setdefault(host, []).append((below, keys))
    return hosts


def _google(path: str, query: str) -> str | None:
    if path.startswith(("/url", "/imgres")):
        return _first(query, ("q", "url", "imgrefurl"))
    if path.startswith("/amp/"):
        plain = path.removeprefix("/amp/")
        return f"https://{plain.removeprefix('s/')}"
    return None


def _proofpoint(path: str, query: str) -> str | None:
    """Read all three ways of Proofpoint: v1 plain, v2 with - and _, v3 with a list of runs."""
    if path.startswith("/v3/"):
        return _proofpoint_3(path + (f"?{query}" if query else ""))
    wrapped = _first(query, ("u",))
    if wrapped and path.startswith("/v2/"):
        return unquote(wrapped.replace("-", "%").replace("_", "/"))
    return wrapped


def _proofpoint_3(rest: str) -> str | None:
    first, middle, last = rest.partition("__;")
    url = first.removeprefix("/v3/__")
    if not middle or url == first:
        # Some programs cut the end off; then nothing was replaced or it is lost.
        url = url.removesuffix("__")
        return url if url != first and "*" not in url else None
    kept = last.partition("!")[0]
    try:
        letters = urlsafe_b64decode(kept + "=" * (-len(kept) % 4)).decode("utf-8")
    except ValueError:
        letters = ""
    return _with_runs(url, letters)


def _with_runs(url: str, letters: str) -> str:
    """Put back what a star (one letter) or two stars and a length stand for."""
    taken = 0

    def put(found: re.Match[str]) -> str:
        nonlocal taken
        length = _RUN_LENGTHS.index(found[1]) + 2 if found[1] else 1
        piece = letters[taken : taken + length]
        taken += length
        return piece or found[0]

    return _RUN.sub(put, url)


def _sophos(_: str, query: str) -> str | None:
    """Read Sophos: the URL in base64 as ``u``; its domain alone stands in ``d``."""
    wrapped = _first(query, ("u",))
    if wrapped is None:
        return None
    try:
        return b64decode(wrapped + "=" * (-len(wrapped) % 4)).decode("utf-8", "replace")
    except ValueError:
        return None


def _cisco(path: str, _: str) -> str | None:
    """Read Cisco: the quoted URL is the last segment of the path."""
    return unquote(path.rpartition("/")[2]) if path.count("/") > 1 else None


def _avanan(path: str, query: str) -> str | None:
    """Read Avanan and Harmony: between two runs of three underscores."""
    whole = path + (f"?{query}" if query else "")
    return whole.split("___")[1] if whole.count("___") > 1 else None


def _symantec(path: str, query: str) -> str | None:
    wrapped = _first(query, ("u",))
    if wrapped:
        return wrapped
    found = _INSIDE.search(path)
    return unquote(path[found.start() :]) if found else None


def _after_path(path: str, query: str) -> str | None:
    """Read redirectors that put the URL behind their own path, or in a parameter."""
    found = _INSIDE.search(path)
    if found:
        return unquote(path[found.start() :]) + (f"?{query}" if query else "")
    return _first(query, ("url", "u", "q", "target"))


def _whole_query(_: str, query: str) -> str | None:
    return unquote(query)


_READERS: Final[dict[str, Callable[[str, str], str | None]]] = {
    "urldefense.com": _proofpoint,
    "urldefense.us": _proofpoint,
    "urldefense.proofpoint.com": _proofpoint,
    "protection.sophos.com": _sophos,
    "sophos.com": _sophos,
    "secure-web.cisco.com": _cisco,
    "url.avanan.click": _avanan,
    "avanan.click": _avanan,
    "checkpoint.com": _avanan,
    "clicktime.symantec.com": _symantec,
    "cdn.ampproject.org": lambda path, _: f"https://{path.partition('/s/')[2]}",
    "web.archive.org": _after_path,
    "12ft.io": _after_path,
    "href.li": _whole_query,
    "anonym.to": _whole_query,
    "anon.to": _whole_query,
    "dereferer.me": _whole_query,
    "zixcentral.com": _after_path,
    "appriver.com": _after_path,
    "mailcontrol.com": _after_path,
    "urlsand.com": _after_path,
    "url.emailprotection.link": _after_path,
}
_PLACES: Final = _by_host()
