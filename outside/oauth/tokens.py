"""The tokens of all logins: kept sealed, renewed in time, by one at a time.

A refresh token may be good for one use only, so whoever uses one takes a lease on its login first;
everybody else waits for what comes of it. The new one is on disk before the access token that came
with it is given to anybody. What cannot be written down at once is held and written at the next
call. A lease that its holder never gave back (it was killed) lapses.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from outside.oauth.bearer import Bearer, BearerSource
from outside.oauth.endpoint import Granted, Post, ask, post
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, renewal
from outside.oauth.sealed import SealedTokens, emptied
from outside.oauth.standing import (
    HURRY_BEFORE,
    LEASE,
    NOTHING,
    RENEW_BEFORE,
    State,
    ends_at,
    failure_after,
    is_leased,
    present,
    resting,
    standing,
)
from store.model import Clock, StoredLogin
from store.seals import Seal
from store.unit_of_work import Store, UnitOfWork

POLL_SECONDS: Final = 0.1

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Source:
    """The tokens of one login."""

    tokens: Tokens
    name: str

    def bearer(self, refused: Bearer | None = None) -> Bearer:
        return self.tokens.bearer(self.name, refused)


class Tokens:
    """The access tokens of an installation's logins. Safe to use from several threads.

    ``send`` posts a form; ``pause`` waits some seconds. Who insists asks again even where it failed
    a moment ago: a person who has just mended something.
    """

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        seal: Seal,
        grants: Mapping[str, Grant],
        clock: Clock,
        send: Post = post,
        pause: Callable[[float], None] = time.sleep,
        insist: bool = False,
    ) -> None:
        self._store = store
        self._sealed = SealedTokens(seal)
        self._grants = grants
        self._clock = clock
        self._send = send
        self._pause = pause
        self._insist = insist
        self._owner = f"{os.getpid()}/{secrets.token_hex(8)}"
        self._turns = {name: threading.Lock() for name in grants}
        self._unwritten: dict[str, StoredLogin] = {}

    def bearer(self, name: str, refused: Bearer | None = None) -> Bearer:
        """Give a token of a login; see ``BearerSource``."""
        return self._bearer(self._grants[name], refused, HURRY_BEFORE)

    def _bearer(self, grant: Grant, refused: Bearer | None, early: timedelta) -> Bearer:
        turn = self._turns[grant.name]
        if not turn.acquire(blocking=False):
            # Somebody renews, and the endpoint may be slow: what is still good does meanwhile.
            if usable := self._usable(grant, refused):
                return usable
            turn.acquire()
        try:
            self._write_down(grant.name)
            while True:
                claim = self._claim(grant, refused, early)
                if isinstance(claim, Bearer):
                    return claim
                if claim is not None:
                    return self._renewed(grant, claim, refused)
                self._pause(POLL_SECONDS)
        finally:
            turn.release()

    def insisting(self) -> Tokens:
        """Give the same, but asking again even where it failed a moment ago."""
        return Tokens(
            store=self._store,
            seal=self._sealed.seal,
            grants=self._grants,
            clock=self._clock,
            send=self._send,
            pause=self._pause,
            insist=True,
        )

    def source(self, name: str) -> BearerSource:
        """Give what has tokens of one login."""
        return _Source(self, name)

    def keep(self, name: str, granted: Granted, asked_at: datetime) -> None:
        """Write down what somebody got by logging in; it takes the place of what was there."""
        grant = self._grants[name]
        with self._turns[name]:
            self._unwritten.pop(name, None)
            with self._store.transaction() as work:
                login = present(work, grant)
                work.logins.keep(self._sealed.closed(grant, login, granted, NOTHING, asked_at))
                work.commit()
        log.info("login.kept", login=name)

    def forget(self, name: str) -> bool:
        """Forget a login's tokens, also one that somebody is getting now; False if there are none.

        At the provider they stay good until they are taken back there.
        """
        with self._turns[name]:
            held = self._unwritten.pop(name, None)
            with self._store.transaction() as work:
                login = work.logins.get(name)
                was_there = held is not None or (login is not None and login.sealed is not None)
                if login is not None:
                    # The row stays, under a new version: whoever asks just now comes too late.
                    work.logins.keep(emptied(login))
                    work.commit()
        log.info("login.forgotten", login=name)
        return was_there

    def keep_fresh(self) -> int:
        """Renew every token whose time has come, so that trouble shows before a token is needed.

        It also keeps a refresh token alive that nobody uses for long.
        """
        for grant in self._grants.values():
            # What went wrong was logged and written down when it did.
            with suppress(LoginError):
                self._bearer(grant, None, RENEW_BEFORE)
        return 0

    def _usable(self, grant: Grant, refused: Bearer | None) -> Bearer | None:
        with self._store.snapshot() as work:
            return self._state(work, grant, refused, HURRY_BEFORE, self._clock()).usable

    def _claim(
        self, grant: Grant, refused: Bearer | None, early: timedelta
    ) -> Bearer | StoredLogin | None:
        """Give a token, or a login that we alone may renew now, or None while another does."""
        with self._store.snapshot() as work:
            state = self._state(work, grant, refused, early, self._clock())
        if state.usable and not state.is_due:
            return state.usable
        with self._store.transaction() as work:
            # Not before: whoever wrote while we waited for our turn wrote at a later time.
            now = self._clock()
            state = self._state(work, grant, refused, early, now)
            if state.usable and not state.is_due:
                return state.usable
            if is_leased(state.login, now):
                return state.usable
            if not self._insist and (failure := resting(state.login, now)):
                if state.usable:
                    return state.usable
                raise LoginError(failure.reason, failure.remedy, for_good=failure.for_good)
            leased = work.logins.lease(state.login, self._owner, now + LEASE)
            work.commit()
        return leased

    def _state(
        self,
        work: UnitOfWork,
        grant: Grant,
        refused: Bearer | None,
        early: timedelta,
        now: datetime,
    ) -> State:
        login = present(work, grant)
        token = self._sealed.opened(grant, login).access_token
        return standing(grant, login, token, refused, due_at=ends_at(login, early), now=now)

    def _renewed(self, grant: Grant, login: StoredLogin, refused: Bearer | None) -> Bearer:
        """Ask for a new token under the lease we have, and write it down before it is used."""
        now = self._clock()
        old = self._sealed.opened(grant, login)
        try:
            granted = ask(grant, renewal(grant, old.refresh_token, now), self._send)
        except LoginError as error:
            return self._failed(grant, login, error, refused)
        except BaseException:
            with self._store.transaction() as work:
                work.logins.release(login.name, self._owner)
                work.commit()
            raise
        self._unwritten[grant.name] = self._sealed.closed(grant, login, granted, old, now)
        self._write_down(grant.name)
        log.info("login.renewed", login=grant.name)
        after = granted.expires_after
        return Bearer(token=granted.access_token, expires_at=now + after if after else None)

    def _failed(
        self, grant: Grant, login: StoredLogin, error: LoginError, refused: Bearer | None
    ) -> Bearer:
        """Write down why there is no new token; the old one does while it is good."""
        now = self._clock()
        failure = failure_after(login, error, now)
        log.warning("login.no_token", login=grant.name, reason=error.reason, remedy=error.remedy)
        with self._store.transaction() as work:
            # Else somebody logged in meanwhile, or our lease has lapsed: theirs is newer.
            if present(work, grant).version == login.version:
                work.logins.failed(login, failure)
                work.commit()
            state = self._state(work, grant, refused, HURRY_BEFORE, now)
        if state.usable:
            return state.usable
        raise error

    def _write_down(self, name: str) -> None:
        """Write down what was got and is not on disk yet; it stays in hand when that fails."""
        held = self._unwritten.get(name)
        if held is None:
            return
        with self._store.transaction() as work:
            there = work.logins.get(name)
            if there is None or there.version == held.version:
                work.logins.keep(held)
            # Else somebody logged in meanwhile: theirs is newer.
            work.commit()
        del self._unwritten[name]
