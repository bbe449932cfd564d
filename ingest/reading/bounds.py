"""How much of a text is read, and what stays of one that is longer: its beginning and its end.

Nothing can hide behind a long beginning, as the end is read, too; the whole stays in the sealed
mail.
"""

from __future__ import annotations

from typing import Final

# Characters of a text that are kept, and looked through for accounts and urgency.
MAX_TEXT: Final = 500_000
# The share of them that is the beginning.
_HEAD: Final = 0.8
_GAP: Final = "\n[...]\n"


def lengths(limit: int) -> tuple[int, int]:
    """Tell how much is kept of the beginning and of the end of what is longer than a limit."""
    head = int(limit * _HEAD)
    return head, limit - head


def ends(text: str, limit: int = MAX_TEXT) -> str:
    """Keep the beginning and the end of a text that is too long, and mark the gap."""
    if len(text) <= limit:
        return text
    head, tail = lengths(limit)
    return f"{text[: head - len(_GAP)]}{_GAP}{text[-tail:]}"


def cut_defect(limit: int) -> str:
    """Say that a text was cut."""
    head, tail = lengths(limit)
    return f"the text was cut after {head} characters; its last {tail} were read, too"
