from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.compose import Composer
from notifier.samples import template_faults
from tests.notifier.house import IDENTITY
from tests.notifier.mails import (
    COMPOSER,
)


def test_our_own_templates_have_no_faults() -> None:
    assert template_faults(COMPOSER) == ()


@pytest.mark.parametrize("name", ["receipt", "alert", "alarm"])
def test_a_fault_of_an_operators_template_is_told_with_its_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "de").mkdir()
    template = tmp_path / "de" / f"{name}.txt.j2"
    template.write_text("Subject: x\n\n{{ refrence }}\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    assert template_faults(composer) == (f"{template}: 'refrence' is undefined",)


def test_a_fault_only_some_cases_meet_is_found(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    template = tmp_path / "en" / "alert.txt.j2"
    template.write_text("Subject: x\n\n{{ account.platform }}\n")
    (fault,) = template_faults(Composer(replace(IDENTITY, templates=tmp_path)))
    assert str(template) in fault
