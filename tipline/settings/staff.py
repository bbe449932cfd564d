"""The sections about people: who they are, whose turn it is, and who is told when."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from notifier.policy import SHORTEST_REPEAT
from tipline.settings.sections import Section
from tipline.settings.values import (
    Address,
    Day,
    Duration,
    Languages,
    Line,
    Names,
    Span,
    Targets,
    TimeOfDay,
    Zone,
    parse_json,
    show_duration,
)


class PersonEntry(Section):
    """Somebody who can be told."""

    name: Line = Field(description="Name as colleagues know it.")
    address: Address = Field(description="Where alerts go.")
    time_zone: Zone = Field(default="UTC", description="Time zone for times in alerts.")
    languages: Languages = Field(default=("en",), description="Languages the person reads.")


class RotaEntry(Section):
    """Persons who take turns."""

    members: Names = Field(min_length=1, description="Names from `people`, in order of turn.")
    turn: Literal["daily", "weekly"] = Field(
        default="weekly",
        description="How long a turn lasts.",
    )
    handover: TimeOfDay = Field(description="Local time at which a turn begins, such as 09:00.")
    time_zone: Zone = Field(default="UTC", description="Time zone of `handover`.")
    start: Day = Field(description="Day on which the first member's first turn begins.")


class StepEntry(Section):
    """One step of a policy."""

    after: Duration = Field(description="How long after the start; later than the step before.")
    notify: Targets = Field(
        min_length=1,
        description="Whom to tell: `person:NAME`, `rota:NAME` or `address:ADDRESS`.",
    )


class PolicyEntry(Section):
    """What happens while nobody takes a case."""

    steps: Annotated[tuple[StepEntry, ...], BeforeValidator(parse_json)] = Field(
        min_length=1,
        description="The steps, each with `after` and `notify`.",
    )
    repeat: Span = Field(description="How often the last step is repeated until somebody acts.")

    @field_validator("repeat")
    @classmethod
    def _repeat_is_no_storm(cls, repeat: timedelta) -> timedelta:
        if repeat < SHORTEST_REPEAT:
            raise ValueError(f"must be at least {show_duration(SHORTEST_REPEAT)}")
        return repeat

    @field_validator("steps")
    @classmethod
    def _every_step_is_reached(cls, steps: tuple[StepEntry, ...]) -> tuple[StepEntry, ...]:
        for index in range(1, len(steps)):
            before, step = steps[index - 1], steps[index]
            if step.after <= before.after:
                # ``item`` becomes part of the key that the fault names.
                raise PydanticCustomError(
                    "unreachable_step",
                    "step {number} can never be reached: it comes after {after}, "
                    "the step before it after {before}",
                    {
                        "item": index,
                        "number": index + 1,
                        "after": show_duration(step.after),
                        "before": show_duration(before.after),
                    },
                )
        return steps


class Policies(Section):
    """One escalation policy for each severity."""

    critical: PolicyEntry = Field(description="For somebody in danger now.")
    high: PolicyEntry = Field(description="For what cannot wait, and for what nobody could read.")
    normal: PolicyEntry = Field(description="For every other report.")
    low: PolicyEntry = Field(description="For what can wait.")
