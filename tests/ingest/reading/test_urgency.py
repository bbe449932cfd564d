from __future__ import annotations

from pathlib import Path

import pytest

import notifier
from ingest.reading.phrases import table
from ingest.reading.urgency import urgency


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("She is in danger.", "imminent_danger"),
        ("Meine Tochter ist in Gefahr", "imminent_danger"),
        ("Ma fille est en   danger", "imminent_danger"),
        ("mi hija está EN PELIGRO", "imminent_danger"),
        ("my son has run away", "child_missing"),
        ("meine Tochter ist verschwunden", "child_missing"),
        ("he wants to meet her tomorrow", "meeting_planned"),
        ("er will sich treffen", "meeting_planned"),
        ("she\u2019s talking of self-harm", "self_harm"),
        ("it is blackmail", "coercion"),
        ("he wants to meet, she is in danger", "imminent_danger"),
        ("nobody is here. She is in danger", "imminent_danger"),
        ("She is not in danger", None),
        ("niemand ist in Gefahr", None),
        ("elle n'est pas en danger", None),
        ("This account worries me", None),
        ("endangered birds", None),
        ("", None),
    ],
)
def test_the_most_urgent_rule_is_named(text: str, rule: str | None) -> None:
    assert urgency(text) == rule


def test_every_rule_speaks_every_language() -> None:
    rules = table("urgency")
    assert all(rule.keys() == rules["negations"].keys() for rule in rules.values())


RECEIPTS = sorted((Path(notifier.__file__).parent / "templates").glob("*/receipt*"))


@pytest.mark.parametrize("path", RECEIPTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("mark", ["", "> ", "  "])
def test_our_own_receipt_is_not_urgent_when_it_is_quoted(path: Path, mark: str) -> None:
    receipt = path.read_text(encoding="utf-8")
    quoted = "\n".join(mark + line for line in ["I am away.", *receipt.splitlines()])
    assert urgency(quoted) is None
    assert urgency(quoted + "\nThe child is in danger.") == "imminent_danger"
