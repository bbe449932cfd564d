# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline ingest``: take in mail from files. Safe to repeat: what is in the inbox is passed over.

Like every other door this one only accepts; the daemon reads and files what it finds. A mail is
counted as taken when it is durable.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.inbox import NewMessage
    from tipline.wiring import Installation

# So many mails, or so many octets of them, share one commit.
BATCH_MAILS: Final = 64
BATCH_OCTETS: Final = 8 * 1024 * 1024

PathsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Mails (eml), mbox files, Maildir or other folders."),
]


@dataclass(slots=True)
class Count:
    """What came of the mails so far."""

    taken: int = 0
    known: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)


def ingest(
    paths: PathsArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take in mail from files; the daemon reads and files it."""
    settings = load(config)
    from tipline.wiring import open_installation

    installation = open_installation(settings)
    try:
        with installation.store.snapshot() as unit:
            known_files = unit.inbox.body_files()
        installation.evidence.begin_writing(known_files)
        count = _take_all(installation, paths)
    finally:
        installation.store.close()
    _report(count, as_json=as_json)
    if count.failed:
        raise typer.Exit(1)


def _take_all(installation: Installation, paths: list[Path]) -> Count:
    from rich.console import Console
    from rich.progress import Progress

    from ingest.files import count_octets

    count = Count()
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("taking mail in", total=_total(count_octets, paths))
        batch: list[tuple[str, bytes]] = []
        for name, raw in _mails(paths, count):
            batch.append((name, raw))
            if len(batch) == BATCH_MAILS or sum(len(mail) for _, mail in batch) >= BATCH_OCTETS:
                _take(installation, batch, count)
                batch = []
            progress.advance(task, len(raw))
        _take(installation, batch, count)
    return count


def _total(count_octets: Callable[[list[Path]], int], paths: list[Path]) -> int | None:
    try:
        return count_octets(paths)
    except OSError:
        # What cannot be read is told when its turn comes.
        return None


def _mails(paths: list[Path], count: Count) -> Iterator[tuple[str, bytes]]:
    from ingest.files import mails_in

    for path in paths:
        try:
            yield from mails_in(path)
        except OSError as error:
            place = str(error.filename or path)
            count.failed.append({"file": place, "reason": error.strerror or str(error)})


def _take(installation: Installation, mails: list[tuple[str, bytes]], count: Count) -> None:
    """Make a batch durable in one commit; leave out what the inbox holds already."""
    digests = [hashlib.sha256(raw).hexdigest() for _, raw in mails]
    with installation.store.snapshot() as unit:
        known = unit.inbox.holds(digests)
    messages: list[NewMessage] = []
    try:
        for (name, raw), digest in zip(mails, digests, strict=True):
            if digest not in known:
                known.add(digest)
                messages.append(_sealed(installation, name, raw, digest))
        with installation.store.transaction() as unit:
            unit.inbox.add(messages)
            unit.commit()
    except BaseException:
        for message in messages:
            installation.evidence.discard(message.body)
        raise
    count.taken += len(messages)
    count.known += len(mails) - len(messages)


def _sealed(installation: Installation, name: str, raw: bytes, digest: str) -> NewMessage:
    from store.inbox import NewMessage
    from store.model import Door, Envelope, utc_now

    envelope = Envelope(
        reverse_path="",
        recipients=(),
        door=Door.ARCHIVE,
        received_at=utc_now(),
        peer=name,
    )
    body = installation.evidence.seal_body(raw)
    return NewMessage(envelope=envelope, digest=digest, size=len(raw), body=body)


def _report(count: Count, *, as_json: bool) -> None:
    if as_json:
        print_json({"taken": count.taken, "known": count.known, "failed": count.failed})
        return
    print_line(f"{count.taken} taken in, {count.known} in the inbox already.")
    for failure in count.failed:
        sys.stderr.write(f"tipline: {failure['file']}: {failure['reason']}\n")
