# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline parse``: show how mails in files would be read. Stores nothing, sends nothing.

Every file gives its record, whatever is wrong with it: a file that cannot be opened or would stop
the reader is a defect of that file and holds up no other.
"""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import json_line, print_facts, print_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.reader import Read
    from ingest.reading import ParsedMessage
    from ingest.reading_process import ReadingProcess
    from ingest.workers import ReadingPool
    from tipline.settings import Settings

# So many files, or so many octets of them, are read side by side.
BATCH_FILES: Final = 16
BATCH_OCTETS: Final = 64 * 1024 * 1024
# What no mail reaches; a file beyond it is not opened.
LARGEST_FILE: Final = 256 * 1024 * 1024
STANDARD_INPUT: Final = frozenset({"-", "/dev/stdin"})

FilesArgument = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Files with one mail each; - is standard input."),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file: its content, or what is wrong with it."""

    name: str
    raw: bytes = b""
    defect: str = ""


def parse(
    files: FilesArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show how mails in files would be read, and whether they would be answered."""
    from ingest.reading_process import ReadingProcess

    # It loads what it needs while this process reads the settings.
    early = ReadingProcess()
    try:
        settings = load(config)
        pool = reading_pool(settings, len(files), early)
    except BaseException:
        early.end()
        raise
    try:
        for batch in _batches(open_source(name) for name in files):
            for source, message in _read(pool, batch):
                _print(parsed_record(source.name, message, settings), as_json=as_json)
    finally:
        pool.close()


def reading_pool(
    settings: Settings, files: int, early: ReadingProcess, read: Read | None = None
) -> ReadingPool:
    """Hand out readers with the limits of the configuration; ``read`` is what they read with."""
    from ingest.reader import read_mail
    from ingest.workers import ReadingLimits, ReadingPool
    from tipline.settings.home import reading_rules

    limits = ReadingLimits(
        workers=min(settings.reading.workers, files),
        time=settings.reading.time_limit,
        memory=settings.reading.memory_limit,
    )
    return ReadingPool(reading_rules(settings), limits, read or read_mail, early)


def open_source(name: str) -> Source:
    """Read a file, or tell what is wrong with it."""
    if name in STANDARD_INPUT:
        return Source(name=name, raw=sys.stdin.buffer.read(LARGEST_FILE))
    path = Path(name)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return Source(name=name, defect="is a folder, not a mail")
        # A device or a pipe might never come to an end; what the shell put there for us does.
        if not stat.S_ISREG(status.st_mode) and not name.startswith("/dev/fd/"):
            return Source(name=name, defect="is not a file")
        if status.st_size > LARGEST_FILE:
            return Source(name=name, defect=f"is larger than {LARGEST_FILE} octets")
        with path.open("rb") as file:
            return Source(name=name, raw=file.read(LARGEST_FILE))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Source(name=name, defect=f"cannot be opened: {reason}")


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    octets = 0
    for source in sources:
        batch.append(source)
        octets += len(source.raw)
        if len(batch) == BATCH_FILES or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def _read(pool: ReadingPool, batch: list[Source]) -> Iterator[tuple[Source, ParsedMessage]]:
    readable = [source for source in batch if not source.defect]
    messages = iter(pool.read_all((source.raw, None) for source in readable))
    for source in batch:
        yield source, _unreadable(source) if source.defect else next(messages)


def _unreadable(source: Source) -> ParsedMessage:
    from ingest.reading import unreadable_message

    return unreadable_message(None, source.defect)


def parsed_record(name: str | None, message: ParsedMessage, settings: Settings) -> dict[str, Any]:
    """Show how a mail was read, in the shape that ``--json`` promises."""
    from ingest.match import category_of
    from notifier.etiquette import may_answer
    from tipline.cli.records import evidence_record, sighting_record
    from tipline.settings.mail import manners

    answer = may_answer(message.traits, message.kind, manners(settings))
    category, category_reason = category_of(message)
    return {
        "file": name,
        "message_id": message.message_id,
        "from": message.sender,
        "subject": message.subject,
        "date": message.date.isoformat() if message.date else None,
        "language": message.language,
        "kind": message.kind.value,
        "kind_reason": message.kind_reason,
        "text": message.text,
        "acknowledge": {"send": answer.send, "reason": answer.reason},
        "urgent": bool(message.urgency),
        "urgency": message.urgency,
        "urgency_reason": message.urgency_reason,
        "category": category,
        "category_reason": category_reason,
        "accounts": [sighting_record(sighting) for sighting in message.sightings],
        "urls": list(message.urls),
        "attachments": [evidence_record(part) for part in message.attachments],
        "defects": list(message.defects),
    }


def _print(record: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json_line(record) + "\n")
        sys.stdout.flush()
        return
    answer = record["acknowledge"]
    accounts = [
        f"{a['platform']}:{a['handle'] or a['user_id'] or a['url']}" for a in record["accounts"]
    ]
    print_facts(
        [
            ("file", record["file"]),
            ("from", record["from"]),
            ("subject", record["subject"]),
            ("kind", f"{record['kind']} ({record['kind_reason']})"),
            ("language", record["language"]),
            ("urgent", _with_reason(record, "urgency")),
            ("category", _with_reason(record, "category")),
            ("accounts", ", ".join(accounts)),
            ("attachments", len(record["attachments"]) or None),
            ("receipt", "yes" if answer["send"] else f"no: {answer['reason']}"),
            ("defects", "; ".join(record["defects"])),
        ]
    )
    print_line("")


def _with_reason(record: dict[str, Any], name: str) -> str | None:
    return f"{record[name]} ({record[f'{name}_reason']})" if record[name] else None
