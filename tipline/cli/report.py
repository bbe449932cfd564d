# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline report``: messages as understood; their words stay sealed unless opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipline.cli.correspond import ReferenceArgument, reachable, reply
from tipline.cli.options import (
    ActorOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    actor_name,
    load,
    one_line,
)
from tipline.cli.output import age, print_facts, print_json, print_line, print_list, print_table

if TYPE_CHECKING:
    from store.model import Report, Words
    from store.unit_of_work import Store, UnitOfWork
    from tipline.settings import Settings

app = typer.Typer(help="Reports: messages as understood.", no_args_is_help=True)

OpenOption = Annotated[
    bool, typer.Option("--open", help="Unseal the reporter's words. Needs --reason; is recorded.")
]
DaysOption = Annotated[
    int, typer.Option("--days", metavar="N", min=1, help="Look at the last N days.")
]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="WHY", help="Why the words are opened."),
]


@app.command("list")
def list_reports(
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List reports, newest first."""
    from tipline.cli.database import snapshot
    from tipline.cli.records import report_record

    with snapshot(load(config)) as unit:
        reports = unit.reports.listing(limit) if unit else []
    print_list(
        reports,
        as_json=as_json,
        record=report_record,
        columns=("reference", "cases", "severity", "language", "receipt", "reason", "age"),
        row=_row,
        empty="No reports.",
    )


def _row(report: Report) -> tuple[object, ...]:
    return (
        report.reference,
        report.case_references,
        report.severity.label,
        report.language,
        report.acknowledgement,
        report.acknowledgement_reason,
        age(report.received_at),
    )


@app.command("receipts")
def count_receipts(
    days: DaysOption = 7,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Count the receipts sent and withheld, and by which rule."""
    from tipline.cli.database import snapshot

    since = datetime.now(UTC) - timedelta(days=days)
    with snapshot(load(config)) as unit:
        counts = unit.receipts.counts(since) if unit else []
    print_list(
        counts,
        as_json=as_json,
        record=lambda count: {
            "state": count.state.value,
            "reason": count.reason,
            "reports": count.number,
        },
        columns=("receipt", "reason", "reports"),
        row=lambda count: (count.state, count.reason, count.number),
        empty="No reports.",
    )


@app.command("show")
def show_report(  # noqa: PLR0913, PLR0917 - each is an option of the command
    reference: ReferenceArgument,
    open_words: OpenOption = False,
    reason: ReasonOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show one report: accounts, attachments, receipt; with --open also what it says."""
    if open_words and not (reason and reason.strip()):
        raise typer.BadParameter("--open needs --reason", param_hint="--reason")
    settings = load(config)
    from tipline.cli.database import required

    with required(settings) as store:
        words = None
        if open_words:
            why = one_line(str(reason), "--reason")
            words = _open(store, settings, reference, actor_name(actor), why)
        with store.snapshot() as unit:
            report = unit.reports.find(reference)
            record = _record(unit, report, words)
    if as_json:
        print_json(record)
    else:
        _print(record)


def _open(store: Store, settings: Settings, reference: str, who: str, why: str) -> Words:
    """Unseal a report's words; the look is on record before anybody sees them."""
    from notifier.commands import note_opening
    from store.evidence import Evidence
    from store.keys import load_identity
    from store.model import utc_now
    from tipline.settings.places import places

    where = places(settings)
    evidence = Evidence(where.evidence, load_identity(where.sealing_key))
    return evidence.open_words(note_opening(store, reference, who, why, utc_now))


def _record(unit: UnitOfWork, report: Report, words: Words | None) -> dict[str, Any]:
    from tipline.cli.deliveries import deliveries
    from tipline.cli.records import (
        evidence_record,
        opening_record,
        report_record,
        sent_record,
        sighting_record,
        unreachable_record,
    )

    record = report_record(report)
    record["accounts"] = [sighting_record(s) for s in unit.contents.sightings(report.id)]
    record["attachments"] = [evidence_record(part) for part in unit.contents.evidence(report.id)]
    record["deliveries"] = deliveries(unit, report.inbound_id)
    record["defects"] = unit.contents.defects(report.id)
    openings = unit.openings.of_message(report.inbound_id)
    record["openings"] = [opening_record(opening) for opening in openings]
    record["replies"] = [reply.reference for reply in unit.reports.replies(report.id)]
    record["mails"] = [sent_record(mail) for mail in unit.outbox.of_report(report.id)]
    mark = unit.unreachable.of(report.traits.reverse_path)
    record["unreachable"] = unreachable_record(mark) if mark else None
    if words is not None:
        for attachment, filename in zip(record["attachments"], words.filenames, strict=False):
            attachment["filename"] = filename
        record["words"] = {"subject": words.subject, "text": words.text}
    return record


def _print(record: dict[str, Any]) -> None:
    from tipline.cli.deliveries import delivery_line

    plain = (str, int)
    print_facts((name, value) for name, value in record.items() if isinstance(value, plain))
    receipt = record["acknowledgement"]
    cases = ", ".join(record["case_references"])
    print_facts(
        [("cases", cases), ("receipt", f"{receipt['state']} ({receipt['reason'] or 'undecided'})")]
    )
    for delivery in record["deliveries"]:
        print_line(f"delivered   {delivery_line(delivery)}")
    print_table(
        ("platform", "handle", "user id", "role", "method", "confidence"),
        [
            (a["platform"], a["handle"], a["user_id"], a["role"], a["method"], a["confidence"])
            for a in record["accounts"]
        ],
        empty="Names no account.",
    )
    if record["replies"]:
        print_line(f"replies     {', '.join(record['replies'])}")
    for mail in record["mails"]:
        fault = f" ({mail['last_error']})" if mail["last_error"] else ""
        print_line(f"written     {mail['kind']} at {mail['created_at']}: {mail['state']}{fault}")
    if record["unreachable"]:
        mark = record["unreachable"]
        print_line(
            f"UNREACHABLE since {mark['at']} ({mark['reason']}): they are written to no more; "
            f"tipline report reachable {record['reference']} changes that"
        )
    for part in record["attachments"]:
        print_line(f"attachment {part['content_type']}, {part['size']} octets, {part['sha256']}")
    for defect in record["defects"]:
        print_line(f"defect: {defect}")
    for opening in record["openings"]:
        print_line(f"opened {opening['at']} by {opening['who']}: {opening['why']}")
    if "words" in record:
        print_line("")
        print_line(record["words"]["subject"])
        print_line("")
        for line in record["words"]["text"].splitlines():
            print_line(line)


app.command("reply")(reply)
app.command("reachable")(reachable)
