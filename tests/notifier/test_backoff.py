from __future__ import annotations

from datetime import timedelta

import pytest

from notifier.backoff import is_over, wait
from store.model import OutboxKind

RECEIPT, ALERT, ALARM = OutboxKind.ACKNOWLEDGEMENT, OutboxKind.ALERT, OutboxKind.ALARM


@pytest.mark.parametrize(
    ("kind", "attempts", "seconds"),
    [
        (RECEIPT, 1, 60),
        (RECEIPT, 2, 120),
        (RECEIPT, 6, 1920),
        (RECEIPT, 7, 3600),
        (RECEIPT, 10_000, 3600),
        (ALERT, 0, 15),
        (ALERT, 1, 15),
        (ALERT, 5, 240),
        (ALERT, 6, 300),
        (ALARM, 6, 300),
    ],
)
def test_waits_double_up_to_the_longest(kind: OutboxKind, attempts: int, seconds: int) -> None:
    assert wait(kind, attempts, 0.5) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 45), (1.0, 75)])
def test_chance_spreads_the_waits(chance: float, seconds: int) -> None:
    assert wait(RECEIPT, 1, chance) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "days", "over"),
    [(RECEIPT, 4.9, False), (RECEIPT, 5, True), (ALERT, 0.9, False), (ALERT, 1, True)],
)
def test_a_message_is_given_up_in_the_end(kind: OutboxKind, days: float, *, over: bool) -> None:
    assert is_over(kind, timedelta(days=days)) is over
