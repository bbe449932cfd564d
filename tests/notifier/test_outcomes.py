from __future__ import annotations

import pytest

from notifier.outcomes import one_line, without_addresses


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1\r\n  no such\x07 user", "550 5.1.1 no such user"),
        ("x" * 1000, "x" * 300),
        ("a\u2028b", "a b"),
    ],
)
def test_what_a_relay_says_is_kept_in_one_printable_line(said: str, kept: str) -> None:
    assert one_line(said) == kept


def test_the_log_shows_no_whole_address() -> None:
    said = "550 <maria.k@mail.example>: no such user (to=bob@mail.example)"
    assert without_addresses(said) == "550 <…@mail.example>: no such user (to=…@mail.example)"
