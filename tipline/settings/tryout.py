"""The settings of a try-out: the fictional platform chirper, used when no file is given."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from ingest.reading.rules import CHIRPER

_DUTY: Final = ["person:duty"]


def try_out_values() -> dict[str, Any]:
    """Build what a configuration file for the try-out would say."""
    return {
        "platform": asdict(CHIRPER),
        "addresses": {
            "reporting": ["cp@chirper.example"],
            "from_name": "Chirper Child Protection",
            "operator": "duty@chirper.example",
        },
        "people": {"duty": {"name": "Duty officer", "address": "duty@chirper.example"}},
        "policies": {
            "critical": _policy("0s", "2m", repeat="5m"),
            "high": _policy("0s", "15m", repeat="30m"),
            "normal": _policy("0s", "1h", repeat="2h"),
            "low": _policy("0s", "8h", repeat="1d"),
        },
    }


def _policy(*after: str, repeat: str) -> dict[str, Any]:
    return {"steps": [{"after": span, "notify": _DUTY} for span in after], "repeat": repeat}
