"""Names in handles: ``@lena_9`` is named like Lena."""

from __future__ import annotations

import re
from typing import Final

from ingest.reading.lexicon import fold

# Letters of a handle that are those of a name, at least.
AKIN: Final = 4

_FIGURES = re.compile(r"[\d_.\-]+")


def name_parts(handle: str) -> list[str]:
    """Give the runs of letters of a handle, folded."""
    return _FIGURES.sub(" ", fold(handle)).split()


def is_akin(name: str, parts: list[str]) -> bool:
    """Tell whether a handle of these parts has a folded name in it."""
    if len(name) < AKIN:
        return name in parts
    return name in "".join(parts) or any(part[:AKIN] == name[:AKIN] for part in parts)
