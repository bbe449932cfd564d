"""One visit to one folder: whatever is there and not taken in yet is taken in, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import BROKEN, Connection, reason
from ingest.imap.errors import FolderError, MailboxError, OverlongError
from ingest.imap.fetching import Fetching, Listed, NotHandedOutError
from ingest.imap.settling import Settling
from ingest.imap.taking import Fetched, Taking
from store.errors import StorageUnavailable
from store.model import Clock, Place
from store.unit_of_work import Store

# So many mails are listed at once; then it is looked for newer ones, which go first.
_CHUNK: Final = 500
# The mailbox is told after so many batches: a server with a full folder takes its time over each
# command that changes it.
_SETTLED_EVERY: Final = 8
# What a fault says of a mail: a refusal much, a lost connection little, as any mail can be in hand
# then. With so many strikes it is given up: a person is told, and the others go on.
REFUSED: Final = 10
LOST: Final = 3
GIVEN_UP: Final = 30

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a visit works with."""

    store: Store
    fetching: Fetching
    taking: Taking
    settling: Settling
    clock: Clock
    max_size: int
    on_trouble: Callable[[FolderError], None]


def visit(connection: Connection, mailbox: str, folder: str, tools: Tools) -> Iterator[int]:
    """Take in everything of a folder; yields how many mails each batch brought.

    ``folder`` is the server's name. Raises MailboxError and StorageUnavailable.
    """
    one = _Visit(connection, _open(connection, mailbox, folder), tools)
    yield from one.work()


def _open(connection: Connection, mailbox: str, folder: str) -> Place:
    with connection.call(f"folder {folder}") as client:
        try:
            uidvalidity = int(client.select_folder(folder)[b"UIDVALIDITY"])
        except BROKEN:
            raise
        except IMAPClientError as error:
            raise FolderError(
                f"the folder {folder} cannot be opened: {reason(error)}",
                "see that this user may read and change it",
            ) from error
    return Place(mailbox=mailbox, folder=folder, uidvalidity=uidvalidity)


class _Visit:
    def __init__(self, connection: Connection, place: Place, tools: Tools) -> None:
        self._connection = connection
        self._place = place
        self._tools = tools
        self._strikes: dict[int, int] = {}
        self._may_settle = True

    def work(self) -> Iterator[int]:
        """Take in what is there; what was taken in earlier and not settled is settled first."""
        self._settle()
        with self._tools.store.snapshot() as work:
            finished = work.mailboxes.finished(self._place, self._tools.max_size)
            self._strikes = work.mailboxes.strikes(self._place)
        waiting = [uid for uid in self._search("ALL") if uid not in finished]
        # What could not be fetched so far holds up nothing else.
        waiting.sort(key=lambda uid: (uid in self._strikes, uid))
        highest = max((*waiting, *finished), default=0)
        while waiting:
            chunk, waiting = waiting[:_CHUNK], waiting[_CHUNK:]
            yield from self._take_chunk(chunk)
            # The newest first: whoever writes now does not wait behind years of mail.
            fresh = [uid for uid in self._search(f"UID {highest + 1}:*") if uid > highest]
            waiting = [*fresh, *waiting]
            highest = max((highest, *fresh))

    def _search(self, criteria: str) -> list[int]:
        with self._connection.call("search") as client:
            return list(client.search(criteria))

    def _take_chunk(self, uids: Sequence[int]) -> Iterator[int]:
        listed = self._tools.fetching.listed(self._connection, uids)
        for number, batch in enumerate(self._tools.fetching.batches(listed), 1):
            yield self._take(batch)
            if number % _SETTLED_EVERY == 0:
                self._settle()
        self._settle()

    def _settle(self) -> None:
        """Tell the mailbox what is durable; where that is not allowed, mails come in as well."""
        if not self._may_settle:
            return
        try:
            self._tools.settling.settle(self._place)
        except FolderError as error:
            self._may_settle = False
            self._tools.on_trouble(error)

    def _take(self, batch: Sequence[Listed]) -> int:
        """Take a batch in; when that fails, each mail on its own, to find the one that fails it."""
        if len(batch) == 1:
            return self._take_one(batch[0])
        try:
            fetched = self._tools.fetching.fetch(self._connection, self._place, batch)
            self._tools.taking.take(self._place, fetched)
        except NotHandedOutError:
            return sum(self._take_one(mail) for mail in batch)
        except (MailboxError, StorageUnavailable):
            raise
        except Exception:
            log.exception("mailbox.batch_failed", mailbox=self._place.mailbox)
            return sum(self._take_one(mail) for mail in batch)
        left = {mail.uid for mail in batch} - {mail.uid for mail in fetched}
        # Gone meanwhile, or shown and not handed out.
        return len(fetched) + sum(self._take_one(mail) for mail in batch if mail.uid in left)

    def _take_one(self, mail: Listed) -> int:
        fetching, place = self._tools.fetching, self._place
        if self._strikes.get(mail.uid, 0) >= GIVEN_UP:
            return self._give_up(mail, self._last_reason(mail.uid))
        here = fetching.progress(place, mail.uid)
        try:
            fetched = fetching.fetch(self._connection, place, [mail])
            self._tools.taking.take(place, fetched)
        except NotHandedOutError as error:
            return self._failed(mail, str(error), REFUSED)
        except MailboxError as error:
            if fetching.progress(place, mail.uid) <= here:
                # Any mail can be in hand when a connection is lost; this is about the mail.
                is_overlong = isinstance(error, OverlongError)
                self._strike(mail, str(error), REFUSED if is_overlong else LOST)
            raise
        except StorageUnavailable:
            raise
        except Exception as error:
            log.exception("mailbox.mail_failed", mailbox=place.mailbox, uid=mail.uid)
            return self._failed(
                mail, f"it could not be written down ({type(error).__name__})", REFUSED
            )
        return len(fetched)

    def _failed(self, mail: Listed, why: str, strikes: int) -> int:
        """Note that one mail could not be fetched; a person is told when that was often enough."""
        if self._strike(mail, why, strikes) < GIVEN_UP:
            return 0
        return self._give_up(mail, why)

    def _give_up(self, mail: Listed, why: str) -> int:
        stand_in: Fetched = self._tools.fetching.given_up(self._connection, self._place, mail, why)
        self._tools.taking.take(self._place, [stand_in])
        return 1

    def _last_reason(self, uid: int) -> str:
        with self._tools.store.snapshot() as work:
            why = work.mailboxes.why_tried(self._place, uid)
        return f"the connection broke each time, the last time so: {why}"

    def _strike(self, mail: Listed, why: str, strikes: int) -> int:
        place = self._place
        log.warning(
            "mailbox.not_fetched", mailbox=place.mailbox, folder=place.folder, uid=mail.uid, why=why
        )
        with self._tools.store.transaction() as work:
            all_of_it = work.mailboxes.tried(place, mail.uid, why, self._tools.clock(), strikes)
            work.commit()
        return all_of_it
