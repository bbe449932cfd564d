# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline escalation``: what ran over a case, and what comes next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from store.states import EscalationState
from tipline.cli.errors import CommandError
from tipline.cli.escalation_record import Line, what_ran
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import moment, print_facts, print_json, print_line, print_table

if TYPE_CHECKING:
    from notifier.course import Telling
    from notifier.policy import EscalationPolicy
    from store.model import Case, Escalation
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
# Nobody waits longer for what comes next.
AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """What there is to say of a case's escalations."""

    case: Case
    escalation: Escalation | None
    policy: EscalationPolicy | None
    ran: list[Line]
    ahead: list[Telling]


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
        story = _tell(settings, unit, _find(unit, reference), ahead)
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


def _tell(settings: Settings, unit: UnitOfWork, case: Case, ahead: int) -> Story:
    escalations = unit.escalations.of_case(case.id)
    newest = escalations[-1] if escalations else None
    policy = _policy(newest)
    return Story(
        case=case,
        escalation=newest,
        policy=policy,
        ran=what_ran(unit, case),
        ahead=_ahead(settings, newest, policy, ahead),
    )


def _policy(escalation: Escalation | None) -> EscalationPolicy | None:
    from notifier.policy import from_snapshot

    try:
        return from_snapshot(escalation.policy) if escalation else None
    except ValueError:
        return None


def _ahead(
    settings: Settings,
    escalation: Escalation | None,
    policy: EscalationPolicy | None,
    count: int,
) -> list[Telling]:
    from notifier.course import Course, play
    from tipline.cli.roster import roster

    if escalation is None or policy is None or escalation.next_at is None:
        return []
    now = datetime.now(UTC)
    course = Course(step=escalation.step, rounds=escalation.rounds, due_at=escalation.next_at)
    played = play(policy, roster(settings, now), course, now + AHEAD, now)
    return list(islice(played, count))


def _record(story: Story) -> dict[str, Any]:
    from tipline.cli.simulate import telling_record

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


def _print_ahead(story: Story, settings: Settings) -> None:
    from notifier.local_time import show_moment
    from tipline.cli.roster import zone_of
    from tipline.cli.simulate import names

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
