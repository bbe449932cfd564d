from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.compose import Composer
from notifier.letters import Letters
from notifier.samples import template_faults
from notifier.template_check import Sample, faults
from tests.notifier.house import IDENTITY
from tests.notifier.own_templates import ALARM, FAULTY, own_alarm

SAMPLES = {
    **dict.fromkeys(
        ("receipt", "collective", "alert", "brief"),
        Sample(values=[]),
    ),
    "alarm": Sample(values=[ALARM]),
}


def own(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def faults_with(folder: Path) -> tuple[str, ...]:
    return template_faults(Composer(replace(IDENTITY, templates=folder)))


def test_a_sound_template_has_no_fault(tmp_path: Path) -> None:
    own(tmp_path, "en/alarm.txt.j2", "Subject: {{ title }}\n\ntext\n")
    own(tmp_path, "sv/receipt.txt.j2", "Subject: Tack {{ reference }}\n\n# Nu\n{{ received }}\n")
    own(tmp_path, "sv/receipt.html.j2", "<p>{{ subject }} {{ reference }}</p>")
    own(tmp_path, "letter.html.j2", "{{ sections }} {{ reference }}")
    own(tmp_path, "en/notes.md", "Nobody looks at {{ this }}.")
    assert faults_with(tmp_path) == ()


@FAULTY
def test_a_faulty_template_is_found_beforehand(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = told(own_alarm(tmp_path, text))
    fault = fault.replace("'missing' is undefined", "line 1: nobody fills {{ missing }}")
    assert found.startswith(f"{tmp_path / 'en' / 'alarm.txt.j2'}: ")
    assert fault in found


def test_a_fault_in_another_language_is_found_too(tmp_path: Path) -> None:
    letters = own_alarm(tmp_path, "Subject: {{ missing }}\n\ntext\n", "fr")
    (found,) = told(letters)
    assert found.startswith(str(tmp_path / "fr"))


def test_a_folder_no_language_is_served_from_is_a_fault(tmp_path: Path) -> None:
    (found,) = told(own_alarm(tmp_path, "Subject: x\n\ntext\n", "de-AT"))
    assert "is never used" in found


def test_a_template_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults(Letters(tmp_path / "nowhere"), SAMPLES) == (
        f"{tmp_path / 'nowhere'}: is no folder",
    )


def told(letters: Letters) -> list[str]:
    """Give the faults of the operator's own templates; the samples do not fit our others."""
    found = faults(letters, SAMPLES)
    return [fault for fault in found if fault.startswith(str(letters.own_folder))]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "de/receipt.txt.j2",
            "Subject: x\n\n{{ reference }}\n{% if 0 %}{{ refrence }}{% endif %}\n",
            "line 4: nobody fills {{ refrence }}; there are accounts, decide_by,",
        ),
        ("de/receipt.txt.j2", "Subject: x\n\nHello\n", "{{ reference }} is missing"),
        ("de/alert.txt.j2", "Subject: x\n\nHello\n", "{{ reference }} is missing"),
        (
            "de/alert.txt.j2",
            "Subject: {{ reference }}\n\ntext\n{{ account.platform }}\n",
            "line 4: 'None' has no attribute 'platform'",
        ),
        (
            "de/receipt.txt.j2",
            "Subject: {{ reference }}\n\ntext\n\n{{ emergency.first }}\n",
            "line 5: 'tuple object' has no attribute 'first'",
        ),
        ("de/receipt.html.j2", "<p>{{ sectoins }}</p>", "line 1: nobody fills {{ sectoins }}"),
        ("de/receipt.html.j2", "<p>{{ 1 // 0 }}</p>", "line 1: "),
        ("letter.html.j2", "<p>\n{{ nothing }} {{ sections }}", "line 2: nobody fills"),
        ("letter.html.j2", "<p>", "{{ sections }} is missing"),
        ("de/recipt.txt.j2", "Subject: x\n\ny\n", "is never used; there are alarm, alert,"),
        ("de/alarm.html.j2", "<p>", "is never used; there are alarm, alert,"),
        ("de/receipt.j2", "Subject: x\n\ny\n", "is never used; there are alarm, alert,"),
    ],
)
def test_a_fault_is_told_with_file_line_and_placeholder(
    tmp_path: Path, name: str, text: str, fault: str
) -> None:
    path = own(tmp_path, name, text)
    (found,) = faults_with(tmp_path)
    assert found.startswith(f"{path}: {fault}")
