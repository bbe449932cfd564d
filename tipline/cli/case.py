# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline case``: look at cases, and act on them as a duty officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.model import Severity
from store.states import CaseState
from tipline.cli import case_steps
from tipline.cli.options import (
    ConfigOption,
    JsonOption,
    LimitOption,
    ReferenceArgument,
    load,
    parse_severity,
)
from tipline.cli.output import (
    age,
    print_facts,
    print_json,
    print_line,
    print_list,
    print_table,
    until,
)

if TYPE_CHECKING:
    from store.model import AccountReference, Case

app = typer.Typer(help="Cases: look at them, take them, close them.", no_args_is_help=True)


StateOption = Annotated[
    list[CaseState] | None,
    typer.Option("--state", metavar="STATE", help="Only in this state: open, taken or closed."),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Only cases that are not closed.")]
SeverityOption = Annotated[
    Severity | None,
    typer.Option(
        "--severity", metavar="SEVERITY", help="Only of this severity.", parser=parse_severity
    ),
]


@app.command("list")
def list_cases(  # noqa: PLR0913, PLR0917 - each is an option of the command
    state: StateOption = None,
    only_open: OpenOption = False,
    severity: SeverityOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List cases, the most urgent first, then the longest waiting."""
    from tipline.cli.database import snapshot
    from tipline.cli.records import case_record

    wanted = tuple(one for one in state or CaseState if not (only_open and one is CaseState.CLOSED))
    with snapshot(load(config)) as unit:
        cases = unit.cases.listing(wanted) if unit else []
    if severity:
        cases = [case for case in cases if case.severity is severity]
    print_list(
        cases[:limit],
        as_json=as_json,
        record=case_record,
        columns=(
            *("reference", "severity", "state", "account", "reports", "people"),
            *("age", "next alert", "taken by"),
        ),
        row=_row,
        empty="No cases.",
    )


@app.command("show")
def show_case(
    reference: ReferenceArgument,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show one case with its reports and its history."""
    from tipline.cli.database import required
    from tipline.cli.deliveries import several_deliveries
    from tipline.cli.records import case_record, event_record, report_record

    with required(load(config)) as store, store.snapshot() as unit:
        case = unit.cases.find(reference)
        reports = unit.reports.of_case(case.reference)
        events = unit.history.of_case(case.id)
        copies = several_deliveries(unit, [report.inbound_id for report in reports])
    record = case_record(case)
    record["report_references"] = [report.reference for report in reports]
    record["report_list"] = [
        {
            **report_record(report),
            "deliveries": copies.get(report.inbound_id, []),
        }
        for report in reports
    ]
    record["history"] = [event_record(event) for event in events]
    if as_json:
        print_json(record)
    else:
        _print(case, record)


app.command("take")(case_steps.take)
app.command("release")(case_steps.release)
app.command("snooze")(case_steps.snooze)
app.command("escalate")(case_steps.escalate)
app.command("note")(case_steps.note)
app.command("close")(case_steps.close)
app.command("reopen")(case_steps.reopen)


def _row(case: Case) -> tuple[object, ...]:
    return (
        case.reference,
        case.severity.label,
        case.state,
        _account(case.account),
        case.reports,
        case.reporters,
        age(case.opened_at),
        until(case.next_alert_at),
        case.taken_by,
    )


def _account(account: AccountReference | None) -> str:
    """Name an account without a link that could be clicked."""
    if account is None:
        return "names none"
    name = f"@{account.handle}" if account.handle else f"id {account.user_id}"
    if not (account.handle or account.user_id):
        name = "by URL"
    return f"{name} ({account.platform})"


def _print(case: Case, record: dict[str, Any]) -> None:
    from tipline.cli.deliveries import delivery_line

    account = _account(case.account)
    facts = [
        (name, value)
        for name, value in record.items()
        if isinstance(value, str | int) and name != "reference"
    ]
    print_facts([("reference", case.reference), ("account", account), *facts])
    print_line(f"reported in  {', '.join(record['report_references'])}")
    for report in record["report_list"]:
        _print_suggestions(report)
        for delivery in report["deliveries"]:
            print_line(f"delivered    {report['reference']} {delivery_line(delivery)}")
    print_table(
        ("at", "what", "who", "details"),
        [
            (event["at"], event["kind"], event["actor"], _details(event["details"]))
            for event in record["history"]
        ],
        empty="No history.",
    )


def _print_suggestions(report: dict[str, Any]) -> None:
    """Show what reading made of a report, and for which phrase of its tables."""
    for name in ("urgency", "category"):
        if report[name]:
            reason = report[f"{name}_reason"] or "no reason kept"
            print_line(f"suggested    {name} {report[name]} ({reason}), by {report['reference']}")


def _details(details: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in details.items() if value is not None)
