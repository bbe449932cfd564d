"""Every account once: its sightings in all parts of a mail brought together, with one role.

Each sighting says how likely each role is; together they decide. Hardly a mail reports nobody: if
no account is left as the reported one, the one most like it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.hits import A_GUESS
from ingest.reading.accounts.weighing import ROLES, Shares, together
from store.model import AccountReference, Role, Sighting

MAX_ACCOUNTS: Final = 50
# How much of its share counts for "reported" beside other roles: to take a child's account for the
# one that is reported does more harm than to leave one out of several to the person who reads.
IN_DOUBT: Final = 0.6
# How likely "reported" has to be, beside the likeliest role, for the only one that may be meant.
AT_LEAST: Final = 0.6
# Less likely than this, it is not sure whose account it is: a person has to look.
SURE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting, and how likely each role is.

    By the clues around it, or by what the network read: then at these ``places`` of its tokens.
    """

    sighting: Sighting
    shares: Shares
    clues: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()


def merge(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Keep each account once, in the order of first sight."""
    by_account: dict[tuple[str, str], list[Seen]] = {}
    for each in seen:
        by_account.setdefault(each.sighting.account.key, []).append(each)
    accounts = list(by_account.values())[:MAX_ACCOUNTS]
    shares = [together([each.shares for each in account]) for account in accounts]
    return tuple(
        Seen(
            _sighting(account, role, share[0]),
            share,
            frozenset().union(*(each.clues for each in account)),
            frozenset().union(*(each.places for each in account)),
        )
        for account, share, role in zip(accounts, shares, roles_of(shares), strict=True)
    )


def roles_of(shares: Sequence[Shares]) -> list[Role]:
    """Tell the role of each account of a mail, by how likely each role is."""
    roles = [ROLES[_likeliest(each)] for each in shares]
    if roles and Role.REPORTED not in roles:
        nearest = max(range(len(shares)), key=lambda number: _nearness(shares[number]))
        if _nearness(shares[nearest]) >= AT_LEAST:
            roles[nearest] = Role.REPORTED
    return roles


def _likeliest(shares: Shares) -> int:
    weighed = (shares[0] * IN_DOUBT, *shares[1:])
    return weighed.index(max(weighed))


def _nearness(shares: Shares) -> float:
    """Tell how near an account is to being the reported one."""
    return shares[0] / max(shares)


def _sighting(seen: Sequence[Seen], role: Role, reported: float) -> Sighting:
    best = max((each.sighting for each in seen), key=lambda each: each.confidence)
    unsure = role is Role.REPORTED and reported < SURE
    return replace(
        best,
        role=role,
        account=_fullest(seen),
        confidence=min(best.confidence, A_GUESS) if unsure else best.confidence,
    )


def _fullest(seen: Iterable[Seen]) -> AccountReference:
    """Take the pointer that says most about the account."""
    accounts = [each.sighting.account for each in seen]
    return max(accounts, key=lambda one: (bool(one.user_id), bool(one.handle), bool(one.url)))
