"""How a login stands at a moment: its tokens, when they count as ended, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from outside.oauth.bearer import Bearer
from outside.oauth.endpoint import LIMIT, LONGEST_WAIT
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant
from store.model import LoginFailure, StoredLogin
from store.unit_of_work import UnitOfWork

RENEW_BEFORE: Final = timedelta(minutes=10)
"""How long before its end an access token is replaced, so that none ends in the middle of work."""
HURRY_BEFORE: Final = timedelta(minutes=2)
"""When whoever needs a token renews it himself, as nobody else has: until then nobody waits."""
STILL_GOOD_FOR: Final = timedelta(seconds=30)
"""How long a token must be good to be given out when no new one can be had."""
UNKNOWN_LIFE: Final = timedelta(hours=1)
"""When a token of which the endpoint told no end is renewed."""
FRESH_FOR: Final = timedelta(minutes=1)
"""A token so young that is refused was not refused for its age: another would be, too."""
LEASE: Final = LIMIT + timedelta(seconds=10)
SKEW: Final = timedelta(minutes=1)
"""What was written further in the future was written before the clock was set back."""
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=5)
PAUSE_FOR_GOOD: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The tokens of a login as they stand in its seal."""

    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    began_with: str = ""


NOTHING: Final = Kept()


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How a login stands: a token that can be used, and whether it is time for another."""

    login: StoredLogin
    usable: Bearer | None
    is_due: bool


def present(work: UnitOfWork, grant: Grant) -> StoredLogin:
    """Give what is known of a login; of tokens that another grant got, only that they are there."""
    made_for = grant.made_for()
    login = work.logins.get(grant.name)
    if login is None:
        return StoredLogin(name=grant.name, made_for=made_for, version=0)
    if login.made_for == made_for:
        return login
    return StoredLogin(
        name=grant.name,
        made_for=made_for,
        version=login.version,
        leased_by=login.leased_by,
        leased_until=login.leased_until,
    )


def standing(  # noqa: PLR0913 - everything that counts
    grant: Grant,
    login: StoredLogin,
    token: str | None,
    refused: Bearer | None,
    *,
    due_at: datetime,
    now: datetime,
) -> State:
    """Tell how a login stands whose access token this is.

    Raises LoginError where a server has refused a token that is too young for that.
    """
    if token is None or login.obtained_at is None:
        return State(login=login, usable=None, is_due=True)
    if refused is not None and refused.token == token:
        if -SKEW <= now - login.obtained_at < FRESH_FOR:
            raise LoginError(
                "the server refuses a token that was given out just now",
                f"see that the user exists and that {grant.section} may use its mailbox",
                for_good=True,
            )
        return State(login=login, usable=None, is_due=True)
    bearer = Bearer(token=token, expires_at=login.expires_at)
    is_usable = now < ends_at(login, STILL_GOOD_FOR)
    # Before it was given out: the clock was set back, and its end means nothing.
    is_due = now >= due_at or now < login.obtained_at - SKEW
    return State(login=login, usable=bearer if is_usable else None, is_due=is_due)


def resting(login: StoredLogin, now: datetime) -> LoginFailure | None:
    """Tell what failed so lately that it is not worth trying again."""
    failure = login.failure
    # A time further off than any pause was written before the clock was set back.
    is_near = failure is not None and now < failure.retry_at <= now + LONGEST_WAIT + SKEW
    return failure if is_near else None


def is_leased(login: StoredLogin, now: datetime) -> bool:
    """Tell whether somebody asks for new tokens at the moment."""
    # A lease that ends later than any can was taken before the clock was set back.
    return login.leased_until is not None and now < login.leased_until <= now + LEASE + SKEW


def ends_at(login: StoredLogin, early: timedelta) -> datetime:
    """Tell when a token counts as ended, so much before its end; of a short life a quarter."""
    begin = login.obtained_at or datetime.min.replace(tzinfo=UTC)
    if login.expires_at is None:
        return begin + UNKNOWN_LIFE
    return login.expires_at - min(early, (login.expires_at - begin) / 4)


def failure_after(login: StoredLogin, error: LoginError, now: datetime) -> LoginFailure:
    """Tell what failed and when it is worth trying again: later each time."""
    times = login.failure.times + 1 if login.failure else 1
    pause = error.retry_after or min(FIRST_PAUSE * 2 ** min(times - 1, 10), LONGEST_PAUSE)
    if error.for_good:
        pause = max(pause, PAUSE_FOR_GOOD)
    return LoginFailure(
        at=now,
        reason=error.reason,
        remedy=error.remedy,
        for_good=error.for_good,
        times=times,
        retry_at=now + pause,
    )
