"""The section about how tipline watches itself, and whom it tells by other ways than mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tipline.settings.sections.section import Section
from tipline.settings.values.durations import Span
from tipline.settings.values.keys import UrlFile
from tipline.settings.values.texts import Names


class Watching(Section):
    """How tipline watches itself."""

    operator_channels: Names = Field(
        default=(),
        description="Names from `channels` that alarms go to besides `addresses.operator`.",
    )
    emergency_channels: Names = Field(
        default=(),
        description=(
            "Names from `channels` told of urgent alerts while the relay is down, in the place of "
            "persons who have no channel of their own."
        ),
    )
    relay_down_after: Span = Field(
        default=timedelta(minutes=5),
        description="How long nothing leaves by the relay before urgent alerts go by channels.",
    )
    urgent_from: Literal["low", "normal", "high", "critical"] = Field(
        default="high",
        description="Least severity of a case whose alerts go by channels then.",
    )
    heartbeat_url_file: UrlFile | None = Field(
        default=None,
        description=(
            "File that holds a URL to call every minute while all is well. Without it, the "
            "systemd credential `heartbeat-url` if there is one."
        ),
    )
    heartbeat_file: Path | None = Field(
        default=None,
        description="File to touch every minute while all is well.",
    )
    canary: Literal["auto", "on", "off"] = Field(
        default="auto",
        description=(
            "Whether tipline mails itself to see that mails go out and come in: `auto` does when "
            "there is a `[relay]`, and `smtp.enabled`, `[lmtp]` or a mailbox."
        ),
    )
    canary_every: Span = Field(
        default=timedelta(days=1),
        description="How often it does.",
    )
    canary_within: Span = Field(
        default=timedelta(minutes=15),
        description="How long such a mail may be on its way before that is an alarm.",
    )
    silence_reports: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=10,
        description=(
            "Alarm when no report comes in a time in which usually so many come; 0 for never."
        ),
    )
    expiry_warning: Span = Field(
        default=timedelta(days=14),
        description="How long before a certificate runs out that is an alarm.",
    )
