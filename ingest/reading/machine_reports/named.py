"""The accounts a machine-readable report is about, by the same table of platforms as in words."""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.accounts.platforms import Platform, Platforms, platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import take_apart
from ingest.reading.machine_reports.model import MachineReport, Pointer
from ingest.reading.rules import HomePlatform
from store.model import AccountReference, Role, Sighting

PART: Final = "report"
# A URL says which platform it means; an identifier alone is taken for one of ours.
BY_URL: Final = 0.95
BY_PLATFORM: Final = 0.9
BY_IDENTIFIER: Final = 0.7

_METHODS: Final = {"ARF": "arf"}
_URL = re.compile(r"https?://", re.IGNORECASE)
# What names a machine or a mailbox, and no account.
_NO_ACCOUNT = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}", re.IGNORECASE
)
_ID = re.compile(r"[0-9]{3,25}")


def sightings(report: MachineReport, home: HomePlatform) -> tuple[Sighting, ...]:
    """Give each account that a report points to, once."""
    platforms = platforms_for(home)
    found: dict[tuple[str, str], Sighting] = {}
    for pointer in report.pointers:
        named = _by_url(pointer, platforms) or _by_identifier(pointer, platforms)
        if named is None or _is_own(named[0], platforms.home):
            continue
        account, confidence = named
        found.setdefault(account.key, _sighting(report, account, confidence))
    return tuple(found.values())


def urls(report: MachineReport) -> tuple[str, ...]:
    """Give the URLs a report points to."""
    return tuple(each.value for each in report.pointers if _URL.match(each.value))


def _sighting(report: MachineReport, account: AccountReference, confidence: float) -> Sighting:
    return Sighting(
        account=account,
        role=Role.REPORTED,
        method=_METHODS.get(report.form, "xarf"),
        confidence=confidence,
        part=PART,
    )


def _by_url(pointer: Pointer, platforms: Platforms) -> tuple[AccountReference, float] | None:
    if not (pointer.is_url or _URL.match(pointer.value)):
        return None
    url = take_apart(pointer.value)
    found = account_at(url, platforms) if url else None
    return (found.account, BY_URL) if found else None


def _by_identifier(pointer: Pointer, platforms: Platforms) -> tuple[AccountReference, float] | None:
    """Read ``name``, ``@name``, ``name@platform``, ``platform:name`` or a number."""
    value = pointer.value.strip().removeprefix("acct:").removeprefix("@")
    if pointer.is_url or _URL.match(value) or _NO_ACCOUNT.fullmatch(value):
        return None
    for separator in "@:":
        first, found, second = value.rpartition(separator)
        name, place = (first, second) if separator == "@" else (second, first)
        if found:
            platform = _platform(place, platforms)
            account = _account(name.removeprefix("@"), platform) if platform else None
            return (account, BY_PLATFORM) if account else None
    account = _account(value, platforms.home)
    return (account, BY_IDENTIFIER) if account else None


def _platform(place: str, platforms: Platforms) -> Platform | None:
    """Find a platform by its key, its name or one of its hosts."""
    small = place.strip().lower()
    if "." in small:
        return platforms.at_host(small)
    every = (platforms.home, *platforms.others)
    return next((each for each in every if small in {each.key, each.name.lower()}), None)


def _account(name: str, platform: Platform) -> AccountReference | None:
    if _ID.fullmatch(name) and platform.user_id.fullmatch(name):
        return platform.account(user_id=name)
    return platform.account(handle=name) if platform.is_handle(name) else None


def _is_own(account: AccountReference, home: Platform) -> bool:
    folded = (account.folded_handle or "").casefold()
    return account.platform == home.key and folded in home.own_handles
