from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from outside.oauth.grants import Grant
from store.seals import Seal
from tests.outside.authority import Authority, running
from tests.outside.desk import Desk, Passing, application, certificate_for_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.keys import Identity
    from store.unit_of_work import Store


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def authority() -> Iterator[Authority]:
    with running(Authority()) as one:
        yield one


@pytest.fixture
def app(authority: Authority, tmp_path: Path) -> Grant:
    return application(authority, tmp_path)


@pytest.fixture
def desk(store: Store, identity: Identity, passing: Passing) -> Desk:
    return Desk(store, Seal(identity), passing)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for_here(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def encrypted_port(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with running(Authority(), context) as one:
        yield one.port
