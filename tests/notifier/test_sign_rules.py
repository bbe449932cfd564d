from __future__ import annotations

import pytest

from notifier.sign_rules import auto_submitted_keyword


@pytest.mark.parametrize(
    ("value", "keyword"),
    [
        ("no", "no"),
        ("NO;a=b", "no"),
        ("(c) no (c)", "no"),
        ("auto-replied; owner-email=x@y", "auto-replied"),
        ("(never ends no", ""),
        (")no", ")no"),
    ],
)
def test_the_keyword_is_read_past_comments_and_parameters(value: str, keyword: str) -> None:
    assert auto_submitted_keyword(value) == keyword
