"""Subjects and texts of our mails, from templates in several languages.

A language is a folder below ``templates``; one more folder is one more language. A template opens
with a Subject line, an empty line follows, then the text. A name the template uses and nobody gave
is an error, and so is a line break inside a value.

An operator's own template that is faulty never costs a mail: the built-in one of that name takes
its place, and the fault is logged. ``template_check`` finds it beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import CodeType
from typing import Any, Final

import structlog
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    select_autoescape,
)
from jinja2.bccache import Bucket

from notifier.marks import apart, as_text, sections

FALLBACK_LANGUAGE: Final = "en"
TEMPLATES: Final = Path(__file__).parent / "templates"
TEXT: Final = ".txt.j2"
HTML: Final = ".html.j2"
LAYOUT: Final = f"letter{HTML}"
"""What the HTML of a letter with marks is made with."""
_SUBJECT: Final = "Subject: "
_BREAK: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")

Values = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]
"""What a template may use; where it depends on the template's language, what makes it."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What a mail says, and in which language; ``html`` says the same for programs that show it."""

    subject: str
    text: str
    language: str = FALLBACK_LANGUAGE
    html: str | None = None


class Letters:
    """Fills templates; those in the operator's own folder go before ``others``, or ours."""

    def __init__(self, own_folder: Path | None = None, others: Letters | None = None) -> None:
        self.own_folder = own_folder
        self._others = others
        before: BaseLoader = FileSystemLoader(TEMPLATES) if others is None else others.loader
        self._before = _environment(before)
        self.loader: BaseLoader = (
            ChoiceLoader([FileSystemLoader(own_folder), before]) if own_folder else before
        )
        self.templates = _environment(self.loader) if own_folder else self._before
        self._told: set[tuple[str, ...]] = set()

    def write(self, name: str, languages: Iterable[str], values: Values) -> Letter:
        """Fill a template in the first of these languages there is, else in English."""
        folders = _folders(languages)
        return self._tried([f"{folder}/{name}{TEXT}" for folder in folders], values, filled)

    def write_marked(
        self, name: str, languages: Iterable[str], values: Values, links: Collection[str] = ()
    ) -> Letter:
        """Fill a template with the marks of ``marks``, and give the letter both looks.

        A template ``NAME.html.j2`` beside the text of that language is used for the HTML instead.
        Of the pages in ``links`` the HTML makes links.
        """
        paths = [f"{folder}/{name}{TEXT}" for folder in _folders(languages)]

        def both(templates: Environment, paths: list[str], values: Values) -> Letter:
            letter = filled(templates, paths, values)
            return marked(templates, letter, name, made(values, letter.language), links)

        return self._tried(paths, values, both)

    def paths(self) -> list[str]:
        """List the operator's own templates; all of ours where there is no folder of that kind."""
        folder = self.own_folder or TEMPLATES
        return _environment(FileSystemLoader(folder)).list_templates(extensions=["j2"])

    def place(self, path: str) -> Path:
        """Tell where a template comes from."""
        own = self.own_folder / path if self.own_folder else TEMPLATES / path
        if own.exists():
            return own
        return self._others.place(path) if self._others else TEMPLATES / path

    def _tried(
        self,
        paths: list[str],
        values: Values,
        fill: Callable[[Environment, list[str], Values], Letter],
    ) -> Letter:
        if self.own_folder is None:
            return fill(self.templates, paths, values)
        try:
            return fill(self.templates, paths, values)
        except Exception as error:  # noqa: BLE001 - a template may raise anything
            letter = self._otherwise(paths, values, fill)
            self._tell_once(paths, error)
            return letter

    def _otherwise(
        self,
        paths: list[str],
        values: Values,
        fill: Callable[[Environment, list[str], Values], Letter],
    ) -> Letter:
        if self._others:
            return self._others._tried(paths, values, fill)  # noqa: SLF001 - its own kind
        return fill(self._before, paths, values)

    def _tell_once(self, paths: list[str], error: Exception) -> None:
        if tuple(paths) in self._told:
            return
        self._told.add(tuple(paths))
        # Other errors than the templates' own may quote a value, and logs must not.
        is_template = isinstance(error, TemplateError)
        fault = fault_text(error) if is_template else type(error).__name__
        _log.error("template.faulty", folder=str(self.own_folder), tried=paths, fault=fault)


def filled(templates: Environment, paths: list[str], values: Values) -> Letter:
    """Fill the first of these templates there is. Raises what a faulty template raises."""
    template = templates.select_template(paths)
    language = str(template.name).partition("/")[0]
    head, _, text = template.render(made(values, language)).partition("\n\n")
    if not head.startswith(_SUBJECT) or not text.strip():
        raise ValueError("it must open with a Subject line, an empty line and then the text")
    subject = require_single_line(head.removeprefix(_SUBJECT))
    return Letter(subject=subject, text=text, language=language)


def marked(
    templates: Environment,
    letter: Letter,
    name: str,
    values: Mapping[str, Any],
    links: Collection[str] = (),
) -> Letter:
    """Give a letter with marks both looks. Raises what a faulty template raises."""
    # Imported only now: nobody else needs the tables of languages.
    from notifier.locales import direction  # noqa: PLC0415

    read = sections(letter.text)
    try:
        template = templates.get_template(f"{letter.language}/{name}{HTML}")
    except TemplateNotFound:
        template = templates.get_template(LAYOUT)
    html = template.render(
        **values,
        subject=letter.subject,
        sections=read,
        links=links,
        language=letter.language,
        direction=direction(letter.language),
    )
    return replace(letter, text=as_text(read), html=html)


def made(values: Values, language: str) -> Mapping[str, Any]:
    """Make the values for a language. ValueError when one holds a line break."""
    values = values(language) if callable(values) else values
    _require_single_lines(values)
    return values


class _Compiled(BytecodeCache):
    """What templates were compiled to, for all environments of this process that read the same."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


def _environment(loader: BaseLoader) -> Environment:
    environment = Environment(
        loader=loader,
        bytecode_cache=_COMPILED,
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html", "html.j2")),
        keep_trailing_newline=True,
    )
    environment.filters["apart"] = apart
    return environment


def require_single_line(text: str) -> str:
    """Give the text back; ValueError if it holds a line break or another control character."""
    if _BREAK.search(text):
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


def fault_text(error: Exception, line: int | None = None) -> str:
    """Say on one line what is wrong with a template, and in which line of it."""
    line = getattr(error, "lineno", None) or line
    where = f"line {line}: " if line else ""
    return f"{where}{' '.join(str(error).split()) or type(error).__name__}"


def folder_of(language: str) -> str:
    """Tell which folder serves a language: ``de-AT`` is served by ``de``."""
    return language.lower().replace("_", "-").partition("-")[0]


def _folders(languages: Iterable[str]) -> list[str]:
    """List template folders in order of preference."""
    wanted = [folder_of(language) for language in languages]
    return [folder for folder in (*wanted, FALLBACK_LANGUAGE) if folder.isalpha()]


def _require_single_lines(values: object) -> None:
    """Walk plain values and refuse a line break in any text."""
    match values:
        case str():
            require_single_line(values)
        case Mapping():
            _require_single_lines(tuple(values.values()))
        case tuple():
            for value in values:
                _require_single_lines(value)
        case _:
            pass
