"""What ``tipline check`` tells about one thing it has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at. ``remedy`` says what to do when it is not in order.

    ``doubtful`` is what works, and yet can hardly be meant.
    """

    name: str
    ok: bool
    message: str
    remedy: str = ""
    doubtful: bool = False


AS_THE_SERVICE: Final = "run the check as the service does: docs/operating.md, Secrets"


def well(name: str, message: str) -> Finding:
    """Tell that something is in order."""
    return Finding(name=name, ok=True, message=message)


def wrong(name: str, message: str, remedy: str) -> Finding:
    """Tell that something is not in order, and what to do."""
    return Finding(name=name, ok=False, message=message, remedy=remedy)


def doubtful(name: str, message: str, remedy: str) -> Finding:
    """Tell that something works, and what to look at all the same."""
    return Finding(name=name, ok=True, message=message, remedy=remedy, doubtful=True)


def unseen(name: str, whose: str) -> Finding:
    """Tell that a secret is kept in no file, and may be a credential that only the service sees."""
    message = f"{whose} in no file, and credentials of the service are not seen from here"
    return doubtful(name, message, AS_THE_SERVICE)
