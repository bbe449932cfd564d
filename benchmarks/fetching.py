"""Fetching a full mailbox from a real Dovecot on this machine: taken in, and moved there.

The figure that travels is the time beside that of only listing and fetching the same mails, with
nothing kept. ``python benchmarks/fetching.py 50000`` takes as many; ``make bench`` some. Without
Dovecot nothing is measured.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import structlog

ROOT = Path(__file__).parents[1]
# The Dovecot of the tests; a program's own folder is the only one that is looked through.
sys.path.insert(0, str(ROOT))

from ingest.imap.login import PasswordLogin  # noqa: E402 - after the path is set
from ingest.imap.rounds import Rounds  # noqa: E402 - the same
from ingest.imap.settings import MailboxSettings, Security  # noqa: E402 - the same
from store.evidence import Evidence  # noqa: E402 - the same
from store.keys import Identity  # noqa: E402 - the same
from store.model import utc_now  # noqa: E402 - the same
from store.unit_of_work import DATABASE_NAME, open_store  # noqa: E402 - the same
from store.upgrade import upgrade  # noqa: E402 - the same
from tests.servers.dovecot import PASSWORD, Dovecot  # noqa: E402 - the same

MAILS = 1_000
USER = "full"
BATCH = 64


def measure(mails: int = MAILS) -> None:
    """Fill a mailbox, list and fetch it, then take it in."""
    if not shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin"):
        print("  Dovecot is not installed")
        return
    server = Dovecot()
    try:
        server.start()
        fill(server, mails)
        bare = fetch_only(server)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
        with tempfile.TemporaryDirectory() as folder:
            whole = take_in(server, Path(folder))
    finally:
        structlog.reset_defaults()
        server.remove()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  fetched only       {mails / bare:8.0f} mails/s")
    print(f"  taken in and moved {mails / whole:8.0f} mails/s, {memory} MB at most")


def fill(server: Dovecot, mails: int) -> None:
    """Put mails into the folder as a delivery on the same machine does."""
    server.put(USER, mail(0))
    new = server.folder / "mail" / USER / "new"
    owner = new.stat()
    for number in range(1, mails):
        file = new / f"{1_795_000_000 + number}.M{number}P1.bench"
        file.write_bytes(mail(number))
        os.chown(file, owner.st_uid, owner.st_gid)


def mail(number: int) -> bytes:
    """Write one invented report."""
    return (
        f"Message-ID: <bench-{number}@mail.example>\r\nFrom: Mia <mia@mail.example>\r\n"
        f"To: cp@chirper.example\r\nSubject: Number {number}\r\n\r\n"
        f"This account worries me: https://chirper.example/heron_{number}\r\n"
    ).encode()


def fetch_only(server: Dovecot) -> float:
    """Tell how long it takes in seconds with nothing kept."""
    with server.client(USER) as client:
        begun = time.perf_counter()
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), BATCH):
            client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
        return time.perf_counter() - begun


def take_in(server: Dovecot, folder: Path) -> float:
    """Tell how long it takes in seconds until every mail is durable here and moved there."""
    upgrade(folder / DATABASE_NAME)
    store = open_store(folder)
    settings = MailboxSettings(
        name=USER,
        host="127.0.0.1",
        port=server.port,
        security=Security.NONE,
        username=USER,
        idle=False,
    )
    rounds = Rounds(
        settings=settings,
        login=PasswordLogin(USER, lambda: PASSWORD),
        store=store,
        evidence=Evidence(folder / "evidence", Identity.generate()),
        clock=utc_now,
    )
    begun = time.perf_counter()
    while rounds.step():
        pass
    seconds = time.perf_counter() - begun
    rounds.close()
    store.close()
    if server.mails(USER):
        raise AssertionError("mails were left in the mailbox")
    return seconds


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
