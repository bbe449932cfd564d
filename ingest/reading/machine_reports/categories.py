"""What other standards call the matter of a report, in our words; a person decides."""

from __future__ import annotations

from typing import Final

_OURS: Final = {
    "csam": "csam",
    "csem": "csem",
    "childabuse": "csam",
    "childsexualabusematerial": "csam",
    "grooming": "grooming",
    "solicitation": "grooming",
    "sextortion": "sextortion",
    "trafficking": "trafficking",
    "distribution": "csam",
    "production": "csam",
    "possession": "csam",
    "harassment": "harassment",
    "spam": "spam",
    "bulk_messaging": "spam",
    "phishing": "fraud",
    "fraud": "fraud",
}


def category(*names: str | None) -> str | None:
    """Give our word for the first name that has one; the most exact name comes first."""
    found = (_OURS.get(name.strip().lower().replace("-", "_")) for name in names if name)
    return next((ours for ours in found if ours), None)
