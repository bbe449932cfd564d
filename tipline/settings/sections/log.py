"""The section about the lines that tipline writes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tipline.settings.sections.section import Section


class Log(Section):
    """What tipline says about its work, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least important kind of line to write.",
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="`json`, `console`, or `auto`: console on a terminal, else JSON.",
    )
