"""Logging in with a browser elsewhere (RFC 8628): an address and a code are shown, then we wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from outside.oauth.endpoint import Granted, Post, ask, fetch, post, refusal
from outside.oauth.errors import LoginError
from outside.oauth.grants import Form, Grant, form
from store.model import Clock

DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
# RFC 8628 section 3.5: 5 seconds where the server names no interval, and 5 more when told so.
INTERVAL_SECONDS: Final = 5
SLOWER_SECONDS: Final = 5
LONGEST_LOGIN: Final = timedelta(hours=1)
_MAX_SHOWN: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceCode:
    """What a person types where, until when; ``secret`` is for us alone."""

    address: str
    code: str
    secret: str = field(repr=False)
    interval: int
    expires_at: datetime


def begin(grant: Grant, now: datetime, send: Post = post) -> DeviceCode:
    """Ask for a code. Raises LoginError."""
    if grant.device_url is None:
        raise LoginError(
            "this login knows no device_url", f"set it in {grant.section}", for_good=True
        )
    full = form(grant, now, DEVICE_CODE, scope=grant.scope)
    # The request is a token request without its grant (RFC 8628 section 3.1).
    body = full.body.replace(urlencode({"grant_type": DEVICE_CODE}) + "&", "")
    asked = Form(body=body, headers=full.headers, secrets=full.secrets)
    answer = fetch(grant, grant.device_url, asked, send)
    if "error" in answer:
        code, words = str(answer["error"]), str(answer.get("error_description") or "")
        raise refusal(grant, asked, code, words)
    try:
        return _code(answer, now)
    except (KeyError, ValueError, TypeError, ArithmeticError):
        raise LoginError("the answer of device_url is none", "compare it", for_good=True) from None


def wait(
    grant: Grant,
    device: DeviceCode,
    clock: Clock,
    send: Post = post,
    pause: Callable[[float], None] = time.sleep,
) -> Granted:
    """Wait until the person has logged in, said no, or let the time run out. Raises LoginError."""
    interval = device.interval
    while clock() < device.expires_at:
        pause(interval)
        asked = form(grant, clock(), DEVICE_CODE, device.secret, device_code=device.secret)
        try:
            return ask(grant, asked, send)
        except LoginError as error:
            if error.code == "slow_down":
                interval += SLOWER_SECONDS
            elif error.code == "expired_token":
                break
            elif error.code == "access_denied":
                raise LoginError("the login was declined", for_good=True) from None
            elif error.code != "authorization_pending" and error.for_good:
                raise
    raise LoginError("nobody logged in in time", "begin again", for_good=True)


def _code(answer: dict[str, Any], now: datetime) -> DeviceCode:
    # Google names the address otherwise than RFC 8628 section 3.2.
    address = answer.get("verification_uri") or answer["verification_url"]
    seconds = max(int(answer.get("expires_in") or 0), 1)
    return DeviceCode(
        address=_shown(address),
        code=_shown(answer["user_code"]),
        secret=_text(answer["device_code"]),
        interval=min(max(int(answer.get("interval") or INTERVAL_SECONDS), 1), 60),
        expires_at=now + min(timedelta(seconds=min(seconds, 10**6)), LONGEST_LOGIN),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _shown(value: object) -> str:
    text = _text(value)
    if not text.isprintable() or len(text) > _MAX_SHOWN:
        raise ValueError("not to be shown")
    return text
