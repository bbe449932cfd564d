from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from store.evidence import Evidence
from store.unit_of_work import Store
from tests.ingest.imap.mailroom import Mailroom
from tests.servers.dovecot import OLD, OLDEST, Dovecot


def running(server: Dovecot) -> Iterator[Dovecot]:
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Run a server that knows everything; each test takes a user of its own."""
    yield from running(Dovecot())


@pytest.fixture(scope="session")
def old_dovecot() -> Iterator[Dovecot]:
    """Run one without MOVE and IDLE, with all folders below the inbox."""
    yield from running(Dovecot(OLD, prefix="INBOX.", separator="."))


@pytest.fixture(scope="session")
def oldest_dovecot() -> Iterator[Dovecot]:
    """Run one that has not even UID EXPUNGE."""
    yield from running(Dovecot(OLDEST))


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """Run one that the test may kill."""
    yield from running(Dovecot())


OpenMailroom = Callable[..., Mailroom]


@pytest.fixture
def open_mailroom(store: Store, evidence: Evidence) -> Iterator[OpenMailroom]:
    """Open mailboxes; all of a test share one store."""
    rooms: list[Mailroom] = []

    def opened(server: Dovecot, user: str | None = None, **settings: Any) -> Mailroom:
        rooms.append(Mailroom(server, store, evidence, user, **settings))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.rounds.close()
