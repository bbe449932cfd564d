"""What an installation has been granted, and the forms in which it asks for access tokens.

Three ways (RFC 6749 sections 4.4 and 6, RFC 7523 section 2.1): the application by itself, a person
who has logged in once, and a service account that stands for a user.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never
from urllib.parse import quote_plus

from outside.oauth.assertions import Certificate, client_assertion, service_assertion
from outside.oauth.errors import LoginError
from outside.oauth.secret_files import SecretFile
from outside.oauth.urls import check_endpoint

JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class GrantKind(StrEnum):
    """Who gets the token: the application, a person who logged in, a service account."""

    CLIENT_CREDENTIALS = "client-credentials"
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - the name of a grant
    SERVICE_ACCOUNT = "service-account"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Where and as whom to ask. ``name`` is the login's name; files are read at each use.

    ``secret_expires_at`` is when the client secret runs out, ``refresh_lifetime`` how long a
    refresh token is good where the endpoint does not say. ``subject`` is the user a service
    account stands for. Without a secret or a certificate the client is a public one. ``basic``
    sends the secret in a header instead of the form; ``authorize_fields`` are what
    ``authorize_url`` wants besides the usual.
    """

    name: str
    kind: GrantKind
    token_url: str
    client_id: str = ""
    scopes: tuple[str, ...] = ()
    device_url: str | None = None
    authorize_url: str | None = None
    authorize_fields: Mapping[str, str] = field(default_factory=dict)
    client_secret: SecretFile | None = None
    basic: bool = False
    certificate: Certificate | None = None
    first_refresh_token: SecretFile | None = None
    service_key: SecretFile | None = None
    subject: str | None = None
    ca_file: Path | None = None
    refresh_lifetime: timedelta | None = None
    secret_expires_at: datetime | None = None

    def __post_init__(self) -> None:
        for url in (self.token_url, self.device_url, self.authorize_url):
            if url is not None:
                check_endpoint(url)

    @property
    def section(self) -> str:
        """The login's place in the configuration; a service account has a grant for each user."""
        return f"[oauth.{self.name.partition('/')[0]}]"

    @property
    def scope(self) -> str:
        """The scopes as they are sent."""
        return " ".join(self.scopes)

    def made_for(self) -> str:
        """Digest what tokens are good for: those of another grant are of no use to this one."""
        facts = [self.kind, self.token_url, self.client_id, self.subject or "", *self.scopes]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def began_with(self) -> str:
        """Digest the refresh token in the file; empty where there is none, or none any more."""
        if self.first_refresh_token is None:
            return ""
        try:
            return hashlib.sha256(self.first_refresh_token.read().encode()).hexdigest()
        except LoginError:
            return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What is posted, and which of its values may be told nobody."""

    body: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def renewal(grant: Grant, refresh_token: str | None, now: datetime) -> Form:
    """Write the form that asks for an access token. Raises LoginError when something is missing."""
    match grant.kind:
        case GrantKind.CLIENT_CREDENTIALS:
            return form(grant, now, "client_credentials", scope=grant.scope)
        case GrantKind.REFRESH_TOKEN:
            token = refresh_token or _first_refresh_token(grant)
            fields = {"refresh_token": token, "scope": grant.scope}
            return form(grant, now, "refresh_token", token, **fields)
        case GrantKind.SERVICE_ACCOUNT:
            return _of_service_account(grant, now)
        case _ as never:
            assert_never(never)


def form(grant: Grant, now: datetime, grant_type: str, *secrets: str, **fields: str) -> Form:
    """Write a form with what tells who the client is (RFC 6749 section 2.3)."""
    identified, headers = _identified(grant, now)
    body = _written(grant_type, include_client_id="client_id" in identified, **fields, **identified)
    hidden = [identified[key] for key in ("client_secret", "client_assertion") if key in identified]
    return Form(body=body, headers=headers, secrets=(*secrets, *hidden, *headers.values()))


def _identified(grant: Grant, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Give the fields and the headers that tell who the client is."""
    client = {"client_id": grant.client_id}
    if grant.certificate:
        assertion = client_assertion(grant.certificate, grant.client_id, grant.token_url, now)
        kind = {"client_assertion_type": CLIENT_ASSERTION}
        return client | kind | {"client_assertion": assertion}, {}
    if grant.client_secret is None:
        return client, {}
    secret = grant.client_secret.read()
    if not grant.basic:
        return client | {"client_secret": secret}, {}
    both = f"{quote_plus(grant.client_id)}:{quote_plus(secret)}"
    return {}, {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}


def _first_refresh_token(grant: Grant) -> str:
    if grant.first_refresh_token is None:
        raise LoginError(
            "nobody has logged in yet", f"run: tipline mailbox login {grant.name}", for_good=True
        )
    return grant.first_refresh_token.read()


def _of_service_account(grant: Grant, now: datetime) -> Form:
    if grant.service_key is None or not grant.subject:
        raise LoginError("the service account has no key, or stands for nobody", for_good=True)
    assertion = service_assertion(
        grant.service_key,
        token_url=grant.token_url,
        subject=grant.subject,
        scope=grant.scope,
        now=now,
    )
    body = _written(JWT_BEARER, assertion=assertion)
    return Form(body=body, headers={}, secrets=(assertion,))


def _written(grant_type: str, *, include_client_id: bool = True, **fields: str) -> str:
    # Imported only now: who has no login does not wait for it at each start.
    from oauthlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415

    return str(prepare_token_request(grant_type, include_client_id=include_client_id, **fields))
