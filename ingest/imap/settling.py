"""Telling the mailbox what was taken in: by moving a mail, by a flag, or not at all.

Only what is on disk here is ever touched, and what is still to do is read from the records. So a
crash between the two loses nothing: the next look goes on where this one ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from imapclient import DELETED, IMAPClient
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import BROKEN, Connection, reason
from ingest.imap.errors import FolderError
from ingest.imap.folders import make_folder, read_folders
from ingest.imap.settings import After, MailboxSettings
from store.model import Clock, Fetch, FetchOutcome, Place
from store.unit_of_work import Store

# So many mails in one command: its line stays well below 8,192 octets (RFC 7162 section 4).
_AT_ONCE: Final = 500
_MESSAGE_ID: Final = re.compile(rb"^message-id:\s*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)


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
        with self._store.transaction() as work:
            begun = work.mailboxes.copying(place, uids)
            work.mailboxes.begin_copying(place, uids, self._clock())
            work.commit()
        missing = [uid for uid in uids if uid not in begun]
        missing += self._not_there(place, sorted(begun), name)
        if missing:
            with self._connection.call("copying mails") as client, _allowed(f"copied to {name}"):
                client.copy(missing, name)

    def _not_there(self, place: Place, uids: list[int], name: str) -> list[int]:
        """Tell which mails have no copy of their Message-ID in another folder."""
        if not uids:
            return []
        with self._connection.call("looking for copies") as client, _allowed("found again"):
            headers = client.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
            client.select_folder(name, readonly=True)
            ids = {uid: _message_id(headers.get(uid, {})) for uid in uids}
            there = {uid for uid, id_ in ids.items() if id_ and _is_there(client, id_)}
            client.select_folder(place.folder)
        # Those that are gone from here were copied: nothing else takes them away.
        return [uid for uid in uids if uid in headers and uid not in there]

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


def _message_id(parts: Mapping[bytes, Any]) -> str | None:
    texts = (value for value in parts.values() if isinstance(value, bytes))
    found = next((id_ for text in texts if (id_ := _MESSAGE_ID.search(text))), None)
    return found[1].decode("ascii", "replace") if found else None


def _is_there(client: IMAPClient, message_id: str) -> bool:
    return bool(client.search(["HEADER", "Message-ID", message_id]))
