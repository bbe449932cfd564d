"""Subjects and texts of our mails, from templates in several languages.

A language is a folder below ``templates``; one more folder is one more language. A template opens
with a Subject line, an empty line follows, then the text. A name the template uses and nobody gave
is an error, and so is a line break inside a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

FALLBACK_LANGUAGE: Final = "en"
TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


class Letters:
    """Fills templates; those in the operator's own folder go before ours."""

    def __init__(self, own_folder: Path | None = None) -> None:
        folders = [own_folder, TEMPLATES] if own_folder else [TEMPLATES]
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(),
            keep_trailing_newline=True,
        )

    def languages(self) -> frozenset[str]:
        """Name the languages that have a template folder."""
        return frozenset(name.partition("/")[0] for name in self._templates.list_templates())

    def write(self, name: str, languages: Iterable[str], values: dict[str, Any]) -> Letter:
        """Fill a template in the first of these languages there is, else in English."""
        _require_single_lines(values)
        template = self._templates.select_template(
            [f"{folder}/{name}.txt.j2" for folder in _folders(languages)],
        )
        head, _, text = template.render(values).partition("\n\n")
        return Letter(subject=require_single_line(head.removeprefix("Subject: ")), text=text)


def require_single_line(text: str) -> str:
    """Give the text back; ValueError if it holds a line break or another control character."""
    if any(ord(character) < ord(" ") or character in "\x7f\x85\u2028\u2029" for character in text):
        raise ValueError("a value for a mail holds a line break or a control character")
    return text


def span_text(span: timedelta) -> str:
    """Write a span in at most two units that are the same in every language."""
    minutes = max(0, int(span.total_seconds() // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def moment_text(moment: datetime, zone: tzinfo) -> str:
    """Write a moment to the minute, with its zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _folders(languages: Iterable[str]) -> list[str]:
    """List template folders in order of preference: ``de-AT`` is served by ``de``."""
    wanted = [language.lower().replace("_", "-").partition("-")[0] for language in languages]
    return [folder for folder in (*wanted, FALLBACK_LANGUAGE) if folder.isalpha()]


def _require_single_lines(values: object) -> None:
    """Walk plain values and refuse a line break in any text."""
    match values:
        case str():
            require_single_line(values)
        case dict():
            _require_single_lines(tuple(values.values()))
        case tuple():
            for value in values:
                _require_single_lines(value)
        case _:
            pass
