"""What alarms say in one line, in the languages of the mails to staff, from ``alarms.toml``.

The lines below a title name cases, channels and commands as the command line does: in English.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """A title. ``kind`` is its stable name, ``value`` the number or name that it is about.

    ``english`` is the whole of it as logs and stored faults have it, ``value`` included.
    """

    kind: str
    english: str
    value: str = ""

    def in_language(self, language: str) -> str:
        """Say it in a language; in English where there are no words for it."""
        words = translations().get(language, {}).get(self.kind)
        return words.replace("{}", self.value) if words else self.english


@cache
def translations() -> dict[str, dict[str, str]]:
    """Give the titles in other languages than English, by language and kind."""
    text = files("notifier").joinpath("alarms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
