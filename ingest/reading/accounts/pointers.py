"""The accounts that URLs point to.

Hosts are compared by exact suffix, paths by the table of platforms; whatever in a URL does not
name the account (other parameters, fragments, tracking) is ignored. A short link is a pointer as
it stands: it is never resolved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.reading.accounts.platforms import PathRule, Platform, Platforms
from ingest.reading.accounts.urls import FoundUrl, parameters
from store.model import AccountReference

_FOREIGN_TAIL = re.compile(r"[^\x00-\x7f].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class UrlAccount:
    """What a URL points to, and by which kind of path."""

    account: AccountReference
    method: str


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
        found = rule.value.fullmatch(parameters(url.query).get(rule.key, ""))
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
            # Written as people speak of it: host/@name.
            handle = handle.removeprefix("@")
        if not platform.is_handle(handle):
            return None
        if platform.federated:
            return _on_instance(url.host, handle, platform, rule.method)
        return UrlAccount(platform.account(handle=handle), rule.method)
    return UrlAccount(platform.account(url=_reported(url, rule.key)), rule.method)


def _reported(url: FoundUrl, key: str | None = None) -> str:
    """Write a URL as the pointer it is: without tracking, with the one parameter that counts."""
    value = parameters(url.query).get(key, "") if key else ""
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
