"""Fetching mails: their sizes first, small ones in batches, large ones piece by piece.

``BODY.PEEK[]`` marks nothing as seen. Sizes are only what the server claims: what comes counts.
The pieces of a large mail outlive their connection, so that it arrives over a bad one as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from imapclient.exceptions import IMAPClientError

from ingest.accept import BATCH_MESSAGES
from ingest.imap.connection import BROKEN, Connection, is_session_over, reason
from ingest.imap.errors import MailboxError, OverlongError, UnreachableError
from ingest.imap.settings import MailboxSettings
from ingest.imap.structure import describe
from ingest.imap.taking import Fetched
from store.model import FetchOutcome, Place

# What an answer with mails in it may take beside them, and above what the server said of their
# size: it need not be exact (RFC 3501 leaves it so, and Exchange is known for it).
SLACK_OCTETS: Final = 1024 * 1024
_PER_MAIL: Final = 1024
# So much of a mail above the limit is kept: its header, and as a rule what it says.
KEPT_OCTETS: Final = 1024 * 1024


class NotHandedOutError(MailboxError):
    """The server refuses one mail, or shows it and hands nothing out; the connection is well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A mail as the server lists it. ``arrived_at`` is when it came into the mailbox."""

    uid: int
    size: int
    arrived_at: datetime | None


@dataclass(slots=True)
class _Begun:
    """The mail whose pieces are being fetched."""

    place: Place | None = None
    uid: int = 0
    raw: bytearray = field(default_factory=bytearray)


class Fetching:
    """Fetches the mails of one mailbox; outlives its connections."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._begun = _Begun()
        self._batch = settings.batch_size
        # Mails of which one may have broken the connection: each is fetched alone.
        self._suspects: set[int] = set()
        # Those of which more came than the server said; of a piece it is known how large it is.
        self._understated: set[int] = set()

    def listed(self, connection: Connection, uids: Sequence[int]) -> list[Listed]:
        """Ask for sizes; mails that are gone meanwhile are left out."""
        with connection.call("sizes of mails") as client:
            client.normalise_times = False
            found = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            Listed(
                uid=uid,
                size=int(found[uid].get(b"RFC822.SIZE", 0)),
                arrived_at=_aware(found[uid].get(b"INTERNALDATE")),
            )
            for uid in uids
            if uid in found
        ]

    def batches(self, mails: Sequence[Listed]) -> Iterator[list[Listed]]:
        """Part mails into what is fetched at once: small ones together, each large one alone."""
        batch: list[Listed] = []
        octets = 0
        largest_together = min(self._settings.piece, self._settings.max_size)
        for mail in mails:
            alone = mail.size > largest_together or mail.uid in self._suspects
            full = octets + mail.size > self._batch or len(batch) == BATCH_MESSAGES
            if batch and (alone or full):
                yield batch
                batch, octets = [], 0
            if alone:
                yield [mail]
                continue
            batch.append(mail)
            octets += mail.size
        if batch:
            yield batch

    def fetch(self, connection: Connection, place: Place, batch: Sequence[Listed]) -> list[Fetched]:
        """Fetch mails; those that are gone meanwhile are left out.

        Raises NotHandedOutError for a mail that is fetched alone and that the server refuses, and
        UnreachableError; then the next batches are smaller.
        """
        try:
            found = self._fetch(connection, place, batch)
        except MailboxError as error:
            self._batch = max(self._batch // 2, self._settings.piece)
            self._suspects.update(mail.uid for mail in batch)
            if isinstance(error, OverlongError) and len(batch) == 1:
                self._understated.add(batch[0].uid)
            raise
        for doubts in (self._suspects, self._understated):
            doubts.difference_update(mail.uid for mail in batch)
        self._batch = min(self._batch * 2, self._settings.batch_size)
        return found

    def _fetch(
        self, connection: Connection, place: Place, batch: Sequence[Listed]
    ) -> list[Fetched]:
        if len(batch) == 1:
            mail = batch[0]
            if mail.size > self._settings.max_size:
                return [self._beginning(connection, place, mail)]
            if mail.size > self._settings.piece or mail.uid in self._understated:
                return [self._in_pieces(connection, place, mail)]
        found = self._bodies(connection, batch)
        return [
            Fetched(uid=mail.uid, raw=raw, size=len(raw), arrived_at=mail.arrived_at)
            for mail in batch
            if (raw := found.get(mail.uid)) is not None
        ]

    def _bodies(self, connection: Connection, batch: Sequence[Listed]) -> dict[int, bytes]:
        uids = [mail.uid for mail in batch]
        octets = 2 * sum(mail.size + _PER_MAIL for mail in batch) + SLACK_OCTETS
        with connection.call("mails", octets) as client:
            try:
                found = client.fetch(uids, ["BODY.PEEK[]"])
            except BROKEN:
                raise
            except IMAPClientError as error:
                raise _refusal(error) from error
        bodies = {uid: _octets(parts.get(b"BODY[]")) for uid, parts in found.items()}
        if len(uids) == 1 and uids[0] in bodies and bodies[uids[0]] is None:
            raise NotHandedOutError("the server shows it and hands nothing out")
        return {uid: body for uid, body in bodies.items() if body is not None}

    def _in_pieces(self, connection: Connection, place: Place, mail: Listed) -> Fetched:
        """Fetch a large mail, going on where the last connection broke off."""
        begun = self._begun
        if (begun.place, begun.uid) != (place, mail.uid):
            begun = self._begun = _Begun(place=place, uid=mail.uid)
        while True:
            piece = self._piece(connection, mail.uid, len(begun.raw), self._settings.piece)
            begun.raw += piece
            if len(piece) < self._settings.piece:
                break
            if len(begun.raw) > self._settings.max_size:
                # Larger than the server claims.
                self._begun = _Begun()
                return self._beginning(connection, place, replace(mail, size=len(begun.raw)))
        self._begun = _Begun()
        raw = bytes(begun.raw)
        return Fetched(uid=mail.uid, raw=raw, size=len(raw), arrived_at=mail.arrived_at)

    def progress(self, place: Place, uid: int) -> int:
        """Tell how many octets of a mail are here, of which the rest did not come."""
        begun = self._begun
        return len(begun.raw) if (begun.place, begun.uid) == (place, uid) else 0

    def _beginning(self, connection: Connection, place: Place, mail: Listed) -> Fetched:
        """Fetch the beginning of a mail above the limit, and what its structure is."""
        raw = self._piece(connection, mail.uid, 0, KEPT_OCTETS)
        limit = self._settings.max_size
        parts = describe(connection, mail.uid)
        return Fetched(
            uid=mail.uid,
            raw=raw,
            size=mail.size,
            arrived_at=mail.arrived_at,
            outcome=FetchOutcome.TOO_LARGE,
            cut=(
                f"larger than the limit: {mail.size} octets of {limit} allowed; its first "
                f"{len(raw)} octets are kept, the mail stays in mailbox {place.mailbox}, folder "
                f"{place.folder}, UID {mail.uid}; {parts}"
            ),
        )

    def given_up(self, connection: Connection, place: Place, mail: Listed, why: str) -> Fetched:
        """Make of a mail that cannot be fetched what can be had of it: its header, or nothing."""
        try:
            with connection.call("header", KEPT_OCTETS + SLACK_OCTETS) as client:
                parts = client.fetch([mail.uid], ["BODY.PEEK[HEADER]"]).get(mail.uid, {})
            raw = _octets(parts.get(b"BODY[HEADER]")) or b""
        except (IMAPClientError, MailboxError):
            raw = b""
        return Fetched(
            uid=mail.uid,
            raw=raw[:KEPT_OCTETS],
            size=mail.size,
            arrived_at=mail.arrived_at,
            outcome=FetchOutcome.FAILED,
            cut=(
                f"could not be fetched whole: {why}; it was in mailbox {place.mailbox}, folder "
                f"{place.folder}, UID {mail.uid}"
            ),
        )

    def _piece(self, connection: Connection, uid: int, start: int, length: int) -> bytes:
        with connection.call(f"mail {uid} from octet {start}", length + SLACK_OCTETS) as client:
            try:
                parts = client.fetch([uid], [f"BODY.PEEK[]<{start}.{length}>"]).get(uid, {})
            except BROKEN:
                raise
            except IMAPClientError as error:
                raise _refusal(error) from error
        piece = _octets(parts.get(f"BODY[]<{start}>".encode()))
        if piece is None and start == 0:
            raise NotHandedOutError("the server shows it and hands nothing out")
        if piece and len(piece) > length:
            # Whatever it is, it is not that piece.
            raise NotHandedOutError(f"the server sends {len(piece)} octets of it and not {length}")
        # Beyond the end there is nothing (RFC 3501 section 6.4.5).
        return piece or b""


def _refusal(error: IMAPClientError) -> MailboxError:
    if is_session_over(error):
        return UnreachableError(f"the server has ended the session: {reason(error)}")
    return NotHandedOutError(f"the server refuses it: {reason(error)}")


def _octets(value: Any) -> bytes | None:  # noqa: ANN401 - what the library makes of an answer
    """Give what a server sent as octets: the library makes a number of a body of digits."""
    if isinstance(value, int):
        return str(value).encode()
    return value if isinstance(value, bytes) else None


def _aware(moment: Any) -> datetime | None:  # noqa: ANN401 - the same
    return moment if isinstance(moment, datetime) and moment.tzinfo else None
