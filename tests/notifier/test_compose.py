from __future__ import annotations

from dataclasses import replace

import pytest

from notifier.compose import Identity, new_message_id
from store.model import (
    OutboxKind,
)
from tests.notifier.house import IDENTITY


def test_a_line_break_in_a_name_of_ours_is_an_error() -> None:
    with pytest.raises(ValueError, match="line break"):
        replace(IDENTITY, name="Chirper\r\nBcc: c@d.example")


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        (OutboxKind.ACKNOWLEDGEMENT, "<receipt."),
        (OutboxKind.ALERT, "<alert."),
        (OutboxKind.ALARM, "<alarm."),
    ],
)
def test_a_message_id_tells_its_kind_and_is_never_drawn_twice(
    kind: OutboxKind, prefix: str
) -> None:
    drawn = {new_message_id(kind, "tip.example") for _ in range(100)}
    assert len(drawn) == 100
    assert all(i.startswith(prefix) and i.endswith("@tip.example>") for i in drawn)


def test_an_identity_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Identity(address="cp", name="", domain="x.example")
