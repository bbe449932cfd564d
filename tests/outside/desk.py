"""What gives tokens in tests: over a real store, with a clock that is told to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from outside import posting
from outside.oauth.grants import Grant, GrantKind
from outside.oauth.secret_files import SecretFile
from outside.oauth.tokens import Tokens
from store.seals import Seal
from tests.outside.authority import SECRET, Authority

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from store.unit_of_work import Store


def at_once(request: Mapping[str, Any], limit: timedelta) -> dict[str, Any]:
    """Post within this process: the same code, without the start of another."""
    del limit
    return posting.post(dict(request))


@dataclass
class Passing:
    """A clock that goes when it is told to."""

    now: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Desk:
    """Makes what gives tokens, as often as processes would."""

    store: Store
    seal: Seal
    clock: Passing

    def tokens(self, *grants: Grant, **others: Any) -> Tokens:
        values: dict[str, Any] = {"send": at_once} | others
        return Tokens(
            store=self.store,
            seal=self.seal,
            grants={grant.name: grant for grant in grants},
            clock=self.clock,
            **values,
        )


def application(authority: Authority, folder: Path) -> Grant:
    """Give the grant of an application of its own."""
    path = folder / "client-secret"
    path.write_text(SECRET + "\n")
    return Grant(
        name="m365",
        kind=GrantKind.CLIENT_CREDENTIALS,
        token_url=f"{authority.url}/token",
        device_url=f"{authority.url}/device",
        client_id="us",
        client_secret=SecretFile("client secret", path),
        scopes=("mail/.default",),
    )


def certificate_for_here(folder: Path) -> Path:
    """Make a certificate for localhost; its key stands beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return folder / "certificate.pem"
