"""Tables of phrases by language, kept as TOML beside the modules that use them.

A new language is a new section; no code changes. Tables are read once, when first needed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read the table ``phrases/NAME.toml``, or the folder ``phrases/NAME`` of one per language."""
    path = Path(__file__).parent / "phrases" / name
    if path.is_dir():
        return {each.stem: _read(each) for each in sorted(path.glob("*.toml"))}
    return _read(path.with_suffix(".toml"))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def merged(name: str, key: str) -> tuple[str, ...]:
    """Give the phrases under a key in all languages: people mix them, clients more so."""
    found = [phrase for language in table(name).values() for phrase in language.get(key, [])]
    return tuple(dict.fromkeys(found))
