"""What every section of the configuration has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """What every section has in common: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
