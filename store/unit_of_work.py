"""One transaction over the repositories. Commit is written out; leaving without it rolls back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy import insert as sql_insert

from store.accounts import Accounts
from store.acknowledgements import Acknowledgements
from store.alerts import Alerts
from store.canaries import Canaries
from store.carrying import Carrying
from store.cases import Cases
from store.contents import Contents
from store.durable import try_lock
from store.duty import DutyChanges
from store.engine import WRITES, open_engine, translated_errors
from store.errors import StorageUnavailable
from store.escalations import Escalations
from store.faults import Faults
from store.history import History
from store.imports import Imports
from store.inbox import Inbox
from store.logins import Logins
from store.mailboxes import Mailboxes
from store.openings import Openings
from store.outbox import Outbox
from store.overviews import Overviews
from store.receipts import Receipts
from store.repeats import Repeats
from store.reports import Reports
from store.schema import installation
from store.sending import Sending
from store.staff_commands import StaffCommands
from store.threads import Threads
from store.traffic import Traffic
from store.unheard import Unheard
from store.unreachable import Unreachable

DATABASE_NAME: Final = "tipline.db"
DAEMON_LOCK: Final = "daemon.lock"
# How often, and in seconds how far apart, a daemon tries to be the only one.
LOCK_TRIES: Final = 5
LOCK_PAUSE: Final = 0.1


class UnitOfWork:
    """The repositories over one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.inbox = Inbox(connection)
        self.accounts = Accounts(connection)
        self.repeats = Repeats(connection)
        self.imports = Imports(connection)
        self.reports = Reports(connection)
        self.contents = Contents(connection)
        self.receipts = Receipts(connection)
        self.acknowledgements = Acknowledgements(connection)
        self.cases = Cases(connection)
        self.history = History(connection)
        self.outbox = Outbox(connection)
        self.sending = Sending(connection)
        self.traffic = Traffic(connection)
        self.threads = Threads(connection)
        self.escalations = Escalations(connection)
        self.alerts = Alerts(connection)
        self.carrying = Carrying(connection)
        self.unheard = Unheard(connection)
        self.overviews = Overviews(connection)
        self.openings = Openings(connection)
        self.commands = StaffCommands(connection)
        self.duty = DutyChanges(connection)
        self.faults = Faults(connection)
        self.mailboxes = Mailboxes(connection)
        self.canaries = Canaries(connection)
        self.logins = Logins(connection)
        self.unreachable = Unreachable(connection)

    def commit(self) -> None:
        """Make everything of this transaction durable at once.

        Raises StorageFull or StorageUnavailable; then nothing of it was done.
        """
        self._connection.commit()

    def installation_value(self, name: str) -> str | None:
        """Give a fact about the installation, such as which key it seals for."""
        query = select(installation.c.content).where(installation.c.name == name)
        return self._connection.scalar(query)

    def set_installation_value(self, name: str, content: str) -> None:
        """Note a fact about the installation."""
        table = installation
        if self.installation_value(name) is None:
            self._connection.execute(sql_insert(table).values(name=name, content=content))
        else:
            changed = update(table).where(table.c.name == name).values(content=content)
            self._connection.execute(changed)


class Store:
    """The database of one installation. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine
        self._writes = engine.execution_options(**{WRITES: True})
        # Writers of one process wait here in turn; SQLite's own waiting sleeps and polls.
        self._turn = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        """Begin a transaction that writes. Without ``commit()`` it is rolled back."""
        with self._turn, translated_errors(), self._writes.connect() as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def snapshot(self) -> Iterator[UnitOfWork]:
        """Begin a transaction that only reads; it sees one moment of the database."""
        with translated_errors(), self._reads.connect() as connection:
            yield UnitOfWork(connection)

    def close(self) -> None:
        """Close all connections."""
        self._reads.dispose()


def open_store(state_dir: Path) -> Store:
    """Open an installation's database; its schema is checked by ``store.upgrade``."""
    return Store(open_engine(state_dir / DATABASE_NAME))


def lock_for_daemon(state_dir: Path) -> IO[bytes]:
    """Make sure that no second daemon works on this database.

    Raises StorageUnavailable when one does. The lock ends with the process, however it ends.
    """
    for _ in range(LOCK_TRIES):
        lock = try_lock(state_dir / DAEMON_LOCK)
        if lock is not None:
            return lock
        # A command may be looking for an instant whether a daemon runs.
        time.sleep(LOCK_PAUSE)
    raise StorageUnavailable(
        f"another tipline daemon is running on {state_dir / DATABASE_NAME}; "
        "stop it first, or give this one its own state_dir",
    )
