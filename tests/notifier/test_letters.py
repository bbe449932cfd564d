from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from notifier.letters import TEMPLATES, Letters, span_text


def test_every_language_has_every_letter() -> None:
    names = {path.name for path in (TEMPLATES / "en").iterdir()}
    for folder in TEMPLATES.iterdir():
        assert {path.name for path in folder.iterdir()} == names


def test_english_and_german_are_there() -> None:
    assert Letters().languages() == {"en", "de"}


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-1, "0 min"),
        (0.9, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (125, "2 h 5 min"),
        (1440, "1 d"),
        (1440 * 3 + 240 + 59, "3 d 4 h"),
    ],
)
def test_a_span_is_written_in_two_units_at_most(minutes: float, text: str) -> None:
    assert span_text(timedelta(minutes=minutes)) == text


def test_a_name_nobody_gave_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "odd.txt.j2").write_text("Subject: {{ missing }}\n\ntext\n")
    with pytest.raises(UndefinedError):
        Letters(tmp_path).write("odd", (), {})


@pytest.mark.parametrize(
    "values", [{"title": "a\nb"}, {"lines": ("fine", "a\rb")}, {"account": {"url": "a\u2028b"}}]
)
def test_a_line_break_in_any_value_is_an_error(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="line break"):
        Letters().write("alarm", (), values)
