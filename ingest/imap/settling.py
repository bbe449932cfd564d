"""Telling the mailbox what was taken in: by moving a mail, by a flag, or not at all.

Only what is on disk here is ever touched, and what is still to do is read from the records. So a
crash between the two loses nothing: the next look goes on where this one ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from imapclient import DELETED
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import BROKEN, Connection, reason
from ingest.imap.copies import next_uid, not_copied
from ingest.imap.errors import FolderError
from ingest.imap.folders import make_folder, read_folders
from ingest.imap.settings import After, MailboxSettings
from store.model import Clock, Fetch, FetchOutcome, Place
from store.unit_of_work import Store

# So many mails in one command: its line stays well below 8,192 octets (RFC 7162 section 4).
_AT_ONCE: Final = 500


class Settling:
    """Tells one mailbox by one connection; the folder the mails are in is selected."""

    def __init__(
        self, connection: Connection, store: Store, settings: MailboxSettings, clock: Clock
    ) -> None:
        self._connection = connection
        self._store = store
        self._settings = settings
        self._clock = clock
        self._targets: dict[str, str] = {}

    def settle(self, place: Place) -> None:
        """Do what is still to be done. Raises FolderError for what the server does not allow."""
        with self._store.snapshot() as work:
            todo = work.mailboxes.unsettled(place)
        failed = [one for one in todo if one.outcome is FetchOutcome.FAILED]
        taken = [one for one in todo if one.outcome is not FetchOutcome.FAILED]
        for fetches, folder in (
            (taken, self._settings.processed_folder),
            (failed, self._settings.failed_folder),
        ):
            for start in range(0, len(fetches), _AT_ONCE):
                self._tell(place, fetches[start : start + _AT_ONCE], folder)

    def _tell(self, place: Place, fetches: Sequence[Fetch], folder: str) -> None:
        uids = [fetch.uid for fetch in fetches]
        match self._settings.after:
            case After.MOVE:
                self._move(place, uids, folder)
            case After.FLAG:
                self._flag(uids, self._settings.flag)
            case After.LEAVE:
                # They are from before the settings said so.
                pass
        with self._store.transaction() as work:
            work.mailboxes.settle(place, uids, self._clock())
            work.commit()

    def _move(self, place: Place, uids: list[int], folder: str) -> None:
        was_known = folder in self._targets
        target = self._target(folder)
        try:
            self._move_to(place, uids, target)
        except FolderError:
            if not was_known:
                raise
            # It may have been removed since it was found: once more, and made if need be.
            del self._targets[folder]
            self._move_to(place, uids, self._target(folder))

    def _target(self, folder: str) -> str:
        if folder not in self._targets:
            folders = read_folders(self._connection)
            name = folders.find(folder)
            if name is None:
                name = folders.to_make(folder)
                make_folder(self._connection, name)
            self._targets[folder] = name
        return self._targets[folder]

    def _move_to(self, place: Place, uids: list[int], name: str) -> None:
        with self._connection.call("moving mails") as client, _allowed(f"moved to {name}"):
            if client.has_capability("MOVE"):
                # UIDs that are gone are no fault (RFC 6851 section 3.3).
                client.move(uids, name)
                return
        self._copy(place, uids, name)
        self._flag(uids, DELETED.decode())
        with self._connection.call("removing mails") as client, _allowed("removed after a copy"):
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(uids)
            # Without it only everything that is marked could be removed, whoever marked it.

    def _copy(self, place: Place, uids: list[int], name: str) -> None:
        """Copy mails, except those that a run before this one copied and could not note."""
        with self._connection.call("copying mails") as client, _allowed(f"copied to {name}"):
            following = next_uid(client, name)
        with self._store.transaction() as work:
            begun = work.mailboxes.copying(place, uids)
            fresh = [uid for uid in uids if uid not in begun]
            work.mailboxes.begin_copying(place, fresh, self._clock(), following)
            work.commit()
        with self._connection.call("looking for copies") as client, _allowed("found again"):
            missing = fresh + not_copied(client, place.folder, begun, name)
        if missing:
            with self._connection.call("copying mails") as client, _allowed(f"copied to {name}"):
                client.copy(missing, name)

    def _flag(self, uids: list[int], flag: str) -> None:
        with self._connection.call("marking mails") as client, _allowed(f"marked with {flag}"):
            client.add_flags(uids, [flag], silent=True)


@contextmanager
def _allowed(what: str) -> Iterator[None]:
    """Turn what the server does not allow into a fault of the folder."""
    try:
        yield
    except BROKEN:
        raise
    except IMAPClientError as error:
        raise FolderError(
            f"mails are taken in and could not be {what}: {reason(error)}",
            "see what this user may do in these folders, and whether there is room",
        ) from error
