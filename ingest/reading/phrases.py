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
    """Read the table ``phrases/NAME.toml``."""
    path = Path(__file__).parent / "phrases" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def merged(name: str, key: str) -> tuple[str, ...]:
    """Give the phrases under a key in all languages: people mix them, clients more so."""
    found = [phrase for language in table(name).values() for phrase in language.get(key, [])]
    return tuple(dict.fromkeys(found))
