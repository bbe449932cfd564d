# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline escalation``: what ran over a case, and what comes next."""

from __future__ import annotations

from dataclasses import asdict
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from store.states import EscalationState
from tipline.cli.errors import CommandError
from tipline.cli.escalation_story import Story, tell_story
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import moment, print_facts, print_json, print_line, print_table

if TYPE_CHECKING:
    from store.model import Case
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings

app = typer.Typer(
    help="Escalations: what ran over a case and what comes next.", no_args_is_help=True
)

AnyReference = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="A case's reference, or that of a report in it.")
]
NextOption = Annotated[
    int, typer.Option("--next", min=0, max=1000, metavar="N", help="Tell N steps ahead.")
]

STEPS_AHEAD: Final = 6


@app.command("show")
def show(
    reference: AnyReference,
    ahead: NextOption = STEPS_AHEAD,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show each step of a case that ran, who was told and what came of it, and what comes next."""
    from tipline.cli.database import required

    settings = load(config)
    with required(settings) as store, store.snapshot() as unit:
        story = tell_story(settings, unit, _find(unit, reference), ahead)
    if as_json:
        print_json(_record(story))
    else:
        _print(settings, story)


def _find(unit: UnitOfWork, reference: str) -> Case:
    from store.references import REPORT_PREFIX

    if not reference.strip().upper().startswith(REPORT_PREFIX):
        return unit.cases.find(reference)
    report = unit.reports.find(reference)
    if len(report.case_references) != 1:
        cases = ", ".join(report.case_references) or "none"
        raise CommandError(f"report {report.reference} belongs to several cases, name one: {cases}")
    return unit.cases.find(report.case_references[0])


def _record(story: Story) -> dict[str, Any]:
    from tipline.cli.simulate_page import telling_record

    running = story.escalation
    return {
        "case": story.case.reference,
        "case_state": story.case.state.value,
        "severity": story.case.severity.label,
        "policy": story.policy.key if story.policy else None,
        "state": running.state.value if running else None,
        "pause_reason": running.pause_reason if running else None,
        "started_at": moment(running.started_at) if running else None,
        "next_at": moment(running.next_at) if running else None,
        "reminded_at": moment(story.hold.reminded_at) if story.hold else None,
        "given_back_at": moment(story.hold.given_back_at) if story.hold else None,
        "steps": len(story.policy.steps) if story.policy else None,
        "ran": [{**asdict(line), "at": moment(line.at)} for line in story.ran],
        "next": [telling_record(one) for one in story.ahead],
    }


def _print(settings: Settings, story: Story) -> None:
    from notifier.local_time import show_moment
    from tipline.cli.roster import zone_of

    zone = zone_of(settings)
    case, running = story.case, story.escalation
    print_facts(
        [
            ("case", f"{case.reference}, {case.severity.label}, {case.state}"),
            ("policy", story.policy.key if story.policy else None),
            ("escalation", _state(story)),
            ("started", show_moment(running.started_at, zone) if running else None),
            ("held by", _holder(story, zone)),
        ]
    )
    print_line("")
    print_table(
        ("ran at", "what", "step", "who", "address", "details"),
        [
            (
                show_moment(line.at, zone),
                line.what,
                line.step,
                line.who,
                line.address,
                line.outcome,
            )
            for line in story.ran
        ],
        empty="Nothing has run yet.",
    )
    print_line("")
    _print_ahead(story, settings)


def _state(story: Story) -> str | None:
    running = story.escalation
    if running is None:
        return "none has been started yet"
    if running.state is EscalationState.PAUSED:
        return f"paused ({running.pause_reason})"
    return running.state.value


def _holder(story: Story, zone: tzinfo) -> str | None:
    """Say until when whoever has the case keeps it, and when they are reminded."""
    from notifier.local_time import show_moment

    if story.hold is None:
        return None
    reminded_at, until = story.hold.reminded_at, show_moment(story.hold.given_back_at, zone)
    reminder = f"is reminded {show_moment(reminded_at, zone)} and " if reminded_at else ""
    return f"{story.case.taken_by} {reminder}keeps it until {until}, if nothing happens"


def _print_ahead(story: Story, settings: Settings) -> None:
    from notifier.local_time import show_moment
    from tipline.cli.roster import zone_of
    from tipline.cli.simulate_page import names

    zone = zone_of(settings)
    rows = []
    for one in story.ahead:
        notes = [f"NOBODY on duty for step {index + 1}" for index in one.skipped]
        if one.waits:
            notes.append(f"waits for its hours: {show_moment(one.after.due_at, zone)}")
        addresses = [recipient.address for recipient in one.recipients]
        rows.append((show_moment(one.at, zone), one.index + 1, names(one), addresses, notes))
    what = "next at, unless somebody acts"
    print_table((what, "step", "who", "address", "details"), rows, empty="Nothing is ahead of it.")
