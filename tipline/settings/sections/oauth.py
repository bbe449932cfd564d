"""The sections about logins by OAuth 2, which mailboxes and the relay name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from outside.oauth.urls import check_endpoint
from tipline.settings.sections.section import Section
from tipline.settings.values.durations import Span
from tipline.settings.values.quoting import shown
from tipline.settings.values.texts import Line, Words
from tipline.settings.values.times import Day

# A directory is named by its number or by one of its domains.
_TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
# Stand for many directories: an application by itself is always in one.
_ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})


def check_url(url: str) -> str:
    """Refuse an address that secrets may not be sent to."""
    try:
        return check_endpoint(url)
    except ValueError as error:
        raise ValueError(f"{shown(url)} {error}") from error


def check_tenant(tenant: str) -> str:
    """Refuse what would not stand as one part of a URL."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError(f"{shown(tenant)} is not a tenant; write its number or its domain")
    return tenant


Endpoint = Annotated[str, AfterValidator(check_url)]
Tenant = Annotated[str, AfterValidator(check_tenant)]


class OAuthEntry(Section):
    """A login by OAuth 2."""

    provider: Literal["microsoft", "google", "other"] = Field(
        description="Whose: `microsoft` and `google` know their own URLs and scopes.",
    )
    grant: Literal["client-credentials", "refresh-token", "service-account"] = Field(
        description=(
            "Who logs in: the application itself (`client-credentials`), a person once, with "
            "`tipline mailbox login` (`refresh-token`), or a `service-account` of Google's for "
            "each user."
        ),
    )
    tenant: Tenant | None = Field(
        default=None, description="Microsoft's directory: its number or its domain."
    )
    client_id: Line | None = Field(default=None, description="Number or name of the application.")
    client_secret_file: Path | None = Field(
        default=None,
        description=(
            "File that holds the application's secret, read at each use. Without it, the systemd "
            "credential `oauth-` and the login's name, such as `oauth-m365`, if there is one."
        ),
    )
    client_secret_in: Literal["form", "header"] = Field(
        default="form", description="Where the token URL wants the secret; `header` is HTTP Basic."
    )
    client_secret_expires: Day | None = Field(
        default=None,
        description="Day on which the secret runs out; announced `watching.expiry_warning` before.",
    )
    certificate_file: Path | None = Field(
        default=None,
        description=(
            "File with a certificate (PEM) in the place of the secret; its end is announced."
        ),
    )
    certificate_key_file: Path | None = Field(
        default=None, description="File with the certificate's private key (PEM, RSA)."
    )
    key_file: Path | None = Field(
        default=None,
        description=(
            "File with the key of the service account (JSON, as Google hands it out). Without it, "
            "the systemd credential `oauth-` and the login's name."
        ),
    )
    refresh_token_file: Path | None = Field(
        default=None,
        description=(
            "File with a refresh token got elsewhere, in the place of `tipline mailbox login`. "
            "Later ones are kept sealed in the database."
        ),
    )
    refresh_token_lifetime: Span | None = Field(
        default=None,
        description=(
            "How long a refresh token is good, where the token URL does not say; its end is "
            "announced. Without it, 90d for `microsoft`, else unknown."
        ),
    )
    token_url: Endpoint | None = Field(
        default=None, description="URL that gives tokens. Needed for `other`."
    )
    device_url: Endpoint | None = Field(
        default=None,
        description="URL that begins a login with a code (RFC 8628), for `tipline mailbox login`.",
    )
    authorize_url: Endpoint | None = Field(
        default=None,
        description="URL that begins a login in a browser, for `tipline mailbox login --browser`.",
    )
    scopes: Words = Field(
        default=(),
        description="What is asked for. Without them, what IMAP and SMTP of the provider need.",
    )
    mechanism: Literal["auto", "oauthbearer", "xoauth2"] = Field(
        default="auto",
        description=(
            "How a token is told to mail servers: `auto` takes `oauthbearer` where it is offered, "
            "else `xoauth2`."
        ),
    )
    ca_file: Path | None = Field(
        default=None,
        description="File with further certificates to trust (PEM), for URLs of your own.",
    )

    @model_validator(mode="after")
    def _has_what_its_provider_needs(self) -> Self:
        if self.provider == "microsoft" and self.tenant is None and self.token_url is None:
            raise ValueError("tenant is missing: microsoft needs the number of your directory")
        if self.provider == "other" and self.token_url is None:
            raise ValueError('token_url is missing: provider = "other" needs it')
        if self.provider == "google" and self.grant == "client-credentials":
            raise ValueError("google has no client-credentials for mail; use service-account")
        if self.provider == "microsoft" and self.grant == "service-account":
            raise ValueError("microsoft has no service accounts; use client-credentials")
        return self

    @model_validator(mode="after")
    def _has_what_its_grant_needs(self) -> Self:
        if self.grant != "service-account" and self.client_id is None:
            raise ValueError("client_id is missing")
        if self.grant == "client-credentials" and self.tenant in _ANY_TENANT:
            raise ValueError(f"client-credentials need your own tenant, not {self.tenant}")
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ValueError("certificate_file and certificate_key_file are needed together")
        if self.certificate_file and self.client_secret_file:
            raise ValueError("give either a secret or a certificate")
        return self
