"""A listener in a process of its own: ``listening.py durable|nothing FOLDER``.

``durable`` is tipline's own listener over a new database in FOLDER: 250 is said after the commit.
``nothing`` is a listener of aiosmtpd whose handler keeps nothing and says 250 at once. Both print
their port and run until their standard input is closed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP

from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.limits import SmtpSettings
from ingest.smtp import Dialogues, Listener
from store.evidence import Evidence
from store.keys import create_identity
from store.model import utc_now
from store.unit_of_work import DATABASE_NAME, open_store
from store.upgrade import upgrade

MANY = 1_000_000


class Nothing:
    """Says yes and keeps nothing."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - the library's hook
        """Say yes."""
        del server, session, envelope
        return "250 2.0.0 Accepted"


async def listen_to_nothing() -> int:
    """Listen and keep nothing; gives the port."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Nothing()), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


async def listen_durably(folder: Path) -> int:
    """Listen as the daemon does; gives the port."""
    upgrade(folder / DATABASE_NAME)
    evidence = Evidence(folder / "evidence", create_identity(folder / "seal.key"))
    acceptor = Acceptor(open_store(folder), evidence, lambda: None)
    addresses = ReportingAddresses(["cp@chirper.example"])
    dialogues = Dialogues(acceptor, addresses, max_recipients=50, clock=utc_now)
    return await Listener(dialogues, SmtpSettings(port=0, max_commands=MANY)).start()


async def main(kind: str, folder: Path) -> None:
    """Listen until standard input is closed."""
    port = await (listen_durably(folder) if kind == "durable" else listen_to_nothing())
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
