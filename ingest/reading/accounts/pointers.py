"""The accounts that URLs point to.

Hosts are compared by exact suffix, paths by the table of platforms; whatever in a URL does not
name the account (other parameters, fragments, tracking) is ignored. A short link is a pointer as
it stands: it is never resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.reading.accounts.platforms import PathRule, Platform, Platforms
from ingest.reading.accounts.scripts import ascii_beginning, is_mixed_script
from ingest.reading.accounts.urls import FoundUrl, parameters
from store.model import AccountReference

# The language at the beginning of a path: /de/, /en-us/, /intl-de/
_LOCALE = re.compile(r"/(?:intl-)?[a-z]{2}(?:[-_][a-z]{2,4})?(?=/)", re.IGNORECASE)
# A handle of ours by an older rule; a person sees it, it is never dropped.
_PLAIN_HANDLE = re.compile(r"[A-Za-z0-9_]{1,64}")
# Subdomains beside those of the table that hold no account.
_GENERAL = frozenset({"m", "mobile", "old", "new", "np", "amp", "touch", "en", "de", "fr", "es"})


@dataclass(frozen=True, slots=True)
class UrlAccount:
    """What a URL points to, and by which kind of path."""

    account: AccountReference
    method: str


def account_at(url: FoundUrl, platforms: Platforms) -> UrlAccount | None:
    """Tell which account a URL points to; None if it names none."""
    known = platforms.known_host(url.host)
    if known is None:
        return _federated(url, platforms)
    platform = platforms.hosts[known]
    if _is_elsewhere(url.host, known, platforms):
        return None
    if known in platform.short_hosts and url.path != "/":
        return UrlAccount(platform.account(url=_reported(url, url.path)), "post_url")
    return _by_subdomain(url, known, platform, platforms) or _by_path(url, platform)


def _is_elsewhere(host: str, known: str, platforms: Platforms) -> bool:
    """Tell whether a host is a help page or the like of its platform."""
    below = host.removesuffix(known).rstrip(".").rpartition(".")[2]
    return below in platforms.elsewhere


def _by_subdomain(
    url: FoundUrl, known: str, platform: Platform, platforms: Platforms
) -> UrlAccount | None:
    if known not in platform.subdomain:
        return None
    label = url.host.removesuffix(known).rstrip(".").removeprefix("www.")
    if not label or label in platforms.elsewhere | _GENERAL | platform.reserved:
        return None
    # Some handles are the whole host.
    handle = next((name for name in (label, f"{label}.{known}") if platform.is_handle(name)), None)
    method = "profile_url" if url.path == "/" else "post_url"
    return UrlAccount(platform.account(handle=handle), method) if handle else None


def _by_path(url: FoundUrl, platform: Platform) -> UrlAccount | None:
    for path in _paths(url, platform):
        for rule in platform.rules:
            found = _apply(rule, path, url, platform)
            if found:
                return found
    return None


def _paths(url: FoundUrl, platform: Platform) -> Iterator[str]:
    """Give the ways to read a path: whole, without its language, with the fragment, less deep."""
    # Text in a script without spaces may follow an address at once.
    whole = [url.path]
    if not platform.handle.fullmatch("あああ"):
        whole = ["/".join(ascii_beginning(piece) for piece in url.path.split("/"))]
    language = _LOCALE.match(whole[0]) if platform.locale else None
    if language:
        whole.append(whole[0][language.end() :])
    if url.fragment:
        yield f"{url.path.rstrip('/')}/#{url.fragment}"
    yield from whole
    for path in whole:
        # A page below a profile or a contribution: /name/photos
        for _ in range(min(path.count("/"), 6) - 1):
            path = path.rpartition("/")[0]  # noqa: PLW2901 - one segment less each time
            yield path


def _apply(rule: PathRule, path: str, url: FoundUrl, platform: Platform) -> UrlAccount | None:
    match = rule.path.fullmatch(path)
    if match is None:
        return None
    groups = match.groupdict()
    if rule.key and rule.value:
        found = rule.value.fullmatch(_parameter(url.query, rule.key))
        if found is None:
            return None
        groups |= found.groupdict()
    return _account(rule, groups, path, url, platform)


def _parameter(query: str, key: str) -> str:
    values = parameters(query)
    if key in values:
        return values[key]
    return {name.lower(): value for name, value in values.items()}.get(key.lower(), "")


def _account(
    rule: PathRule, groups: dict[str, str], path: str, url: FoundUrl, platform: Platform
) -> UrlAccount | None:
    reported = _reported(url, path, rule.key)
    user_id, handle, phone = (groups.get(kind) for kind in ("user_id", "handle", "phone"))
    if phone is not None:
        number = "+" + re.sub(r"[^0-9]", "", phone).removeprefix("00")
        return UrlAccount(platform.account(user_id=number, url=reported), "id_url")
    if user_id is not None:
        if not platform.user_id.fullmatch(user_id) or user_id.lower() in platform.reserved:
            return None
        return UrlAccount(platform.account(user_id=user_id, url=reported), "id_url")
    if handle is not None:
        return _by_handle(rule, handle, url, platform)
    return UrlAccount(platform.account(url=reported), rule.method)


def _by_handle(rule: PathRule, handle: str, url: FoundUrl, platform: Platform) -> UrlAccount | None:
    if not platform.is_handle(handle):
        # Written as people speak of it: host/@name.
        handle = handle.removeprefix("@")
    if not platform.is_handle(handle):
        handle = handle.rstrip(".-")
    if not platform.is_handle(handle) and not _is_kept(handle, rule, platform):
        return None
    if platform.federated:
        return _on_instance(url.host, handle, platform, rule.method)
    return UrlAccount(platform.account(handle=handle), rule.method)


def _is_kept(handle: str, rule: PathRule, platform: Platform) -> bool:
    """Tell whether a handle against the rule is kept: an older one of ours, or an imitation."""
    if handle.lower() in platform.reserved:
        return False
    if is_mixed_script(handle):
        return rule.method == "profile_url" or "/{handle}" in rule.shape
    return bool(platform.is_home and _PLAIN_HANDLE.fullmatch(handle))


def _reported(url: FoundUrl, path: str, key: str | None = None) -> str:
    """Write a URL as the pointer it is: without tracking, with the one parameter that counts."""
    value = _parameter(url.query, key) if key else ""
    start = f"{url.host}/" if url.host.endswith(":") else f"https://{url.host}"
    return f"{start}{path}" + (f"?{key}={value}" if value else "")


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
