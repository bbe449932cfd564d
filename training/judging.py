"""How often the right role is told, account by account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.reading.accounts.merging import roles_of
from ingest.reading.accounts.weighing import together, weigh
from ingest.reading.weights import Weights
from store.model import Role
from training.examples import Example

# Which of the roles counts that rules tell of one account in several places.
_FIRST = (Role.VICTIM, Role.REPORTER, Role.MENTIONED)


class Told(NamedTuple):
    """The role of one account, and the one it was told to have."""

    role: Role
    told: Role


def by_weights(examples: Iterable[Example], weights: Weights) -> list[Told]:
    """Tell the roles by clues, as reading does."""
    told: list[Told] = []
    for accounts in _mails(examples):
        shares = [
            together([weigh(example.clues, weights) for example in seen]) for seen in accounts
        ]
        told += [
            Told(seen[0].role, role) for seen, role in zip(accounts, roles_of(shares), strict=True)
        ]
    return told


def by_rules(examples: Iterable[Example]) -> list[Told]:
    """Tell the roles by rules alone."""
    return [
        Told(seen[0].role, _by_rules(seen)) for accounts in _mails(examples) for seen in accounts
    ]


def figures_line(name: str, told: Sequence[Told]) -> str:
    """Say in a line how well roles were told."""
    found = [each for each in told if each.told is Role.REPORTED]
    there = [each for each in told if each.role is Role.REPORTED]
    right = sum(each.role is Role.REPORTED for each in found)
    others = [each for each in told if each.role in {Role.VICTIM, Role.REPORTER}]
    wronged = sum(each.told is Role.REPORTED for each in others)
    return (
        f"{name:32} {len(told):5} accounts  reported: precision {_share(right, len(found))} "
        f"recall {_share(right, len(there))}  reporter or victim given as reported "
        f"{wronged} of {len(others)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _by_rules(seen: Sequence[Example]) -> Role:
    roles = {example.by_rules for example in seen}
    return next((role for role in _FIRST if role in roles), Role.REPORTED)


def _mails(examples: Iterable[Example]) -> list[list[list[Example]]]:
    """Sort examples by mail, and within it by account."""
    mails: dict[str, dict[tuple[str, str], list[Example]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        mails[example.mail][example.account].append(example)
    return [list(accounts.values()) for accounts in mails.values()]
