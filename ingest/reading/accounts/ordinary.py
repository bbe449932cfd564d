"""Ordinary words, by which a name of plain letters is told from one of them.

"My account is fennaflipt" names an account, "my account is blocked" does not. The list holds the
words that people used in the marked mails (``training/words.py``), of all languages in Latin
letters together.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from ingest.reading.lexicon import fold

WORDS: Final = Path(__file__).with_name("ordinary_words.txt")
# Names with fewer letters are too much like words that are not in the list.
FEWEST_LETTERS: Final = 6
_MOST_LETTERS: Final = 20


def is_no_word(token: str) -> bool:
    """Tell whether a token of small plain letters is no word of a language we know."""
    plain = token.isascii() and token.isalpha() and token.islower()
    fits = FEWEST_LETTERS <= len(token) <= _MOST_LETTERS
    return plain and fits and fold(token) not in ordinary_words()


@cache
def ordinary_words() -> frozenset[str]:
    """Give the words of the list, folded."""
    return frozenset(WORDS.read_text(encoding="ascii").split())
