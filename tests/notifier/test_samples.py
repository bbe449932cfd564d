from __future__ import annotations

from notifier.samples import samples, template_faults
from tests.notifier.mails import (
    COMPOSER,
)


def test_our_own_templates_have_no_faults() -> None:
    assert template_faults(COMPOSER) == ()


def test_each_name_of_a_letter_has_samples() -> None:
    paths = COMPOSER.letters.templates.list_templates(extensions=["j2"])
    names = {path.rpartition("/")[2].partition(".")[0] for path in paths if "/" in path}
    assert names == set(samples(COMPOSER))
    assert all(sample.values for sample in samples(COMPOSER).values())
