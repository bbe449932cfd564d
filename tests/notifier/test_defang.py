from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.defang import MAX_LENGTH, defang


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        ("https://chirper.example/name", "hXXps://chirper[.]example/name"),
        ("HTTP://chirper.example", "hXXp://chirper[.]example"),
        ("hXXps://chirper[.]example", "hXXps://chirper[.]example"),
        ("https://a.example/?u=http://b.example", "hXXps://a[.]example/?u=hXXp://b[.]example"),
        ("www.chirper.example", "www[.]chirper[.]example"),
        ("@name@masto.example", "@name@masto[.]example"),
        ("xhttpx", "xhttpx"),
        ("mailto:a@b.example", "mailto[:]a@b[.]example"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("chirper。example", "chirper[.]example"),
        ("a\r\nb\u202ec\u200b", "a\ufffd\ufffdb\ufffdc\ufffd"),
        ("12345", "12345"),
    ],
)
def test_an_account_is_shown_so_that_it_cannot_be_tapped(reported: str, shown: str) -> None:
    assert defang(reported) == shown


def test_a_long_account_is_cut() -> None:
    assert defang("a" * 500) == "a" * (MAX_LENGTH - 1) + "…"


@given(st.text() | st.from_regex(r"(?i)https?://[a-z.]{1,20}/[a-z:.]{0,9}"))
def test_nothing_makes_a_link_or_a_line(text: str) -> None:
    shown = defang(text)
    assert not re.search(r"(?i)\bhttps?:|(?<!\[)\.(?!\])", shown)
    assert shown.isprintable() or " " in shown or "\xa0" in shown
    assert "\n" not in shown
    assert "\r" not in shown
