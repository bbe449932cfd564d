from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from structlog.testing import capture_logs

from notifier.letters import TEMPLATES, Letter, Letters, span_text


def test_every_language_has_every_letter() -> None:
    names = {path.name for path in (TEMPLATES / "en").iterdir()}
    for folder in TEMPLATES.iterdir():
        assert {path.name for path in folder.iterdir()} == names


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


def test_english_and_german_are_there() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} >= {"en", "de"}


ALARM = {"title": "A title", "lines": (), "host": "h.example", "noticed": "now"}


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


def test_an_operators_own_template_goes_before_ours(tmp_path: Path) -> None:
    letters = own_alarm(tmp_path, "Subject: ours\n\ntext\n")
    assert letters.write("alarm", (), ALARM) == Letter(subject="ours", text="text\n")
    assert letters.faults("alarm", [ALARM]) == ()


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


@FAULTY
def test_a_faulty_template_is_found_beforehand(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = own_alarm(tmp_path, text).faults("alarm", [ALARM])
    assert found.startswith(f"{tmp_path / 'en' / 'alarm.txt.j2'}: ")
    assert fault in found


def test_a_fault_in_another_language_is_found_too(tmp_path: Path) -> None:
    letters = own_alarm(tmp_path, "Subject: {{ missing }}\n\ntext\n", "fr")
    (found,) = letters.faults("alarm", [ALARM])
    assert found.startswith(str(tmp_path / "fr"))


def test_a_folder_no_language_is_served_from_is_a_fault(tmp_path: Path) -> None:
    (found,) = own_alarm(tmp_path, "Subject: x\n\ntext\n", "de-AT").faults("alarm", [ALARM])
    assert "is never used" in found


def test_a_template_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert Letters(tmp_path / "nowhere").faults("alarm", [ALARM]) == (
        f"{tmp_path / 'nowhere'}: is no folder",
    )


def test_a_value_nobody_gave_is_an_error_in_our_own_templates() -> None:
    with pytest.raises(UndefinedError):
        Letters().write("alarm", (), {})


@pytest.mark.parametrize(
    "values", [{"title": "a\nb"}, {"lines": ("fine", "a\rb")}, {"account": {"url": "a\u2028b"}}]
)
def test_a_line_break_in_any_value_is_an_error(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="line break"):
        Letters().write("alarm", (), values)
