from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from store.model import LoginFailure, StoredLogin
from tests.store.samples import NOW

if TYPE_CHECKING:
    from store.unit_of_work import Store

LOGIN = StoredLogin(
    name="m365",
    made_for="digest",
    version=3,
    sealed=b"sealed",
    obtained_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    refresh_expires_at=NOW + timedelta(days=90),
)
FAILURE = LoginFailure(
    at=NOW, reason="busy", remedy="", for_good=False, times=2, retry_at=NOW + timedelta(seconds=9)
)


def test_what_is_kept_ends_the_lease_and_forgets_what_failed(store: Store) -> None:
    with store.transaction() as work:
        leased = work.logins.lease(LOGIN, "one", NOW)
        work.logins.failed(leased, FAILURE)
        work.logins.keep(replace(leased, failure=FAILURE))
        work.commit()
    with store.snapshot() as work:
        assert work.logins.get("m365") == replace(LOGIN, version=4)
        assert work.logins.get("other") is None
        assert [login.name for login in work.logins.all()] == ["m365"]


def test_a_failure_leaves_the_tokens_and_ends_the_lease(store: Store) -> None:
    with store.transaction() as work:
        work.logins.failed(work.logins.lease(LOGIN, "one", NOW), FAILURE)
        work.commit()
    with store.snapshot() as work:
        assert work.logins.get("m365") == replace(LOGIN, failure=FAILURE)


def test_a_lease_is_given_up_by_whoever_has_it(store: Store) -> None:
    with store.transaction() as work:
        leased = work.logins.lease(LOGIN, "one", NOW)
        work.logins.release("m365", "another")
        assert work.logins.get("m365") == leased
        work.logins.release("m365", "one")
        assert work.logins.get("m365") == LOGIN
