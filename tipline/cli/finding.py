"""What ``tipline check`` tells about one thing it has looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at. ``remedy`` says what to do when it is not in order."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def well(name: str, message: str) -> Finding:
    """Tell that something is in order."""
    return Finding(name=name, ok=True, message=message)


def wrong(name: str, message: str, remedy: str) -> Finding:
    """Tell that something is not in order, and what to do."""
    return Finding(name=name, ok=False, message=message, remedy=remedy)
