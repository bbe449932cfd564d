from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from ingest.forwarded import ForwardedConnection
from tests.ingest.office import Office, RememberingAcceptor


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Spare the tests the drawing of every traceback that they provoke."""
    with structlog.testing.capture_logs():
        yield


OpenOffice = Callable[..., Office]


@pytest.fixture
def open_office() -> Iterator[OpenOffice]:
    """Open offices with settings of the test's own; the acceptor remembers."""
    with ExitStack() as stack:

        def opened(
            kind: type[ForwardedConnection] = ForwardedConnection, **settings: Any
        ) -> Office:
            return stack.enter_context(Office(RememberingAcceptor(), settings, kind))

        yield opened


@pytest.fixture
def office(open_office: OpenOffice) -> Office:
    return open_office()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for localhost: (certificate, key)."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command makes the certificate; install openssl")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate), "-days", "2"]
    command = ["openssl", "req", "-x509", *kind, *name, *files]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
