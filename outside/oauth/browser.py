"""Logging in where no code can be shown: in a browser, whose last address is pasted back.

The authorization code grant (RFC 6749 section 4.1) with PKCE (RFC 7636), as an application without
a page of its own has it (RFC 8252 section 7.3): the browser is sent on to its own machine, where
nobody listens, and the person copies the address it shows. Neither machine has to reach the other.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.parameters import parse_authorization_code_response

from outside.oauth.endpoint import Granted, Post, ask, post
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, form

REDIRECT: Final = "http://localhost"
# RFC 7636 section 4.1: 43 to 128 characters.
_VERIFIER_LENGTH: Final = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class BrowserLogin:
    """A login that has begun: the address to open, and what shows later that it is the same."""

    address: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def begin(grant: Grant) -> BrowserLogin:
    """Make the address that a person opens. Raises LoginError."""
    if grant.authorize_url is None:
        raise LoginError(
            "this login knows no authorize_url", f"set it in {grant.section}", for_good=True
        )
    client = WebApplicationClient(grant.client_id)
    state = secrets.token_urlsafe(16)
    verifier = client.create_code_verifier(_VERIFIER_LENGTH)
    address = client.prepare_request_uri(
        grant.authorize_url,
        redirect_uri=REDIRECT,
        scope=list(grant.scopes),
        state=state,
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        **grant.authorize_fields,
    )
    return BrowserLogin(address=address, state=state, verifier=verifier)


def finish(
    grant: Grant, begun: BrowserLogin, pasted: str, now: datetime, send: Post = post
) -> Granted:
    """Get tokens for the address that the browser ended at. Raises LoginError."""
    code = _code(begun, pasted.strip())
    fields = {"code": code, "redirect_uri": REDIRECT, "code_verifier": begun.verifier}
    return ask(grant, form(grant, now, "authorization_code", code, begun.verifier, **fields), send)


def _code(begun: BrowserLogin, pasted: str) -> str:
    wrong = LoginError(
        "that is not the address the browser ended at",
        f"copy all of it; it begins with {REDIRECT}",
        for_good=True,
    )
    if not pasted.startswith(REDIRECT) or not pasted.isprintable():
        raise wrong
    # The library takes no address without TLS; this one is read and not asked for.
    secure = pasted.replace("http://", "https://", 1)
    try:
        answer = parse_authorization_code_response(secure, state=begun.state)
        return str(answer["code"])
    except OAuth2Error as error:
        declined = error.error == "access_denied"
    except (KeyError, ValueError):
        declined = False
    if declined:
        raise LoginError("the login was declined", for_good=True)
    raise wrong
