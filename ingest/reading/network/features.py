"""Tokens as numbers of rows in the network's tables.

A word stands for itself and the pieces it is made of, each put by a checksum into one of a fixed
number of rows (the hashing trick), so that endings and spellings not met before still say
something, and no word of a mail has to be listed.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

BUCKETS: Final = 20_000
# Pieces of a word so long, and so many letters of it.
_SIZES: Final = (3, 4, 5)
_SIZES_UNSPACED: Final = (1, 2)
_LETTERS: Final = 20
_MOST_PIECES: Final = 40
# From here on lie the scripts of East and South-East Asia, whose single letters mean something.
_UNSPACED_FROM: Final = "\u0e00"


def rows_of_word(language: str, word: str) -> list[int]:
    """Give the rows for a word; none for what has no letters."""
    if not any(map(str.isalpha, word)):
        return []
    word = word[:_LETTERS]
    marked = f"<{word}>"
    pieces = dict.fromkeys((f"{language}:{marked}", marked))
    sizes = _SIZES_UNSPACED if word[0] > _UNSPACED_FROM else ()
    for text, lengths in ((word, sizes), (marked, _SIZES)):
        for size in lengths:
            pieces.update(dict.fromkeys(text[at : at + size] for at in range(len(text) - size + 1)))
    return [crc32(piece.encode()) % BUCKETS for piece in list(pieces)[:_MOST_PIECES]]
