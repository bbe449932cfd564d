from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.imap.errors import LoginRefusedError, MailboxError, UnreachableError
from ingest.imap.pauses import Pauses

LOST = UnreachableError("lost")
REFUSED = LoginRefusedError("refused")


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - no secret


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_pauses_grow_to_minutes_and_never_end(seed: int, faults: int) -> None:
    pauses = Pauses(chance=chance(seed))

    last = [pauses.next(LOST) for _ in range(faults)][-1]

    longest = timedelta(seconds=min(2 ** (faults - 1), 300))
    assert longest / 2 <= last <= longest


def test_two_that_fail_together_do_not_come_back_together() -> None:
    one, other = (Pauses(chance=chance(seed)) for seed in (1, 2))

    assert [one.next(LOST) for _ in range(5)] != [other.next(LOST) for _ in range(5)]


@pytest.mark.parametrize(("error", "least"), [(LOST, 0.5), (REFUSED, 30)])
def test_a_refused_login_waits_longer_from_the_start(error: MailboxError, least: float) -> None:
    first = Pauses().next(error).total_seconds()

    assert least <= first <= 2 * least


def test_what_works_ends_the_growth() -> None:
    pauses = Pauses()
    for _ in range(10):
        pauses.next(LOST)

    pauses.reset()

    assert pauses.next(LOST) <= timedelta(seconds=1)
