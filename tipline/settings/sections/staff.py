"""The sections about people: who they are, whose turn it is, and who is told when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from notifier.layer import WEEKLY
from notifier.policy import BY_MAIL, SHORTEST_REPEAT
from tipline.settings.sections.section import Section
from tipline.settings.values.addresses import Addresses, Targets
from tipline.settings.values.durations import Duration, Span, show_duration
from tipline.settings.values.keys import UrlFile
from tipline.settings.values.lists import parse_json
from tipline.settings.values.texts import Languages, Line, Name, Names
from tipline.settings.values.times import Day, ManyHours, TimeOfDay, Turn, Weekday, Weekdays, Zone

CategoryName = Literal[
    "missing_child",
    "self_harm",
    "sextortion",
    "sharing_content",
    "impersonation",
    "grooming_contact",
    "bullying",
    "underage_account",
    "spam_scam",
]
"""What a report may be about (``ingest/reading/category.py``, and a test compares)."""


class ChannelEntry(Section):
    """A way to tell somebody beside mail: a text message, a chat, a pager, a webhook."""

    url_file: UrlFile | None = Field(
        default=None,
        description=(
            "File that holds the Apprise URL, which is a secret. Without it, the systemd "
            "credential `channel-` and the channel's name, such as `channel-anna-sms`."
        ),
    )


class PersonEntry(Section):
    """Somebody who can be told."""

    name: Line = Field(description="Name as colleagues know it.")
    address: Addresses = Field(
        min_length=1,
        description="Where alerts go: one address, or several, all of which get them.",
    )
    time_zone: Zone = Field(default="UTC", description="Time zone for times in alerts.")
    languages: Languages = Field(default=("en",), description="Languages the person reads.")
    digest_at: TimeOfDay | None = Field(
        default=None,
        description=(
            "Local time at which the person gets a digest of open, overdue and taken cases, "
            "such as 08:00. Without it, none."
        ),
    )
    channels: dict[Name, ChannelEntry] = Field(
        default_factory=dict,
        description="Other ways to tell the person.",
    )

    @field_validator("channels")
    @classmethod
    def _mail_is_no_channel(cls, channels: dict[str, ChannelEntry]) -> dict[str, ChannelEntry]:
        if BY_MAIL in channels:
            raise ValueError('no channel can be called "mail": that is what address is for')
        return channels


class LayerEntry(Section):
    """Persons who take turns, in some hours only if they are given."""

    name: Line | None = Field(
        default=None,
        description="Name shown beside its shifts; without one, its number.",
    )
    members: Names = Field(min_length=1, description="Names from `people`, in order of turn.")
    turn: Turn = Field(
        default=WEEKLY,
        description="How long a turn lasts: `daily`, `weekly`, or a duration such as `12h`.",
    )
    handover: TimeOfDay = Field(description="Local time at which a turn begins, such as 09:00.")
    handover_day: Weekday | None = Field(
        default=None,
        description="Day of the week on which a turn of whole weeks begins. Without it, `start`'s.",
    )
    time_zone: Zone | None = Field(
        default=None,
        description="Time zone of `handover`, `hours` and `days`. Without it, the rota's.",
    )
    start: Day = Field(description="Day on which the first member's first turn begins.")
    hours: ManyHours = Field(
        default=(),
        description="Hours of the day it covers, such as `08:00-20:00`. Without them, all.",
    )
    days: Weekdays = Field(
        default=(),
        description="Days of the week on which those hours begin, such as `mon-fri`. Else all.",
    )

    @model_validator(mode="after")
    def _weekday_goes_with_weeks(self) -> Self:
        _require_weeks(self.handover_day, self.turn)
        return self


class RotaEntry(Section):
    """Persons who take turns."""

    members: Annotated[Names, Field(min_length=1)] | None = Field(
        default=None,
        description="Names from `people`, in order of turn: the lowest layer of the rota.",
    )
    turn: Turn = Field(
        default=WEEKLY,
        description="How long a turn lasts: `daily`, `weekly`, or a duration such as `12h`.",
    )
    handover: TimeOfDay | None = Field(
        default=None,
        description="Local time at which a turn begins, such as 09:00. Needed with `members`.",
    )
    handover_day: Weekday | None = Field(
        default=None,
        description="Day of the week on which a turn of whole weeks begins. Without it, `start`'s.",
    )
    time_zone: Zone = Field(
        default="UTC",
        description="Time zone of `handover`, `hours` and `days`, and of times shown of the rota.",
    )
    start: Day | None = Field(
        default=None,
        description="Day on which the first member's first turn begins. Needed with `members`.",
    )
    hours: ManyHours = Field(
        default=(),
        description="Hours of the day that `members` cover, such as `08:00-20:00`. Else all.",
    )
    days: Weekdays = Field(
        default=(),
        description="Days of the week on which those hours begin, such as `mon-fri`. Else all.",
    )
    calendar: Path | None = Field(
        default=None,
        description="iCalendar file whose events are shifts; they win over the layers.",
    )
    layers: Annotated[tuple[LayerEntry, ...], BeforeValidator(parse_json)] = Field(
        default=(),
        description="Layers above `members`; the first that covers a moment decides.",
    )

    @model_validator(mode="after")
    def _somebody_takes_turns(self) -> Self:
        if not (self.members or self.layers or self.calendar):
            raise ValueError("nobody takes turns: give it members, layers or a calendar")
        for key in ("handover", "start"):
            if self.members and getattr(self, key) is None:
                # ``item`` becomes part of the key that the fault names.
                raise PydanticCustomError("at_item", "is missing", {"item": key})
        _require_weeks(self.handover_day, self.turn)
        return self


def _require_weeks(handover_day: int | None, turn: timedelta) -> None:
    if handover_day is not None and turn % WEEKLY:
        raise PydanticCustomError(
            "at_item",
            "goes with turns of whole weeks, not of {turn}",
            {"item": "handover_day", "turn": show_duration(turn)},
        )


class HoursEntry(Section):
    """Hours within which a step goes out."""

    hours: ManyHours = Field(default=(), description="Hours of the day. Without them, all.")
    days: Weekdays = Field(
        default=(),
        description="Days of the week on which those hours begin, such as `mon-fri`. Else all.",
    )
    time_zone: Zone = Field(description="Time zone of these hours.")


class StepEntry(Section):
    """One step of a policy."""

    after: Duration = Field(description="How long after the start; later than the step before.")
    notify: Targets = Field(
        min_length=1,
        description=(
            "Whom to tell: `person:NAME`, `rota:NAME`, `address:ADDRESS` or `channel:NAME`."
        ),
    )
    via: Names = Field(
        default=(BY_MAIL,),
        min_length=1,
        description=(
            "How to tell persons: `mail`, or names of their `channels`, such as `sms`. "
            "Who has none of these is told by mail."
        ),
    )
    only_between: HoursEntry | None = Field(
        default=None,
        description="Hours within which it goes out; due outside them, it waits until they begin.",
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
                    "at_item",
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


class DangerPolicy(PolicyEntry):
    """What happens while nobody takes a case in which somebody is in danger."""

    @field_validator("steps")
    @classmethod
    def _danger_knows_no_hours(cls, steps: tuple[StepEntry, ...]) -> tuple[StepEntry, ...]:
        for index, step in enumerate(steps):
            if step.only_between:
                raise PydanticCustomError(
                    "at_item",
                    "only_between cannot be set for critical cases: they are told at any hour",
                    {"item": index},
                )
        return steps


class CategoryPolicies(Section):
    """The policies for cases of one category; a severity without one has that for all cases."""

    critical: DangerPolicy | None = Field(default=None, description="For somebody in danger now.")
    high: PolicyEntry | None = Field(default=None, description="For what cannot wait.")
    normal: PolicyEntry | None = Field(default=None, description="For every other report.")
    low: PolicyEntry | None = Field(default=None, description="For what can wait.")


class Policies(Section):
    """One escalation policy for each severity, and those for categories."""

    critical: DangerPolicy = Field(description="For somebody in danger now.")
    high: PolicyEntry = Field(description="For what cannot wait, and for what nobody could read.")
    normal: PolicyEntry = Field(description="For every other report.")
    low: PolicyEntry = Field(description="For what can wait.")
    categories: dict[CategoryName, CategoryPolicies] = Field(
        default_factory=dict,
        description="Policies for cases of one category, which win over those above.",
    )
