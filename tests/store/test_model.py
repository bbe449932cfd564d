from __future__ import annotations

from datetime import datetime

import pytest

from store.model import AccountReference, Severity
from tests.store.samples import envelope


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="received_at has no time zone"):
        envelope(received_at=datetime(2026, 11, 22))  # noqa: DTZ001 - what is refused here


def test_a_reference_to_no_account_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a handle, a user id or a URL"):
        AccountReference(platform="chirper")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"handle": "Alex", "folded_handle": "alex", "user_id": "7"}, "id:7"),
        ({"handle": "Alex", "folded_handle": "alex"}, "handle:alex"),
        ({"handle": "Alex"}, "handle:Alex"),
        ({"url": "https://chirper.example/x"}, "url:https://chirper.example/x"),
    ],
)
def test_accounts_are_told_apart_by_id_then_handle_then_url(
    fields: dict[str, str], key: str
) -> None:
    assert AccountReference(platform="chirper", **fields).key == ("chirper", key)


def test_a_severity_has_a_word_and_the_word_a_severity() -> None:
    assert [Severity.from_label(severity.label) for severity in Severity] == list(Severity)


def test_an_unknown_word_is_no_severity() -> None:
    with pytest.raises(ValueError, match="no severity is called 'dire'"):
        Severity.from_label("dire")
