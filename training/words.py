"""The ordinary words of the languages in Latin letters: those of the marked mails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.reading.accounts.ordinary import FEWEST_LETTERS
from ingest.reading.lexicon import fold
from training.marks import Marked

_WORD: Final = re.compile(rf"(?<![\w@./:-])[^\W\d_]{{{FEWEST_LETTERS},30}}(?![\w@])")


def ordinary_words_of(mails: Iterable[Marked]) -> list[str]:
    """Give the words of mails, folded; no accounts, and none that are left with other letters."""
    folded = {fold(word) for mail in mails for word in _words(mail)}
    return sorted(word for word in folded if word.isascii())


def _words(mail: Marked) -> Iterator[str]:
    for part in (mail.subject, mail.text):
        for word in _WORD.finditer(part.text):
            if not any(mark.start < word.end() and word.start() < mark.end for mark in part.marks):
                yield word[0]
