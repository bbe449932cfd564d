"""Subjects and texts of our mails, from templates in several languages.

A language is a folder below ``templates``; one more folder is one more language. A template opens
with a Subject line, an empty line follows, then the text. A name the template uses and nobody gave
is an error, and so is a line break inside a value.

An operator's own template that is faulty never costs a mail: the built-in one of that name takes
its place, and the fault is logged. ``faults`` finds it beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

import structlog
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)

FALLBACK_LANGUAGE: Final = "en"
TEMPLATES: Final = Path(__file__).parent / "templates"
_SUBJECT: Final = "Subject: "
_SUFFIX: Final = ".txt.j2"

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


class Letters:
    """Fills templates; those in the operator's own folder go before ours."""

    def __init__(self, own_folder: Path | None = None) -> None:
        self._own_folder = own_folder
        built_in = FileSystemLoader(TEMPLATES)
        self._built_in = _environment(built_in)
        self._all = (
            _environment(ChoiceLoader([FileSystemLoader(own_folder), built_in]))
            if own_folder
            else self._built_in
        )
        self._told: set[tuple[str, ...]] = set()

    def write(self, name: str, languages: Iterable[str], values: dict[str, Any]) -> Letter:
        """Fill a template in the first of these languages there is, else in English."""
        _require_single_lines(values)
        paths = [f"{folder}/{name}{_SUFFIX}" for folder in _folders(languages)]
        if self._own_folder is None:
            return _filled(self._built_in, paths, values)
        try:
            return _filled(self._all, paths, values)
        except Exception as error:  # noqa: BLE001 - a template may raise anything
            letter = _filled(self._built_in, paths, values)
            self._tell_once(paths, error)
            return letter

    def faults(self, name: str, samples: Sequence[dict[str, Any]]) -> tuple[str, ...]:
        """Fill a template of every language with sample values; tell which fail, and why."""
        if self._own_folder is not None and not self._own_folder.is_dir():
            return (f"{self._own_folder}: is no folder",)
        found: list[str] = []
        for path in self._all.list_templates():
            folder, _, file = path.partition("/")
            if file != f"{name}{_SUFFIX}":
                continue
            if _folders([folder])[0] != folder:
                found.append(f"{self._place(path)}: is never used; name the folder like en or de")
            fault = _first_fault(self._all, path, samples)
            if fault:
                found.append(f"{self._place(path)}: {fault}")
        return tuple(found)

    def _tell_once(self, paths: list[str], error: Exception) -> None:
        if tuple(paths) in self._told:
            return
        self._told.add(tuple(paths))
        # Other errors than the templates' own may quote a value, and logs must not.
        fault = _fault(error) if isinstance(error, TemplateError) else type(error).__name__
        _log.error("template.faulty", folder=str(self._own_folder), tried=paths, fault=fault)

    def _place(self, path: str) -> Path:
        own = self._own_folder / path if self._own_folder else TEMPLATES / path
        return own if own.exists() else TEMPLATES / path


def _environment(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        keep_trailing_newline=True,
    )


def _filled(templates: Environment, paths: list[str], values: dict[str, Any]) -> Letter:
    head, _, text = templates.select_template(paths).render(values).partition("\n\n")
    if not head.startswith(_SUBJECT) or not text.strip():
        raise ValueError("it must open with a Subject line, an empty line and then the text")
    return Letter(subject=require_single_line(head.removeprefix(_SUBJECT)), text=text)


def _first_fault(
    templates: Environment, path: str, samples: Sequence[dict[str, Any]]
) -> str | None:
    for values in samples:
        try:
            _filled(templates, [path], values)
        except Exception as error:  # noqa: BLE001 - a template may raise anything
            return _fault(error)
    return None


def _fault(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    where = f"line {line}: " if line else ""
    return f"{where}{' '.join(str(error).split()) or type(error).__name__}"


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
