"""What other standards call the matter of a report, in our words; a person decides."""

from __future__ import annotations

from typing import Final

_OURS: Final = {
    "csam": "sharing_content",
    "childabuse": "sharing_content",
    "childsexualabusematerial": "sharing_content",
    "distribution": "sharing_content",
    "production": "sharing_content",
    "possession": "sharing_content",
    "grooming": "grooming_contact",
    "solicitation": "grooming_contact",
    "trafficking": "grooming_contact",
    "csem": "grooming_contact",
    "sextortion": "sextortion",
    "harassment": "bullying",
    "impersonation": "impersonation",
    "spam": "spam_scam",
    "bulk_messaging": "spam_scam",
    "phishing": "spam_scam",
    "fraud": "spam_scam",
}


def category(*names: str | None) -> str | None:
    """Give our word for the first name that has one; the most exact name comes first."""
    found = (_OURS.get(name.strip().lower().replace("-", "_")) for name in names if name)
    return next((ours for ours in found if ours), None)
