# ruff: noqa: PLC0415 - cryptography and jwt are imported when needed, as most starts need neither
"""Signed statements (RFC 7523) that stand for a client secret or for a service account's user."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from outside.oauth.errors import LoginError
from outside.oauth.secret_files import SecretFile

if TYPE_CHECKING:
    from cryptography import x509

# Microsoft, "certificate credentials": 5 to 10 minutes at most. Google allows an hour.
CLIENT_ASSERTION_FOR: Final = timedelta(minutes=5)
SERVICE_ASSERTION_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """A certificate the endpoint knows us by, and its private key, both PEM."""

    certificate: SecretFile
    key: SecretFile

    def expires_at(self) -> datetime | None:
        """Tell when it runs out; None when it cannot be read, which its use tells of."""
        try:
            return _certificate(self.certificate).not_valid_after_utc
        except LoginError:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceKey:
    """What stands in the key file of a service account that is needed here."""

    email: str
    key_id: str | None
    private_key: str

    def __repr__(self) -> str:
        return f"ServiceKey({self.email})"


def client_assertion(
    certificate: Certificate, client_id: str, token_url: str, now: datetime
) -> str:
    """Sign who we are, as Microsoft asks for it: PS256, named by the certificate's SHA-256."""
    from cryptography.hazmat.primitives import hashes

    known = _certificate(certificate.certificate)
    digest = base64.urlsafe_b64encode(known.fingerprint(hashes.SHA256())).decode().rstrip("=")
    claims = {
        "aud": token_url,
        "iss": client_id,
        "sub": client_id,
        "jti": secrets.token_hex(16),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + CLIENT_ASSERTION_FOR).timestamp()),
    }
    return _signed(claims, certificate.key, certificate.key.read(), "PS256", {"x5t#S256": digest})


def service_assertion(
    file: SecretFile, *, token_url: str, subject: str, scope: str, now: datetime
) -> str:
    """Sign that a service account asks in the name of a user (domain-wide delegation)."""
    key = read_service_key(file)
    claims = {
        "iss": key.email,
        "sub": subject,
        "scope": scope,
        "aud": token_url,
        "iat": int(now.timestamp()),
        "exp": int((now + SERVICE_ASSERTION_FOR).timestamp()),
    }
    headers = {"kid": key.key_id} if key.key_id else {}
    return _signed(claims, file, key.private_key, "RS256", headers)


def read_service_key(file: SecretFile) -> ServiceKey:
    """Read the JSON file that Google hands out for a service account. Raises LoginError."""
    try:
        content = json.loads(file.read())
        key = ServiceKey(
            email=str(content["client_email"]),
            key_id=content.get("private_key_id"),
            private_key=str(content["private_key"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LoginError(
            f"the {file.what} {file.path} is not the key of a service account",
            "make a key of the type JSON for it and put it there as it is",
            for_good=True,
        ) from None
    return key


def _certificate(file: SecretFile) -> x509.Certificate:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(file.read().encode())
    except ValueError:
        raise LoginError(f"the {file.what} {file.path} is no certificate", for_good=True) from None


def _signed(
    claims: dict[str, Any], file: SecretFile, key: str, algorithm: str, headers: dict[str, Any]
) -> str:
    import jwt

    try:
        return jwt.encode(claims, key, algorithm, headers=headers)
    except (jwt.PyJWTError, ValueError, TypeError):
        # What the libraries say of a key may hold some of it.
        raise LoginError(
            f"the {file.what} {file.path} holds no RSA private key (PEM, without a password)",
            for_good=True,
        ) from None
