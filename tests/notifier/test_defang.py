from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.defang import MAX_LENGTH, defang, defang_url


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
@pytest.mark.parametrize("spell", [defang, defang_url])
def test_nothing_makes_a_link_or_a_line(spell: Callable[[str], str], text: str) -> None:
    shown = spell(text)
    assert not re.search(r"(?i)\bhttps?:|(?<!\[)\.(?!\])", shown)
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        ("https://other.example/groups/7", "hXXps://other[.]example/groups/7"),
        ("https://other.example/" + "x" * 59, "hXXps://other[.]example/" + "x" * 59),
        ("https://other.example/" + "x" * 60, "hXXps://other[.]example/" + "x" * 59 + "…"),
        (
            "https://other.example/g?" + "cruel-words-" * 20,
            "hXXps://other[.]example/g?" + ("cruel-words-" * 20)[:57] + "…",
        ),
        ("https://cruel-words@other.example/g", "hXXps://other[.]example/g"),
        ("other.example/" + "x" * 60, "other[.]example/" + "x" * 46 + "…"),
        ("https://[other/" + "x" * 60, "hXXps://[other/" + "x" * 45 + "…"),
    ],
)
def test_of_a_url_only_the_host_and_a_beginning_is_shown(reported: str, shown: str) -> None:
    assert defang_url(reported) == shown
