from __future__ import annotations

import pytest

from ingest.reading.category import Category
from ingest.reading.machine_reports.categories import category

NAMES = [
    "csam",
    "CSEM",
    "ChildAbuse",
    "sextortion",
    "Harassment",
    "bulk-messaging",
    "impersonation",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_others_call_a_matter_is_one_of_our_categories(name: str) -> None:
    assert Category(category(name) or "")


def test_the_most_exact_name_that_is_known_counts() -> None:
    assert category("odd", "grooming", "csam") == Category.GROOMING_CONTACT
    assert category(None, "odd") is None
