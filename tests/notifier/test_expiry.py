from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.expiry import Expiries, Expiry

if TYPE_CHECKING:
    from store.unit_of_work import Store

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "told"), [(15, False), (14, True), (1, True), (0, True), (-30, True)]
)
def test_what_runs_out_is_named_in_good_time_and_afterwards(
    store: Store, *, days: int, told: bool
) -> None:
    token = Expiry(what="a token", at=NOW + timedelta(days=days))
    expiries = Expiries([lambda: token, lambda: None], timedelta(days=14))
    with store.snapshot() as work:
        found = expiries.look(work, NOW)
    assert found == ([f"a token: {token.at:%Y-%m-%d} 03:00 UTC"] if told else [])
