"""What programs write into mails by themselves, by program and language, from TOML tables.

A program that has no words in a language says it in English, as the real ones do.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("tables")
FALLBACK = "en"


def attribution(program: str, language: str) -> str:
    """Give the line above a quoted mail, with ``{name}`` and ``{address}`` left open."""
    return str(_in(_table("attributions")[program], language))


def footer(program: str, language: str) -> str:
    """Give what a program puts below a mail by itself."""
    return str(_in(_table("footers")[program], language)).strip()


def block(section: str, program: str, language: str) -> Any:  # noqa: ANN401 - a line or a list
    """Give the labels, the date or the first line of a block of header fields."""
    return _in(_table("blocks")[section][program], language)


def has_language(program: str, language: str) -> bool:
    """Tell whether a program has an attribution of its own in a language."""
    return language in _table("attributions")[program]


def _in(by_language: dict[str, Any], language: str) -> Any:  # noqa: ANN401 - as above
    return by_language.get(language, by_language[FALLBACK])


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
