"""Loads all that reading may ever want from a file, as a confined process can open none.

Modules, charsets, tables of phrases and what is built of them: whatever a function of reading
remembers (``functools.cache``) and needs nothing for is asked for once. So a new table needs no
mention here.
"""

from __future__ import annotations

import contextlib
import encodings
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from ingest import reading
from ingest.reading import ReadingRules, phrases, read_message

# Long enough to have everything loaded that reading needs, its detector of languages as well.
_FIRST_MAIL = (
    b"From: =?utf-8?q?Alex?= <alex@example.org>\r\nSubject: hello\r\n"
    b"Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=next\r\n\r\n"
    b"--next\r\nContent-Type: text/html\r\n\r\n"
    b"<p>This account worries me, would you please look at it as soon as you can?</p>\r\n"
    b"<p>It is <a href='https://chirper.example/alex'>alex</a>.</p>\r\n"
    b"--next\r\nContent-Type: application/json; name=report.json\r\n\r\n{}\r\n--next--\r\n"
)


def load_everything(rules: ReadingRules) -> None:
    """Load what reading any mail by these rules may need."""
    _load_charsets()
    for table in Path(phrases.__file__).with_suffix("").glob("*.toml"):
        phrases.table(table.stem)
    for module in _modules():
        for value in [*vars(module).values()]:
            if isinstance(value, functools._lru_cache_wrapper) and not _needs_anything(value):  # noqa: SLF001 - its type has no public name
                # What fails here fails as one defect of a mail; no reader at all would be worse.
                with contextlib.suppress(Exception):
                    value()
    read_first_mail(rules)


def read_first_mail(rules: ReadingRules) -> None:
    """Read a mail by these rules, which loads what no table names."""
    read_message(_FIRST_MAIL, None, rules)


def _load_charsets() -> None:
    for module in pkgutil.iter_modules(encodings.__path__):
        # Those of other systems.
        with contextlib.suppress(ImportError):
            importlib.import_module(f"encodings.{module.name}")


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(reading.__path__, f"{reading.__name__}."):
        yield importlib.import_module(module.name)


def _needs_anything(function: object) -> bool:
    return callable(function) and bool(inspect.signature(function).parameters)
