"""A look at a mailbox as ``tipline mailbox test`` takes it: nothing is fetched, moved or made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from ingest.imap.connection import BROKEN, Connection, connect, reason
from ingest.imap.errors import FolderError, MailboxError
from ingest.imap.folders import Folders, nearest, read_folders
from ingest.imap.login import Login
from ingest.imap.settings import After, MailboxSettings

# What is of use to us, and what is done where a server lacks it.
WITHOUT: Final = {
    "IDLE": "no IDLE: it is looked for new mail every poll_every",
    "MOVE": "no MOVE: mails are copied, marked as deleted and removed by UID EXPUNGE",
    "UIDPLUS": "no UIDPLUS: copied mails stay behind, marked as deleted, until somebody expunges",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderSeen:
    """One folder: its name here and on the server, and the UIDs of all its mails."""

    name: str
    on_server: str = ""
    uidvalidity: int = 0
    uids: tuple[int, ...] = ()
    fault: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxSeen:
    """What a look found. ``notes`` is what works, and is good to know."""

    name: str
    fault: str = ""
    remedy: str = ""
    capabilities: tuple[str, ...] = ()
    folders: tuple[FolderSeen, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def is_well(self) -> bool:
        """Whether mails can be fetched from every folder."""
        return not self.fault and not any(folder.fault for folder in self.folders)


def look(settings: MailboxSettings, login: Login) -> MailboxSeen:
    """Log in, look at every folder without changing anything, and log out."""
    try:
        connection = connect(settings, login)
    except MailboxError as error:
        return MailboxSeen(name=settings.name, fault=str(error), remedy=error.remedy)
    try:
        return _look(settings, connection)
    except MailboxError as error:
        return MailboxSeen(name=settings.name, fault=str(error), remedy=error.remedy)
    finally:
        connection.close()


def _look(settings: MailboxSettings, connection: Connection) -> MailboxSeen:
    with connection.call("capabilities") as client:
        capabilities = tuple(
            sorted(word.decode("ascii", "replace") for word in client.capabilities())
        )
    folders = read_folders(connection)
    return MailboxSeen(
        name=settings.name,
        capabilities=capabilities,
        folders=tuple(_folder(connection, folders, name) for name in settings.folders),
        notes=(*_lacking(settings, capabilities), *_targets(settings, folders)),
    )


def _lacking(settings: MailboxSettings, capabilities: tuple[str, ...]) -> list[str]:
    needed = ["IDLE"] if settings.idle else []
    if settings.after is After.MOVE and "MOVE" not in capabilities:
        needed += ["MOVE", "UIDPLUS"]
    return [WITHOUT[word] for word in needed if word not in capabilities]


def _targets(settings: MailboxSettings, folders: Folders) -> list[str]:
    wanted = [settings.processed_folder] if settings.after is After.MOVE else []
    return [
        f"the folder {folders.to_make(name)} is not there yet; it is made when it is needed"
        for name in wanted
        if folders.find(name) is None
    ]


def _folder(connection: Connection, folders: Folders, wanted: str) -> FolderSeen:
    name = folders.find(wanted)
    if name is None:
        return FolderSeen(name=wanted, fault="is missing", remedy=nearest(folders, wanted))
    try:
        with connection.call(f"folder {name}") as client:
            return _opened(client, wanted, name)
    except FolderError as error:
        return FolderSeen(name=wanted, fault=str(error), remedy=error.remedy)


def _opened(client: IMAPClient, wanted: str, name: str) -> FolderSeen:
    try:
        selected = client.select_folder(name, readonly=True)
        uids = tuple(client.search("ALL"))
    except BROKEN:
        raise
    except IMAPClientError as error:
        remedy = "see that this user may read the folder"
        raise FolderError(f"cannot be opened: {reason(error)}", remedy) from error
    return FolderSeen(
        name=wanted, on_server=name, uidvalidity=int(selected[b"UIDVALIDITY"]), uids=uids
    )
