"""The tags of the words that tell roles, in groups (see ``phrases/roles/``)."""

from __future__ import annotations

from typing import Final

from ingest.reading.accounts.wording import PLATFORM

VICTIMS: Final = frozenset({"victim", "victim_f", "victim_m"})
SUSPECTS: Final = frozenset({"suspect", "suspect_f", "suspect_m"})
PRONOUNS: Final = frozenset({"pronoun", "pronoun_f", "pronoun_m"})
POSSESSIVES: Final = frozenset({"possessive", "possessive_f", "possessive_m"})
# Words that may stand between a handle and the word that tells its role.
FILLING: Final = frozenset(
    {"filler", "naming", "labels", "ids", "is", "named", "linked", "to", "on", "uses", "real"}
)
NAMING: Final = frozenset({"labels", "ids", "named", "naming"})


def is_platform(tag: str) -> bool:
    """Tell whether a tag is that of a platform's name."""
    return tag.startswith(PLATFORM)
