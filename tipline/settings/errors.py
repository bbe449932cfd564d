"""Faults of the configuration, each with the place a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong: ``place`` is "tipline.toml, line 14" or "environment TIPLINE_SMTP__PORT".

    ``key`` is the dotted name of the setting, empty where the file as a whole is meant.
    """

    place: str
    message: str
    key: str = ""
    line: int = 0

    def __str__(self) -> str:
        text = ": ".join(part for part in (self.place, self.key, self.message) if part)
        # What was written may hold anything; a fault is one line all the same.
        return "".join(character if character.isprintable() else "?" for character in text)


class ConfigurationError(Exception):
    """The configuration cannot be used. Nothing has been started."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults
