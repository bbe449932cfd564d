"""What a mailbox holds against what was taken in: the two counts come to the same in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.imap.looking import FolderSeen, MailboxSeen
from store.model import FetchOutcome, MailboxState, Place
from store.unit_of_work import UnitOfWork

# A mailbox that was not looked at for so long is looked at by nobody.
QUIET_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderCount:
    """How many mails are in a folder now, and what became of those."""

    name: str
    on_server: int = 0
    taken: int = 0
    too_large: int = 0
    failed: int = 0
    waiting: int = 0
    fault: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxCount:
    """A mailbox's folders as they are now, what was fetched ever, and what there is to mend."""

    name: str
    folders: tuple[FolderCount, ...]
    ever: dict[FetchOutcome, int]
    looked_at: datetime | None
    failing_since: datetime | None
    to_mend: tuple[str, ...]


def compare(
    work: UnitOfWork, seen: MailboxSeen, now: datetime, poll_every: timedelta
) -> MailboxCount:
    """Count a mailbox's mails against the records; it should be looked at each ``poll_every``."""
    state = work.mailboxes.state(seen.name)
    folders = tuple(_count(work, seen.name, folder) for folder in seen.folders)
    return MailboxCount(
        name=seen.name,
        folders=folders,
        ever=work.mailboxes.totals(seen.name),
        looked_at=state.looked_at if state else None,
        failing_since=state.failing_since if state else None,
        to_mend=tuple(
            dict.fromkeys(_to_mend(seen, state, folders, now - poll_every - QUIET_AFTER))
        ),
    )


def _count(work: UnitOfWork, mailbox: str, folder: FolderSeen) -> FolderCount:
    if folder.fault:
        return FolderCount(name=folder.name, fault=folder.fault, remedy=folder.remedy)
    place = Place(mailbox=mailbox, folder=folder.on_server, uidvalidity=folder.uidvalidity)
    outcomes = work.mailboxes.outcomes(place)
    counted = Counter(outcomes.get(uid, FetchOutcome.TRIED) for uid in folder.uids)
    return FolderCount(
        name=folder.name,
        on_server=len(folder.uids),
        taken=counted[FetchOutcome.TAKEN] + counted[FetchOutcome.KNOWN],
        too_large=counted[FetchOutcome.TOO_LARGE],
        failed=counted[FetchOutcome.FAILED],
        waiting=counted[FetchOutcome.TRIED],
    )


def _to_mend(
    seen: MailboxSeen,
    state: MailboxState | None,
    folders: tuple[FolderCount, ...],
    quiet_since: datetime,
) -> Iterator[str]:
    """Say what is wrong, each with its remedy, what is found now before what was found last."""
    if seen.fault:
        yield _sentence(seen.fault, seen.remedy)
    for folder in folders:
        if folder.fault:
            yield _sentence(f"folder {folder.name} {folder.fault}", folder.remedy)
    if state is None:
        yield "nobody has looked at it yet; start tipline, or wait a moment"
        return
    last = state.looked_at
    if state.fault:
        # Whoever fails looks at it, although nothing was seen. What fails now was told above.
        if not seen.fault and not any(_is_told(folder, state.fault) for folder in folders):
            yield _sentence(f"tipline found last: {state.fault}", state.remedy)
    elif last is None or last < quiet_since:
        yield "nobody looks at it any more; see that tipline runs (tipline check)"
    if state.trouble:
        yield _sentence(state.trouble, state.remedy)
    large = sum(folder.too_large for folder in folders)
    if large:
        yield (
            f"{large} mails are too large to be fetched whole: a case tells of each; "
            "raise max_size to fetch them, or save them by hand and move them away"
        )


def _is_told(folder: FolderCount, fault: str) -> bool:
    return bool(folder.fault) and f"folder {folder.name} {folder.fault}" in fault


def _sentence(fault: str, remedy: str | None) -> str:
    return f"{fault}; {remedy}" if remedy else fault
