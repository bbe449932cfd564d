"""How fast an archive is taken in, beside Python's own reader of mbox files.

An mbox of 20,000 invented mails of 2 KB is read, sealed and committed by ``ingest/archives`` in
batches, each with the note how far the file was read. What follows is measured in ``filing``. The
library's reader only hands the mails out.
"""

from __future__ import annotations

import mailbox
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from senders import invented_mail

from ingest.archives.sources import Sources
from ingest.archives.taking import Archive
from store.evidence import Evidence
from store.keys import Identity
from store.model import Treatment, utc_now
from store.unit_of_work import DATABASE_NAME, Store, open_store
from store.upgrade import upgrade

MAILS = 20_000
SEPARATOR = b"From someone@mail.example Sat Mar  5 12:00:00 2022\n"
LIMIT = 35_000_000


def measure() -> None:
    """Print mails per second, of ours and of the library's reader."""
    with tempfile.TemporaryDirectory() as folder:
        box = Path(folder, "box")
        with box.open("wb") as file:
            for number in range(MAILS):
                mail = invented_mail(number, 2000).replace(b"\r\n", b"\n")
                file.write(SEPARATOR + mail + b"\n")
        upgrade(Path(folder, DATABASE_NAME))
        store = open_store(Path(folder))
        _told("only handed out by the library", lambda: _hand_out(box))
        _told("only handed out by us", lambda: sum(1 for _ in Sources(limit=LIMIT).mails(box)))
        _told("taken in and durable", lambda: _take(store, Path(folder), box))
        _told("passed over by a second run", lambda: _take(store, Path(folder), box))
        store.close()


def _hand_out(box: Path) -> int:
    opened = mailbox.mbox(box, create=False)
    return sum(1 for key in opened.iterkeys() if opened.get_bytes(key))


def _take(store: Store, folder: Path, box: Path) -> int:
    evidence = Evidence(folder / "evidence", Identity.generate())
    treatment = Treatment(answer=False, alert=False)
    archive = Archive(store, evidence, utc_now, treatment, LIMIT)
    with store.snapshot() as work:
        known = work.imports.read_file
        items = Sources(limit=LIMIT, known=known).mails(box)
        return sum(taken.taken + taken.known for taken in archive.take(items))


def _told(what: str, work: Callable[[], int]) -> None:
    begun = time.perf_counter()
    mails = work()
    seconds = time.perf_counter() - begun
    print(f"  {what:32} {mails / seconds:9.0f} mails/s", flush=True)
