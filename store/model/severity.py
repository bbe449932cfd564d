"""How urgent something is: a case, a report, or a mail about them."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How urgent a case is; a higher figure is more urgent.

    A message nobody could read is HIGH: it is more urgent than one that could be read.
    """

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in configuration, tables and mails."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """Turn a word back into a severity; ValueError for an unknown one."""
        try:
            return cls[label.upper()]
        except KeyError as error:
            raise ValueError(f"no severity is called {label!r}") from error
