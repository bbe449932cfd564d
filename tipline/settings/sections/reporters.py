"""The sections about what reporters are told: that a report arrived, how it was decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from store.model import Disposition
from tipline.settings.sections.section import Section
from tipline.settings.values.amounts import Count
from tipline.settings.values.cases import Dispositions, Months
from tipline.settings.values.durations import Span
from tipline.settings.values.times import Zone


class Acknowledgement(Section):
    """The automatic receipts to reporters."""

    enabled: bool = Field(default=True, description="Whether reporters get a receipt.")
    time_zone: Zone = Field(default="UTC", description="Time zone for times in receipts.")
    authentication: Literal["always", "when-available", "never"] = Field(
        default="when-available",
        description=(
            "Whether a receipt goes only to senders whose domain answers for the mail: `always`; "
            "`when-available`, unless a trusted server found that it does not; or `never`."
        ),
    )
    per_sender: Count = Field(
        default=10,
        description=(
            "Receipts to one sender in an hour. The next report is answered with one mail that "
            "says that all have arrived, and further ones not at all until they become fewer."
        ),
    )
    per_domain: Count = Field(
        default=1_000,
        description="Receipts to all senders of one organisation's domain in an hour.",
    )
    in_all: Count = Field(default=10_000, description="Receipts to everybody in an hour.")
    look_within: Span = Field(
        default=timedelta(hours=24),
        description=(
            "Receipts promise that a person looks at the report within this time. "
            "tipline does not hold you to it: choose what your team can keep."
        ),
    )
    decide_within: Span | None = Field(
        default=None,
        description="Receipts name this time for the decision, too. Without it, they do not.",
    )


class Notices(Section):
    """The notices that tell reporters how a case was decided."""

    dispositions: Dispositions = Field(
        default=(
            Disposition.ACCOUNT_REMOVED,
            Disposition.CONTENT_REMOVED,
            Disposition.NO_VIOLATION,
            Disposition.NOT_OUR_PLATFORM,
            Disposition.INSUFFICIENT,
        ),
        description=(
            "Dispositions of which reporters are told when a case is closed; `[]` for none. "
            "`case close --notice` and `--no-notice` decide otherwise for one case."
        ),
    )
    send_after: Span = Field(
        default=timedelta(minutes=10),
        description=(
            "How long a notice waits before it goes out; a case that is opened again until then "
            "sends none."
        ),
    )
    reopen_months: Months = Field(
        default=6,
        description=(
            "Months after a decision in which a reply of the reporter opens the case again; "
            "at least 6."
        ),
    )
