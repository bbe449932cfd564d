"""The sections about the work on cases: alerts, commands by mail and overviews."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from tipline.settings.sections.section import Section
from tipline.settings.values.amounts import Count
from tipline.settings.values.durations import Span
from tipline.settings.values.lists import parse_list


class Cases(Section):
    """How cases are worked on."""

    take_for: Span = Field(
        default=timedelta(hours=4),
        description="How long a taken case stays quiet before its alerts begin again.",
    )
    progress_within: Span = Field(
        default=timedelta(hours=1),
        description=(
            "How long nothing may happen to a taken case before whoever has it is reminded."
        ),
    )
    progress_grace: Span = Field(
        default=timedelta(minutes=15),
        description=(
            "How long after the reminder the case is given back and its alerts go on to the others."
        ),
    )


class Alerts(Section):
    """How many mails one address gets about cases."""

    at_once: Count = Field(
        default=5,
        description="How many alerts an address gets one by one; above that, summaries list them.",
    )
    within: Span = Field(
        default=timedelta(minutes=10),
        description="The span that `at_once` counts in.",
    )
    summary_every: Span = Field(
        default=timedelta(minutes=5),
        description=(
            "How far apart summaries are. What is new and critical waits a minute at most, "
            "whatever stands here."
        ),
    )

    @field_validator("within", "summary_every")
    @classmethod
    def _holds_nothing_for_long(cls, span: timedelta) -> timedelta:
        if not timedelta(0) < span <= timedelta(hours=1):
            raise ValueError("must be longer than nothing and at most one hour")
        return span


ActionName = Literal["take", "release", "snooze", "escalate", "note", "close"]
"""What can be done by mail (``store.model.StaffAction``, and a test compares)."""


class Commands(Section):
    """What the people on duty may do by mail: with an alert's links, or by a reply to it."""

    allowed: Annotated[tuple[ActionName, ...], BeforeValidator(parse_list)] = Field(
        default=("take", "release", "snooze", "escalate", "note"),
        description=(
            "What may be done: `take`, `release`, `snooze`, `escalate`, `note`, `close`. "
            "With `[]` nothing, and alerts have no links."
        ),
    )
    links_valid_for: Span = Field(
        default=timedelta(days=2),
        description="How long an alert's links and a reply to it are good.",
    )
    snooze_for: Span = Field(
        default=timedelta(hours=1),
        description="How long a snooze lasts that does not say so, such as that of the link.",
    )
    longest_snooze: Span = Field(
        default=timedelta(hours=8),
        description="Longest snooze by mail.",
    )
    authentication: Literal["always", "confirm", "when-available", "never"] = Field(
        default="when-available",
        description=(
            "Whether a mail is obeyed only if its sender's domain answers for it: `always`; "
            "`confirm`, else once the person has confirmed it by a link sent to them; "
            "`when-available`, unless a trusted server found that it does not; or `never`."
        ),
    )

    @model_validator(mode="after")
    def _snooze_is_not_too_long(self) -> Self:
        if self.snooze_for > self.longest_snooze:
            raise ValueError("snooze_for must not be longer than longest_snooze")
        return self


class Overviews(Section):
    """Mails that tell staff by the clock what there is to do: digests and handovers."""

    handovers: bool = Field(
        default=True,
        description=(
            "Whether whoever comes on duty is told what is open, taken and overdue, and whoever "
            "goes which cases are still theirs."
        ),
    )
    when_nothing: bool = Field(
        default=False,
        description="Whether they go out also when no case is open or taken.",
    )
