from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from outside.bounded import NoAnswerError
from outside.oauth.endpoint import Granted
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, GrantKind
from outside.oauth.secret_files import SecretFile
from outside.oauth.standing import FRESH_FOR, HURRY_BEFORE, LEASE, RENEW_BEFORE, SKEW
from store.engine import open_engine
from store.errors import StorageFull, StorageUnavailable
from store.keys import Identity
from store.model import StoredLogin
from store.seals import Seal
from store.unit_of_work import DATABASE_NAME, Store, UnitOfWork
from tests.outside.authority import Answer
from tests.outside.desk import Desk, at_once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outside.authority import Authority
    from tests.outside.desk import Passing

HOUR = timedelta(hours=1)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def person(app: Grant, authority: Authority, tmp_path: Path) -> Grant:
    """Give the grant of a person, who has logged in somewhere else."""
    path = tmp_path / "refresh-token"
    path.write_text(authority.first_refresh_token())
    return replace(
        app, kind=GrantKind.REFRESH_TOKEN, first_refresh_token=SecretFile("refresh token", path)
    )


def test_an_application_gets_a_token_once_and_uses_it_while_it_is_good(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    first = tokens.bearer("m365")
    passing.forward(HOUR - HURRY_BEFORE - timedelta(seconds=1))
    assert tokens.bearer("m365") == first
    assert authority.forms() == [
        {
            "grant_type": "client_credentials",
            "client_id": "us",
            "client_secret": "canary-client-secret",
            "scope": "mail/.default",
        }
    ]


def test_a_token_is_renewed_before_it_ends(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    first = tokens.bearer("m365")
    passing.forward(HOUR - HURRY_BEFORE)
    second = tokens.bearer("m365")
    assert second.token != first.token
    assert second.expires_at == passing.now + HOUR
    assert len(authority.posts) == 2


def test_another_process_and_the_next_start_use_the_same_token(
    desk: Desk, app: Grant, authority: Authority
) -> None:
    first = desk.tokens(app).bearer("m365")
    assert desk.tokens(app).bearer("m365") == first
    assert len(authority.posts) == 1


def test_a_rotated_refresh_token_is_used_next(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    for _ in range(3):
        desk.tokens(person).bearer("m365")
        passing.forward(HOUR)
    used = [form["refresh_token"] for form in authority.forms()]
    assert used == ["canary-refresh-0", "canary-refresh-1", "canary-refresh-2"]


def test_a_refresh_token_that_is_not_rotated_is_kept(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    authority.rotates = False
    for _ in range(2):
        desk.tokens(person).bearer("m365")
        passing.forward(HOUR)
    assert {form["refresh_token"] for form in authority.forms()} == {"canary-refresh-0"}


def test_many_who_ask_at_once_use_one_refresh_token_once(
    desk: Desk, person: Grant, authority: Authority
) -> None:
    # Half of them share what threads of one process share; the others are processes of their own.
    authority.hangs_for = 0.1
    shared = desk.tokens(person)
    askers = [shared if number % 2 else desk.tokens(person) for number in range(8)]
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda asker=asker: found.append(asker.bearer("m365").token))
        for asker in askers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["canary-access-1"] * 8
    assert len(authority.posts) == 1
    assert not authority.is_revoked


def test_who_waited_for_the_database_sees_the_lease_that_was_taken_meanwhile(
    desk: Desk, person: Grant, authority: Authority, passing: Passing, state_dir: Path
) -> None:
    def another_takes_it() -> None:
        passing.forward(2 * SKEW)
        with desk.store.transaction() as work:
            unknown = StoredLogin(name="m365", made_for=person.made_for(), version=0)
            work.logins.lease(unknown, "another", passing.now + LEASE)
            work.commit()

    def gives_it_up(seconds: float) -> None:
        waited.append(seconds)
        with desk.store.transaction() as work:
            work.logins.release("m365", "another")
            work.commit()

    waited: list[float] = []
    queue = Queue(open_engine(state_dir / DATABASE_NAME))
    queue.before = [another_takes_it]
    replace(desk, store=queue).tokens(person, pause=gives_it_up).bearer("m365")
    queue.close()
    assert len(waited) == 1
    assert len(authority.posts) == 1


class Queue(Store):
    """A store in which somebody else goes first."""

    before: list[Callable[[], None]]

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        if self.before:
            self.before.pop()()
        with super().transaction() as work:
            yield work


def test_the_lease_of_one_who_was_killed_lapses(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    with desk.store.transaction() as work:
        dead = StoredLogin(name="m365", made_for=person.made_for(), version=0)
        work.logins.lease(dead, "somebody dead", passing.now + LEASE)
        work.commit()
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        passing.forward(LEASE / 3)

    desk.tokens(person, pause=pause).bearer("m365")
    assert len(waited) == 3
    assert len(authority.posts) == 1


def test_a_new_refresh_token_is_on_disk_before_the_access_token_is_given_out(
    desk: Desk, person: Grant, authority: Authority, state_dir: Path
) -> None:
    disk = Disk(open_engine(state_dir / DATABASE_NAME))

    def fills_up(*request: Any) -> dict[str, Any]:
        disk.is_full = True
        return at_once(*request)

    tokens = replace(desk, store=disk).tokens(person, send=fills_up)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            tokens.bearer("m365")
    disk.is_full = False
    # What was got is written down now, and nothing is asked for again.
    assert tokens.bearer("m365").token == "canary-access-1"
    assert len(authority.posts) == 1
    assert desk.tokens(person).bearer("m365").token == "canary-access-1"
    disk.close()


class Disk(Store):
    """A store whose disk can be full."""

    is_full = False

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        with super().transaction() as work:
            if self.is_full:
                raise StorageFull("no space is left for the database")
            yield work


def test_a_token_that_was_refused_is_replaced_once(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    first = tokens.bearer("m365")
    passing.forward(FRESH_FOR)
    second = tokens.bearer("m365", refused=first)
    assert second.token != first.token
    # A second one whom the first was refused gets what the first of them has got.
    assert tokens.bearer("m365", refused=first) == second
    with pytest.raises(LoginError, match="given out just now") as caught:
        tokens.bearer("m365", refused=second)
    assert caught.value.for_good
    assert len(authority.posts) == 2


def test_an_endpoint_that_is_busy_is_left_alone_while_the_token_is_good(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    first = tokens.bearer("m365")
    passing.forward(HOUR - RENEW_BEFORE)
    authority.instead = [Answer(status=429, headers={"Retry-After": "120"})]
    tokens.keep_fresh()
    assert tokens.bearer("m365") == first
    passing.forward(timedelta(seconds=119))
    tokens.keep_fresh()
    assert tokens.bearer("m365") == first
    assert len(authority.posts) == 2
    passing.forward(timedelta(seconds=1))
    tokens.keep_fresh()
    assert tokens.bearer("m365") != first


def test_a_token_is_renewed_ahead_before_anybody_needs_it(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    tokens.keep_fresh()
    passing.forward(HOUR - RENEW_BEFORE - timedelta(seconds=1))
    tokens.keep_fresh()
    assert len(authority.posts) == 1
    passing.forward(timedelta(seconds=1))
    tokens.keep_fresh()
    assert len(authority.posts) == 2


def test_nobody_waits_for_a_slow_endpoint_while_the_token_is_good(
    desk: Desk, app: Grant, passing: Passing
) -> None:
    called, answered = threading.Event(), threading.Event()

    def slow(*request: Any) -> dict[str, Any]:
        if passing.now > begun:
            called.set()
            assert answered.wait(10)
        return at_once(*request)

    begun = passing.now
    tokens = desk.tokens(app, send=slow)
    first = tokens.bearer("m365")
    passing.forward(HOUR - HURRY_BEFORE)
    renewing = threading.Thread(target=tokens.keep_fresh)
    renewing.start()
    assert called.wait(10)
    # Of this process and of another.
    assert tokens.bearer("m365") == first
    assert desk.tokens(app).bearer("m365") == first
    answered.set()
    renewing.join()
    assert tokens.bearer("m365") != first


def test_without_a_good_token_the_reason_is_told_until_it_is_time_to_try_again(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(app)
    authority.instead = [Answer(status=503), Answer(status=503)]
    for _ in range(3):
        with pytest.raises(LoginError, match="HTTP status 503") as caught:
            tokens.bearer("m365")
        assert not caught.value.for_good
    assert len(authority.posts) == 1
    passing.forward(timedelta(seconds=5))
    with pytest.raises(LoginError):
        tokens.bearer("m365")
    # The second pause is longer.
    passing.forward(timedelta(seconds=5))
    with pytest.raises(LoginError):
        tokens.bearer("m365")
    assert len(authority.posts) == 2
    passing.forward(timedelta(seconds=5))
    assert tokens.bearer("m365")


def test_whoever_insists_does_not_wait(desk: Desk, app: Grant, authority: Authority) -> None:
    authority.instead = [Answer(status=503)]
    with pytest.raises(LoginError):
        desk.tokens(app).bearer("m365")
    assert desk.tokens(app, insist=True).bearer("m365")


def test_a_clock_that_is_set_back_locks_nobody_out(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    authority.instead = [Answer(status=503)]
    tokens = desk.tokens(app)
    with pytest.raises(LoginError):
        tokens.bearer("m365")
    passing.forward(-timedelta(days=2))
    assert tokens.bearer("m365")


def test_a_revoked_login_says_what_to_do_and_is_good_again_after_it(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    tokens = desk.tokens(person)
    tokens.bearer("m365")
    authority.is_revoked = True
    passing.forward(HOUR)
    with pytest.raises(LoginError, match="tipline mailbox login m365") as caught:
        tokens.bearer("m365")
    assert caught.value.for_good
    authority.is_revoked = False
    authority.refresh_tokens.add("canary-refresh-new")
    granted = Granted(
        access_token="canary-access-new",
        refresh_token="canary-refresh-new",
        expires_after=HOUR,
        refresh_expires_after=None,
    )
    desk.tokens(person).keep("m365", granted, passing.now)
    assert tokens.bearer("m365").token == "canary-access-new"
    passing.forward(HOUR)
    tokens.bearer("m365")
    assert authority.forms()[-1]["refresh_token"] == "canary-refresh-new"


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_login_made_while_an_old_token_is_renewed_wins(
    desk: Desk, person: Grant, authority: Authority, passing: Passing, *, is_revoked: bool
) -> None:
    authority.is_revoked = is_revoked
    other = desk.tokens(person)
    granted = Granted(
        access_token="canary-access-new",
        refresh_token="canary-refresh-new",
        expires_after=HOUR,
        refresh_expires_after=None,
    )

    def meanwhile(*request: Any) -> dict[str, Any]:
        other.keep("m365", granted, passing.now)
        return at_once(*request)

    desk.tokens(person, send=meanwhile).bearer("m365")
    assert other.bearer("m365").token == "canary-access-new"
    with desk.store.snapshot() as work:
        login = work.logins.get("m365")
    assert login
    assert login.failure is None


def test_a_login_that_is_forgotten_while_it_is_renewed_stays_forgotten(
    desk: Desk, person: Grant, passing: Passing
) -> None:
    other = desk.tokens(person)
    desk.tokens(person).bearer("m365")

    def meanwhile(*request: Any) -> dict[str, Any]:
        assert other.forget("m365")
        return at_once(*request)

    passing.forward(HOUR)
    desk.tokens(person, send=meanwhile).bearer("m365")

    with desk.store.snapshot() as work:
        login = work.logins.get("m365")
    assert login
    assert (login.sealed, login.obtained_at, login.leased_by) == (None, None, None)
    assert not other.forget("m365")
    assert not desk.tokens(person).forget("m365")


def test_tokens_of_other_settings_are_not_used(
    desk: Desk, app: Grant, authority: Authority
) -> None:
    desk.tokens(app).bearer("m365")
    desk.tokens(replace(app, scopes=("mail/.default", "send"))).bearer("m365")
    assert len(authority.posts) == 2


def test_a_refresh_token_put_into_the_file_anew_is_used_at_once(
    desk: Desk, person: Grant, authority: Authority
) -> None:
    tokens = desk.tokens(person)
    tokens.bearer("m365")
    assert person.first_refresh_token
    assert person.first_refresh_token.path
    person.first_refresh_token.path.write_text("canary-refresh-mine")
    authority.refresh_tokens.add("canary-refresh-mine")
    tokens.bearer("m365")
    assert authority.forms()[-1]["refresh_token"] == "canary-refresh-mine"


def test_a_refresh_token_taken_out_of_the_file_has_done_its_work(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    desk.tokens(person).bearer("m365")
    assert person.first_refresh_token
    assert person.first_refresh_token.path
    person.first_refresh_token.path.unlink()
    passing.forward(HOUR)
    desk.tokens(person).bearer("m365")
    passing.forward(HOUR)
    desk.tokens(replace(person, first_refresh_token=None)).bearer("m365")
    used = [form["refresh_token"] for form in authority.forms()]
    assert used == ["canary-refresh-0", "canary-refresh-1", "canary-refresh-2"]


def test_without_a_login_it_says_how_to_log_in(desk: Desk, person: Grant) -> None:
    nobody = replace(person, first_refresh_token=None)
    with pytest.raises(LoginError, match="nobody has logged in yet; run: tipline mailbox login"):
        desk.tokens(nobody).bearer("m365")


def test_what_was_sealed_for_another_key_is_got_anew(
    desk: Desk, app: Grant, authority: Authority
) -> None:
    desk.tokens(app).bearer("m365")
    other = Desk(desk.store, Seal(Identity.generate()), desk.clock)
    assert other.tokens(app).bearer("m365").token == "canary-access-2"
    assert len(authority.posts) == 2


def test_a_token_without_an_end_is_renewed_every_hour(
    desk: Desk, app: Grant, authority: Authority, passing: Passing
) -> None:
    authority.expires_in = None
    tokens = desk.tokens(app)
    tokens.bearer("m365")
    passing.forward(HOUR - timedelta(seconds=1))
    tokens.bearer("m365")
    assert len(authority.posts) == 1
    passing.forward(timedelta(seconds=1))
    tokens.bearer("m365")
    assert len(authority.posts) == 2


def test_when_a_refresh_token_ends_is_known(
    desk: Desk, person: Grant, authority: Authority, passing: Passing
) -> None:
    ninety = replace(person, refresh_lifetime=timedelta(days=90))
    desk.tokens(ninety).bearer("m365")
    assert _ends(desk) == passing.now + timedelta(days=90)
    authority.extra = {"refresh_token_expires_in": 604_800}
    passing.forward(HOUR)
    desk.tokens(ninety).bearer("m365")
    assert _ends(desk) == passing.now + timedelta(days=7)


def _ends(desk: Desk) -> datetime | None:
    with desk.store.snapshot() as work:
        login = work.logins.get("m365")
    assert login
    return login.refresh_expires_at


def test_all_logins_are_kept_fresh_and_one_that_fails_holds_up_no_other(
    desk: Desk, app: Grant, person: Grant, authority: Authority
) -> None:
    broken = replace(person, name="broken", first_refresh_token=None)
    desk.tokens(broken, app).keep_fresh()
    assert authority.asked == ["client_credentials"]
    with desk.store.snapshot() as work:
        login = work.logins.get("broken")
    assert login
    assert login.failure
    assert login.failure.for_good


def test_no_token_stands_open_in_the_database(desk: Desk, person: Grant, state_dir: Path) -> None:
    desk.tokens(person).bearer("m365")
    for file in state_dir.rglob("*"):
        assert b"canary" not in file.read_bytes()


def test_nothing_that_is_shown_or_logged_holds_a_token(
    desk: Desk, person: Grant, authority: Authority, passing: Passing, capfd: Captured
) -> None:
    tokens = desk.tokens(person)
    bearer = tokens.bearer("m365")
    authority.is_revoked = True
    passing.forward(HOUR)
    with pytest.raises(LoginError) as caught:
        tokens.bearer("m365")
    with desk.store.snapshot() as work:
        login = work.logins.get("m365")
    shown = (
        f"{bearer} {bearer!r} {login!r} {tokens!r} {caught.value!r} {caught.value.__context__!r}"
    )
    told = "".join(capfd.readouterr())
    assert "login.no_token" in told
    assert "canary" not in shown + told


def test_a_process_that_hangs_is_no_answer(desk: Desk, app: Grant) -> None:
    def hangs(*_: object) -> dict[str, Any]:
        raise NoAnswerError("no answer within 20 seconds")

    with pytest.raises(LoginError, match=r"127\.0\.0\.1:\d+: no answer within 20 seconds"):
        desk.tokens(app, send=hangs).bearer("m365")
