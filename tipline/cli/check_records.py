# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at in the database, and in the daemon that works on it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tipline.cli.finding import Finding, well, wrong
from tipline.cli.output import age

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings
    from tipline.settings.places import Places

# How many cases a finding names.
NAMED: Final = 10
# An accepted mail is worked on within seconds.
WAITING_LIMIT: Final = timedelta(minutes=5)
RECENT: Final = timedelta(days=1)
# The daemon writes its health file every few seconds.
SILENCE_LIMIT: Final = timedelta(minutes=1)


def database(where: Places) -> Finding:
    """Look whether the database is one of this program's."""
    from store.engine import translated_errors
    from store.errors import StoreError
    from store.upgrade import SchemaState, schema_state

    path = where.database
    if not path.exists():
        if where.token_key.exists():
            remedy = f"restore it from your backup, or move {where.state} away to begin anew"
            return wrong("database", f"{path} is missing, but the folder was in use", remedy)
        return well("database", "made at first start")
    try:
        with translated_errors():
            state = schema_state(path)
    except StoreError as error:
        remedy = "see who owns it and whether the disk is full or failing"
        return wrong("database", str(error), remedy)
    match state:
        case SchemaState.OLDER:
            remedy = "back it up, then run: tipline db upgrade"
            return wrong("database", f"{path} was made by an older tipline", remedy)
        case SchemaState.NEWER:
            remedy = "install that version again, or restore the backup made before the upgrade"
            return wrong("database", f"{path} was made by a newer tipline", remedy)
        case _:
            return well("database", str(path))


def has_tables(path: Path) -> bool:
    """Tell whether there is anything to look at in a database that is in order."""
    from store.engine import translated_errors
    from store.upgrade import SchemaState, schema_state

    with translated_errors():
        return path.exists() and schema_state(path) is not SchemaState.EMPTY


def history(work: UnitOfWork) -> Finding:
    """Follow the chains of all cases: a changed or missing event shows."""
    broken = [work.cases.get(number).reference for number in work.history.broken_chains()]
    if not broken:
        return well("history", "every case's events fit their chain")
    message = f"events of {', '.join(broken[:NAMED])} were changed or removed in the database"
    remedy = "keep a copy of the database as it is, and compare with your backups"
    return wrong("history", message, remedy)


def inbox(work: UnitOfWork, now: datetime) -> Finding:
    """Look for accepted mails that nobody works on."""
    from store.states import InboxState

    quarantined = work.inbox.count(InboxState.QUARANTINED)
    if quarantined:
        remedy = "tipline inbox list --state quarantined; after mending: tipline inbox requeue ID"
        return wrong("inbox", f"{quarantined} mails are in quarantine", remedy)
    waiting = work.inbox.count(InboxState.RECEIVED, before=now - WAITING_LIMIT)
    if waiting:
        message = f"{waiting} accepted mails wait for more than five minutes"
        return wrong("inbox", message, "see that the daemon runs, and what its log says")
    return well("inbox", "no accepted mail is left waiting")


def cases(work: UnitOfWork, now: datetime) -> Finding:
    """Look for what the daemon's own auditor would raise an alarm about."""
    from notifier.auditor import findings

    # The others have lines of their own here.
    kinds = {"case_without_next_step", "escalation_overdue", "alerts_undelivered", "receipts_late"}
    found = [finding for finding in findings(work, now) if finding.kind in kinds]
    if not found:
        return well("cases", "every open case has its next alert ahead")
    message = "; ".join([*(one.title for one in found), *(one for f in found for one in f.lines)])
    return wrong("cases", message, "see that the daemon runs; tipline case list --open")


def alerts(work: UnitOfWork, now: datetime) -> Finding:
    """Look for alerts that reached nobody."""
    from store.model import TO_REPORTERS
    from store.states import UNDELIVERED

    failed = [
        message.id
        for state in UNDELIVERED
        for message in work.outbox.listing(state=state)
        if message.mail.kind not in TO_REPORTERS
        and any(attempt.at > now - RECENT for attempt in work.outbox.attempts(message.id)[-1:])
    ]
    if not failed:
        return well("alerts", "none has failed within a day")
    message = f"{len(failed)} alerts or alarms could not be delivered within the last day"
    remedy = f"tipline outbox show {failed[0]}; after mending: tipline outbox retry {failed[0]}"
    return wrong("alerts", message, remedy)


def faults(work: UnitOfWork, now: datetime) -> list[Finding]:
    """Tell what the operators were told and is not over; nothing gives nothing."""
    lasting = [
        f"{fault.title} (for {age(fault.raised_at, now)})" for fault in work.faults.all().values()
    ]
    if not lasting:
        return []
    remedy = "docs/operating.md says what each means; it is told when it is over"
    return [wrong("alarms", "; ".join(lasting), remedy)]


def canary(work: UnitOfWork, settings: Settings, now: datetime) -> list[Finding]:
    """Look how long the last mail to ourselves took; nothing where none is sent."""
    from tipline.watching import is_canary_on

    if not is_canary_on(settings):
        return []
    whole, missed_since = work.canaries.newest_whole(), work.canaries.waits_since()
    came = "none has come back yet"
    if whole is not None and whole.decided_at is not None:
        seconds = (whole.decided_at - whole.queued_at).total_seconds()
        came = f"the last one took {seconds:.0f} seconds, {age(whole.decided_at, now)} ago"
    if missed_since is not None and now - missed_since > settings.watching.canary_within:
        message = f"missed for {age(missed_since, now)}; {came}"
        remedy = "see whether it left (tipline outbox list), and where the mail server put it"
        return [wrong("canary", message, remedy)]
    return [well("canary", came)]


def daemon(where: Places, now: datetime) -> Finding:
    """Look whether a daemon works here and is well; that none does is only noted."""
    if not _is_locked(where.state):
        return well("daemon", "is not running")
    health = _health(where.health)
    if not Path(f"/proc/{health.get('process')}").exists():
        # The file is its predecessor's.
        return well("daemon", "is starting")
    remedy = "see its log (journalctl -u tipline), then restart it"
    if health.get("stuck"):
        return wrong("daemon", f"is running, and stuck in: {health['stuck']}", remedy)
    seen = datetime.fromisoformat(health["time"])
    if now - seen > SILENCE_LIMIT:
        return wrong("daemon", f"gave its last sign of life {age(seen, now)} ago", remedy)
    return well("daemon", "is running and well")


def _is_locked(state: Path) -> bool:
    from store.durable import try_lock
    from store.unit_of_work import DAEMON_LOCK

    path = state / DAEMON_LOCK
    if not path.exists():
        return False
    lock = try_lock(path)
    if lock is None:
        return True
    lock.close()
    return False


def _health(path: Path) -> dict[str, Any]:
    try:
        health = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return health if isinstance(health, dict) and "time" in health else {}
