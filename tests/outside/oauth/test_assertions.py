from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from outside.oauth.assertions import Certificate
from outside.oauth.endpoint import ask
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, GrantKind, renewal
from outside.oauth.secret_files import SecretFile
from tests.outside.desk import at_once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outside.authority import Authority

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def service(authority: Authority, key: rsa.RSAPrivateKey, tmp_path: Path) -> Grant:
    authority.public_key = key.public_key()
    path = tmp_path / "service.json"
    content = {
        "type": "service_account",
        "client_email": "tipline@project.example",
        "private_key_id": "key-1",
        "private_key": pem(key),
    }
    path.write_text(json.dumps(content))
    return Grant(
        name="google",
        kind=GrantKind.SERVICE_ACCOUNT,
        token_url=f"{authority.url}/token",
        scopes=("https://mail.google.com/",),
        service_key=SecretFile("key of the service account", path),
        subject="cp@chirper.example",
    )


def test_a_service_account_stands_for_a_user(service: Grant, authority: Authority) -> None:
    granted = ask(service, renewal(service, None, NOW), at_once)
    assert authority.valid == {granted.access_token: "cp@chirper.example"}
    (form,) = authority.forms()
    assert set(form) == {"grant_type", "assertion"}
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "key-1"
    claims = jwt.decode(form["assertion"], options={"verify_signature": False})
    assert claims == {
        "iss": "tipline@project.example",
        "sub": "cp@chirper.example",
        "scope": "https://mail.google.com/",
        "aud": f"{authority.url}/token",
        "iat": NOW.timestamp(),
        "exp": (NOW + timedelta(hours=1)).timestamp(),
    }


def test_an_application_can_prove_itself_by_a_certificate(
    app: Grant, authority: Authority, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    authority.public_key = key.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tipline")])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "tipline.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (tmp_path / "tipline.key").write_text(pem(key))
    certificate = Certificate(
        certificate=SecretFile("certificate", tmp_path / "tipline.pem"),
        key=SecretFile("certificate's key", tmp_path / "tipline.key"),
    )
    certified = replace(app, client_secret=None, certificate=certificate)
    ask(certified, renewal(certified, None, NOW), at_once)
    (form,) = authority.forms()
    assert "client_secret" not in form
    digest = hashlib.sha256(made.public_bytes(Encoding.DER)).digest()
    thumbprint = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert jwt.get_unverified_header(form["client_assertion"])["x5t#S256"] == thumbprint
    assert certificate.expires_at() == NOW + timedelta(days=90)
    missing = replace(certificate, certificate=SecretFile("certificate", tmp_path / "none"))
    assert missing.expires_at() is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "is not the key of a service account"),
        ("[]", "is not the key of a service account"),
        ("no JSON", "is not the key of a service account"),
        ('{"client_email": "a@b.example", "private_key": "canary"}', "holds no RSA private key"),
        ("", "is empty"),
    ],
)
def test_a_file_that_is_no_key_is_told_without_what_is_in_it(
    service: Grant, content: str, told: str
) -> None:
    assert service.service_key
    assert service.service_key.path
    service.service_key.path.write_text(content)
    with pytest.raises(LoginError, match=told) as caught:
        renewal(service, None, NOW)
    assert "canary" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(service: Grant, tmp_path: Path) -> None:
    missing = replace(service, service_key=SecretFile("key", tmp_path / "none"))
    with pytest.raises(LoginError, match="cannot be read: No such file or directory; put it there"):
        renewal(missing, None, NOW)
    nowhere = replace(service, service_key=SecretFile("key", None))
    with pytest.raises(LoginError, match="the key is missing"):
        renewal(nowhere, None, NOW)
    (tmp_path / "octets").write_bytes(b"\xff\xfe")
    octets = replace(service, service_key=SecretFile("key", tmp_path / "octets"))
    with pytest.raises(LoginError, match="not UTF-8"):
        renewal(octets, None, NOW)
