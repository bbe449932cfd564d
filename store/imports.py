"""Runs of imports and the files they read: what came of each, and where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from store.model import ImportId, MailKind
from store.rows import insert_row
from store.schema import imports, inbox, read_files, repeats
from store.states import InboxState

# Databases take only so many values in one statement.
_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFile:
    """How far a file was read: what is before ``octets`` is in the inbox, as so many mails.

    ``digest`` is SHA-256 over the file up to there, so that another file in its place is known.
    """

    place: str
    octets: int
    mails: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportCount:
    """How many messages of an import came to a place; ``repeats`` are copies of others."""

    state: InboxState
    kind: MailKind | None
    repeats: bool
    number: int


class Imports:
    """The imports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, sources: Sequence[str], at: datetime, *, answer: bool, alert: bool) -> ImportId:
        """Note that an import begins, and how its mails are treated."""
        values = {"sources": list(sources), "answer": answer, "alert": alert, "began_at": at}
        return ImportId(insert_row(self._connection, imports, **values))

    def end(self, import_id: ImportId, at: datetime) -> None:
        """Note that an import came to its end; one that was broken off has none."""
        self._connection.execute(
            update(imports).where(imports.c.id == import_id).values(ended_at=at)
        )

    def counts(self, import_id: ImportId) -> list[ImportCount]:
        """Count what became of the mails of an import so far."""
        copy = repeats.c.inbox_id.is_not(None)
        query = (
            select(inbox.c.state, inbox.c.kind, copy.label("repeats"), func.count().label("number"))
            .outerjoin(repeats, repeats.c.inbox_id == inbox.c.id)
            .where(inbox.c.import_id == import_id)
            .group_by(inbox.c.state, inbox.c.kind, copy)
        )
        return [
            ImportCount(
                state=InboxState(row.state),
                kind=MailKind(row.kind) if row.kind else None,
                repeats=bool(row.repeats),
                number=row.number,
            )
            for row in self._connection.execute(query)
        ]

    def waiting(self, import_id: ImportId) -> int:
        """Count the mails of an import that are not worked off."""
        query = select(func.count()).where(
            inbox.c.import_id == import_id, inbox.c.state == InboxState.RECEIVED
        )
        return int(self._connection.scalar(query) or 0)

    def read_file(self, place: str) -> ReadFile | None:
        """Tell how far a file was read; None for one that was not."""
        row = self._connection.execute(
            select(read_files).where(read_files.c.place == place)
        ).first()
        if row is None:
            return None
        return ReadFile(place=row.place, octets=row.octets, mails=row.mails, digest=row.digest)

    def places_in(self, folder: str) -> set[str]:
        """Give the files read that lie in a folder itself; its name ends with a slash."""
        place = read_files.c.place
        query = select(place).where(place.startswith(folder, autoescape=True))
        found = self._connection.scalars(query)
        return {each for each in found if "/" not in each.removeprefix(folder)}

    def note_read(self, file: ReadFile, at: datetime) -> None:
        """Note how far a file was read."""
        self.forget([file.place])
        self._connection.execute(insert(read_files).values(**asdict(file), at=at))

    def forget(self, places: Sequence[str]) -> None:
        """Forget files that are no longer where they were."""
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            self._connection.execute(delete(read_files).where(read_files.c.place.in_(some)))
