from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
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
from tests.outside.authority import SECRET, Authority, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from store.keys import Identity
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


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def authority() -> Iterator[Authority]:
    with running(Authority()) as one:
        yield one


@pytest.fixture
def secret_file(tmp_path: Path) -> SecretFile:
    path = tmp_path / "client-secret"
    path.write_text(SECRET + "\n")
    return SecretFile("client secret", path)


@pytest.fixture
def app(authority: Authority, secret_file: SecretFile) -> Grant:
    """Give the grant of an application of its own."""
    return Grant(
        name="m365",
        kind=GrantKind.CLIENT_CREDENTIALS,
        token_url=f"{authority.url}/token",
        device_url=f"{authority.url}/device",
        client_id="us",
        client_secret=secret_file,
        scopes=("mail/.default",),
    )


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


@pytest.fixture
def desk(store: Store, identity: Identity, passing: Passing) -> Desk:
    return Desk(store, Seal(identity), passing)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return folder / "certificate.pem"


@pytest.fixture
def encrypted_port(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with running(Authority(), context) as one:
        yield one.port
