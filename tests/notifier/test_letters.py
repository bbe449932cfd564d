from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from structlog.testing import capture_logs

from notifier.letters import TEMPLATES, Letter, Letters, span_text
from tests.notifier.own_templates import ALARM, FAULTY, LANGUAGES, own_alarm

TO_REPORTERS = {"receipt.txt.j2", "collective.txt.j2"}


def letters_in(language: str) -> set[str]:
    return {path.name for path in (TEMPLATES / language).iterdir()}


def test_letters_to_reporters_are_there_in_every_language() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders == set(LANGUAGES)
    assert all(letters_in(language) >= TO_REPORTERS for language in LANGUAGES)


def test_letters_to_staff_are_there_in_english_and_german() -> None:
    assert letters_in("en") == letters_in("de")


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


def test_an_operators_own_template_goes_before_ours(tmp_path: Path) -> None:
    letters = own_alarm(tmp_path, "Subject: ours\n\ntext\n")
    assert letters.write("alarm", (), ALARM) == Letter(subject="ours", text="text\n")


@FAULTY
def test_a_faulty_template_is_replaced_by_ours_and_told_once(
    tmp_path: Path, text: str, fault: str
) -> None:
    letters = own_alarm(tmp_path, text)
    with capture_logs() as logs:
        written = [letters.write("alarm", (), ALARM) for _ in range(3)]
    assert written == [Letters().write("alarm", (), ALARM)] * 3
    (told,) = logs
    assert (told["event"], told["log_level"]) == ("template.faulty", "error")
    assert fault in told["fault"] or told["fault"].endswith("Error")


def test_a_value_nobody_gave_is_an_error_in_our_own_templates() -> None:
    with pytest.raises(UndefinedError):
        Letters().write("alarm", (), {})


@pytest.mark.parametrize(
    "values", [{"title": "a\nb"}, {"lines": ("fine", "a\rb")}, {"account": {"url": "a\u2028b"}}]
)
def test_a_line_break_in_any_value_is_an_error(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="line break"):
        Letters().write("alarm", (), values)


def test_letters_of_an_address_go_before_the_operators_and_ours(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "set").mkdir()
    own = own_alarm(tmp_path / "own", "Subject: own\n\ntext\n")
    assert Letters(tmp_path / "set", own).write("alarm", (), ALARM).subject == "own"
    (tmp_path / "set" / "en").mkdir()
    path = tmp_path / "set" / "en" / "alarm.txt.j2"
    path.write_text("Subject: of the set\n\ntext\n")
    letters = Letters(tmp_path / "set", own)
    assert letters.write("alarm", (), ALARM).subject == "of the set"
    assert letters.place("en/alarm.txt.j2") == path
    assert letters.place("en/receipt.txt.j2") == TEMPLATES / "en" / "receipt.txt.j2"


def test_a_faulty_letter_of_an_address_is_replaced_by_the_operators(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "set" / "en").mkdir(parents=True)
    own = own_alarm(tmp_path / "own", "Subject: own\n\ntext\n")
    (tmp_path / "set" / "en" / "alarm.txt.j2").write_text("Subject: {{ missing }}\n\ntext\n")
    with capture_logs() as logs:
        assert Letters(tmp_path / "set", own).write("alarm", (), ALARM).subject == "own"
    assert [each["folder"] for each in logs] == [str(tmp_path / "set")]
