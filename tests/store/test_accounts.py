from __future__ import annotations

from typing import Any

import pytest

from store.model import AccountId, AccountReference
from store.unit_of_work import Store
from tests.store.samples import NOW, account_named


def note(store: Store, *references: AccountReference) -> list[AccountId]:
    with store.transaction() as work:
        numbers = [work.accounts.add_or_complete(reference, NOW) for reference in references]
        work.commit()
    return numbers


def same(store: Store, *references: AccountReference) -> bool:
    return len(set(note(store, *references))) == 1


def test_a_handle_in_another_spelling_is_the_same_account(store: Store) -> None:
    spelled = AccountReference(platform="chirper", handle="ALEX", folded_handle="alex")
    assert same(store, account_named("Alex"), spelled)


def test_the_same_handle_on_another_platform_is_another_account(store: Store) -> None:
    other = AccountReference(platform="elsewhere", handle="Alex", folded_handle="alex")
    assert not same(store, account_named("Alex"), other)


def test_a_user_id_wins_over_a_changed_handle(store: Store) -> None:
    assert same(store, account_named("Alex", user_id="7"), account_named("Sam", user_id="7"))


def test_a_handle_alone_means_the_account_known_by_it(store: Store) -> None:
    assert same(store, account_named("Alex", user_id="7"), account_named("Alex"))


def test_a_handle_used_again_under_another_id_is_another_account(store: Store) -> None:
    assert not same(store, account_named("Alex", user_id="7"), account_named("Alex", user_id="8"))


def test_a_handle_used_again_means_its_newest_owner(store: Store) -> None:
    old, new, named = note(
        store,
        account_named("Alex", user_id="7"),
        account_named("Alex", user_id="8"),
        account_named("Alex"),
    )
    assert named == new != old


def test_what_was_not_known_before_is_filled_in_and_the_rest_kept(store: Store) -> None:
    url = "https://chirper.example/alex"
    first, second = note(store, account_named("Alex"), account_named("alex", user_id="7", url=url))
    with store.snapshot() as work:
        found = work.accounts.get(first)
    assert first == second
    assert (found.handle, found.user_id, found.url) == ("Alex", "7", url)


def test_a_url_alone_is_found_by_its_spelling(store: Store) -> None:
    reference = AccountReference(platform="chirper", url="https://chirper.example/i/x")
    assert same(store, reference, reference)


@pytest.mark.parametrize(
    "fields", [{"handle": "Sam"}, {"user_id": "9"}, {"url": "https://a.example"}]
)
def test_an_account_is_never_taken_for_one_of_which_other_things_are_known(
    store: Store, fields: dict[str, Any]
) -> None:
    reference = AccountReference(platform="chirper", **fields)
    assert not same(store, account_named("Alex"), reference)


def test_a_handle_that_was_not_folded_is_found_by_its_spelling(store: Store) -> None:
    plain = AccountReference(platform="chirper", handle="Alex")
    assert same(store, plain, plain)


def test_looking_for_an_account_makes_none(store: Store) -> None:
    with store.snapshot() as work:
        assert work.accounts.find(account_named("Alex")) is None
