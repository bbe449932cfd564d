"""Templates of an operator's own, sound and faulty."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifier.letters import Letters

LANGUAGES = [
    *("en", "es", "pt", "fr", "de", "it", "nl", "pl", "tr"),
    *("ru", "uk", "ar", "hi", "ja", "ko", "zh", "id", "vi"),
]
ALARM = {"title": "A title", "lines": (), "host": "h.example", "noticed": "now", "over": False}


def own_alarm(folder: Path, text: str, language: str = "en") -> Letters:
    (folder / language).mkdir()
    (folder / language / "alarm.txt.j2").write_bytes(text.encode("latin-1"))
    return Letters(folder)


FAULTY = pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Subject: {{ missing }}\n\ntext\n", "'missing' is undefined"),
        ("Subject: x\n\n{% if title %}\n", "line 3: Unexpected end of template"),
        ("Subject: {{ 1 // 0 }}\n\ntext\n", "zero"),
        ("Subject: x\ny\n\ntext\n", "line break"),
        ("Hello\n\ntext\n", "must open with a Subject line"),
        ("Subject: only a subject\n", "must open with a Subject line"),
        ("Subject: M\u00fcll\n\ntext\n", "decode"),
    ],
)
