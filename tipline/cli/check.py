# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline check``: tell whether everything is as the daemon needs it, and what to mend."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tipline.cli import (
    check_doors,
    check_duty,
    check_files,
    check_logins,
    check_mailboxes,
    check_records,
)
from tipline.cli.finding import Finding, doubtful, well, wrong
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tipline.settings import Settings
    from tipline.settings.places import Places

RelayOption = Annotated[
    bool,
    typer.Option("--relay/--no-relay", help="Whether to try the way out for our mails."),
]

MailboxesOption = Annotated[
    bool,
    typer.Option("--mailboxes/--no-mailboxes", help="Whether to log in to the mailboxes."),
]

WRONG: Final = 1


def check(
    relay: RelayOption = True,
    mailboxes: MailboxesOption = True,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Check configuration, files, records, daemon and whatever it logs in to; say what to mend."""
    settings = load(config)
    findings = list(_look(settings, relay=relay, mailboxes=mailboxes))
    print_list(
        findings,
        as_json=as_json,
        record=asdict,
        columns=("what", "", "finding", "remedy"),
        row=_row,
        empty="",
    )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(WRONG)


def _row(finding: Finding) -> tuple[object, ...]:
    state = "doubtful" if finding.doubtful else "ok" if finding.ok else "WRONG"
    return finding.name, state, finding.message, finding.remedy


def _look(settings: Settings, *, relay: bool, mailboxes: bool) -> Iterator[Finding]:
    from tipline.settings.places import places

    where = places(settings)
    yield _configuration(settings)
    smtp = settings.smtp
    if smtp.tls_certificate and smtp.tls_key:
        warn_before = settings.watching.expiry_warning
        yield check_files.certificate(smtp.tls_certificate, smtp.tls_key, warn_before)
    if socket := check_doors.lmtp_socket(settings.lmtp):
        yield socket
    yield from check_doors.folders(settings)
    folder = check_files.folder(where.state)
    yield folder
    if folder.ok:
        yield from _state(settings, where)
    defaults = settings.addresses.defaults.values()
    if settings.outgoing.templates or any(entry.templates for entry in defaults):
        yield check_files.templates(settings)
    yield from check_duty.calendars(settings)
    yield from check_files.channels(settings)
    yield from check_duty.duty(settings)
    yield from _doubts(settings)
    with check_logins.bearers(settings, where) as bearers:
        yield from check_logins.logins(settings, bearers)
        if relay:
            yield check_files.way_out(settings, bearers.source)
        if mailboxes:
            yield from check_mailboxes.mailboxes(settings, bearers.source)


def _configuration(settings: Settings) -> Finding:
    if settings.try_out:
        return well("configuration", "no file: a try-out for the fictional platform chirper")
    return well("configuration", f"complete, for {settings.platform.name}")


def _doubts(settings: Settings) -> Iterator[Finding]:
    from tipline.settings.doubts import doubts

    for doubt in doubts(settings):
        fault = settings.place(doubt.path, doubt.message)
        yield doubtful(fault.key, fault.message, f"{doubt.remedy} (see {fault.place})")


def _state(settings: Settings, where: Places) -> Iterator[Finding]:
    from store.errors import StoreError

    database = check_records.database(where)
    yield database
    if not (database.ok and check_records.has_tables(where.database)):
        yield check_files.sealing_key(where, None if database.ok else "")
        return
    try:
        yield from _records(settings, where)
    except StoreError as error:
        remedy = "see whether the disk is full or failing; compare with your backups"
        yield wrong("records", str(error), remedy)


def _records(settings: Settings, where: Places) -> list[Finding]:
    from store.model import utc_now
    from store.unit_of_work import open_store
    from tipline.installation import SEALED_FOR

    store = open_store(where.state)
    try:
        with store.snapshot() as work:
            return [
                check_files.sealing_key(where, work.installation_value(SEALED_FOR)),
                check_files.token_key(where),
                check_records.history(work),
                check_records.inbox(work, utc_now()),
                check_records.cases(work, utc_now()),
                check_records.alerts(work, utc_now()),
                check_duty.overrides(settings, work, utc_now()),
                check_duty.holders(settings, work),
                *check_records.faults(work, utc_now()),
                *check_records.canary(work, settings, utc_now()),
                *check_mailboxes.states(settings, work, utc_now()),
                check_records.daemon(where, utc_now()),
            ]
    finally:
        store.close()
