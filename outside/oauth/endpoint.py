"""Asking a token endpoint: one bounded call, its answer judged, no secret in what is told of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from outside.bounded import NoAnswerError, call
from outside.oauth.errors import LoginError
from outside.oauth.grants import Form, Grant, GrantKind

LIMIT: Final = timedelta(seconds=20)
"""How long one call of an endpoint may take in all."""
LONGEST_WAIT: Final = timedelta(hours=1)
"""How long an endpoint may have us wait before we ask again."""
LONGEST_LIFE: Final = timedelta(days=30)
"""An access token that claims to be good for longer is renewed all the same."""
MAX_REASON: Final = 300

# RFC 6750 section 2.1, and nothing that could break out of a SASL message.
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,65536}")
# RFC 6749 section 4.1.2.1, RFC 8628 section 3.5: waiting helps.
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})

Post = Callable[[Mapping[str, Any], timedelta], Mapping[str, Any]]
"""Posts a form within a time; raises NoAnswerError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """What an endpoint gave. A time is counted from when it was asked."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_after: timedelta | None
    refresh_expires_after: timedelta | None


def post(request: Mapping[str, Any], limit: timedelta) -> Mapping[str, Any]:
    """Post a form in a process of its own."""
    return call("outside.posting", request, limit)


def ask(grant: Grant, form: Form, send: Post = post) -> Granted:
    """Ask for tokens. Raises LoginError."""
    # Imported only now: who has no login does not wait for it at each start.
    from oauthlib.oauth2 import OAuth2Error  # noqa: PLC0415
    from oauthlib.oauth2.rfc6749.parameters import parse_token_response  # noqa: PLC0415

    answer = fetch(grant, grant.token_url, form, send)
    try:
        return _granted(parse_token_response(json.dumps(answer)))
    except OAuth2Error as error:
        code, words = str(error.error), str(error.description or "")
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        # What the library makes of an answer that is none.
        code, words = "", ""
    # Raised out here: the library's own error, which may repeat a secret, is not tied to ours.
    if not code:
        raise _strange(grant.token_url, "gave no usable token")
    raise refusal(grant, form, code, words)


def fetch(grant: Grant, url: str, form: Form, send: Post = post) -> dict[str, Any]:
    """Post a form and give the JSON object that came back, which may be an error's.

    Raises LoginError when none came.
    """
    request = {
        "url": url,
        "body": form.body,
        "headers": dict(form.headers),
        "ca_file": str(grant.ca_file) if grant.ca_file else None,
    }
    try:
        answer = send(request, LIMIT)
    except NoAnswerError as error:
        raise _passing(url, str(error)) from None
    if trouble := answer.get("trouble"):
        raise _passing(url, hidden(str(trouble), form))
    status = int(answer["status"])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _wait(answer.get("retry_after"))
        raise _passing(url, f"HTTP status {status}", wait)
    try:
        content = json.loads(answer["body"])
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or (status != HTTPStatus.OK and "error" not in content):
        raise _strange(url, f"HTTP status {status}, and no answer of a token endpoint")
    return content


def hidden(text: str, form: Form) -> str:
    """Bring what an endpoint said into one short line without our secrets."""
    for secret in sorted(form.secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    lines = text.splitlines() or [""]
    printable = "".join(one if one.isprintable() else " " for one in lines[0])
    return " ".join(printable.split())[:MAX_REASON]


def refusal(grant: Grant, form: Form, code: str, description: str) -> LoginError:
    """Say what an endpoint has refused, and what to mend."""
    words = f"{hidden(code, form)}: {hidden(description, form)}".rstrip(": ")
    reason = f"{_host(grant.token_url)} gives no token: {words}"
    if code in _PASSING:
        return LoginError(reason, for_good=False, code=code)
    return LoginError(reason, _remedy(grant, code), for_good=True, code=code)


def _remedy(grant: Grant, code: str) -> str:
    where = f"in {grant.section}"
    match code:
        case "invalid_client":
            return f"compare client_id {where}, and see whether its secret or certificate ran out"
        case "invalid_grant" if grant.kind is GrantKind.REFRESH_TOKEN:
            return f"log in again: tipline mailbox login {grant.name}"
        case "invalid_grant":
            return "see that the user exists, and that the clocks of both sides are right"
        case "unauthorized_client" | "access_denied":
            return f"have an administrator allow the application what it needs, and scopes {where}"
        case "invalid_scope":
            return f"compare scopes {where} with what the application is allowed"
    return f"compare everything {where} with what its operator gave you"


def _granted(answer: Mapping[str, Any]) -> Granted:
    kind = answer.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ValueError("no bearer token")
    refresh = answer.get("refresh_token")
    return Granted(
        access_token=_token(answer["access_token"]),
        refresh_token=_token(refresh) if refresh else None,
        expires_after=_span(answer.get("expires_in"), LONGEST_LIFE),
        # Named so by Google and by Keycloak; RFC 6749 has no word for it.
        refresh_expires_after=_span(
            answer.get("refresh_token_expires_in") or answer.get("refresh_expires_in")
        ),
    )


def _token(value: object) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("no token")
    return value


def _span(seconds: object, longest: timedelta = timedelta(days=3650)) -> timedelta | None:
    if not isinstance(seconds, int) or seconds <= 0:
        return None
    return min(timedelta(seconds=min(seconds, 10**9)), longest)


def _wait(retry_after: object) -> timedelta | None:
    """Read Retry-After (RFC 9110 section 10.2.3): seconds, or a date."""
    text = str(retry_after or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(tz=UTC)
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _passing(url: str, what: str, wait: timedelta | None = None) -> LoginError:
    return LoginError(f"{_host(url)}: {what}", for_good=False, retry_after=wait)


def _strange(url: str, what: str) -> LoginError:
    return LoginError(f"{_host(url)}: {what}", "compare its URL", for_good=True)
