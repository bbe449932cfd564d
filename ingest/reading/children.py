"""Whether a mail speaks of a child: then words alone make no machine's of it.

Who writes about a child uses a machine's words, too ("your case 77", "thank you for your message",
"it could not be delivered"); machines hardly ever speak of one.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from ingest.reading.lexicon import Lexicon
from ingest.reading.machines import HEAD, flat
from ingest.reading.phrases import merged, table

_CHILDREN: Final = ("victim", "victim_f", "victim_m")


def speaks_of_child(subject: str, text: str, language: str | None) -> bool:
    """Tell whether a child is named at the head of a mail; in any language if it is not known."""
    spoken = language if language in table("roles") else None
    said = flat(f"{subject}\n{text[:HEAD]}")
    return next(iter(_words(spoken).find(said)), None) is not None


@cache
def _words(language: str | None) -> Lexicon:
    phrases = table("roles")[language] if language else None
    return Lexicon(
        {key: phrases.get(key, []) if phrases else merged("roles", key) for key in _CHILDREN}
    )
