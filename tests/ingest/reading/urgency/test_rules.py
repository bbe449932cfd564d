from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import notifier
from ingest.reading.flat import flatten
from ingest.reading.phrases import table
from ingest.reading.urgency.rules import PAIRS, RULES, Hit, meet

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))


def found_in(text: str) -> Hit | None:
    return meet(flatten(text)).most_telling()


def rule_of(text: str) -> str | None:
    found = found_in(text)
    return found.rule if found else None


@pytest.mark.parametrize("language", CASES)
def test_what_cannot_wait_is_seen_in_each_language(language: str) -> None:
    found = {text: rule_of(text) for _, text in CASES[language]["urgent"]}
    assert found == {text: rule for rule, text in CASES[language]["urgent"]}


@pytest.mark.parametrize("language", CASES)
def test_what_can_wait_is_not_taken_for_urgent(language: str) -> None:
    assert [text for text in CASES[language]["calm"] if found_in(text)] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("She is in danger.", "imminent_danger"),
        ("Meine Tochter ist in Gefahr", "imminent_danger"),
        ("Ma fille est en   danger", "imminent_danger"),
        ("mi hija está EN PELIGRO", "imminent_danger"),
        ("my son has run away", "child_missing"),
        ("he wants to meet, she is in danger", "imminent_danger"),
        ("nobody is here. She is in danger", "imminent_danger"),
        ("she\u2019s talking of self-harm", "self_harm"),
        ("he wants\nto meet her", "meeting_planned"),
        ("meet\n\nher tomorrow", None),
        ("I hope she is safe now, she is missing", "child_missing"),
        ("She is missing. We hope she is found safe and is back home soon", "child_missing"),
        ("endangered birds", None),
        ("", None),
    ],
)
def test_the_most_urgent_rule_is_named(text: str, rule: str | None) -> None:
    assert rule_of(text) == rule


def test_the_reason_is_a_phrase_of_the_table_and_its_place() -> None:
    flat = flatten("Hello,\n\n> > my  daughter\n> > is in    danger")
    hit = meet(flat).most_telling()
    assert hit is not None
    assert (hit.rule, hit.phrase) == ("imminent_danger", "in danger")
    assert flat.text[hit.start : hit.end] == "in danger"


def test_the_reason_of_two_phrases_names_both() -> None:
    found = found_in("On Friday they meet up at the old mill")
    assert found is not None
    assert (found.rule, found.phrase) == ("meeting_planned", "meet up + on friday")


def test_two_phrases_in_two_sentences_are_no_reason() -> None:
    assert found_in("On Friday I saw it. They meet up online in a game.") is None


def test_every_language_has_every_list() -> None:
    lists = table("urgency")
    names = {*RULES, *(name for _, *pair, _ in PAIRS for name in pair)}
    names |= {"no", "no_after", "yes", "but", "over", "past", "what_if", "hope", "harmless"}
    names |= {"alarm", "business", "family", "account", "unknown"}
    assert all(lists[language].keys() - {"no_ending"} == names for language in lists)
    assert len(lists) == 18


def test_a_flood_of_phrases_is_looked_at_up_to_a_bound() -> None:
    met = meet(flatten("not in danger, " * 20_000))
    assert (len(met.hits), met.stands()) == (400, [])


RECEIPTS = sorted((Path(notifier.__file__).parent / "templates").glob("*/receipt*"))


@pytest.mark.parametrize("path", RECEIPTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("mark", ["", "> ", "  "])
def test_our_own_receipt_is_not_urgent_when_it_is_quoted(path: Path, mark: str) -> None:
    receipt = path.read_text(encoding="utf-8")
    quoted = "\n".join(mark + line for line in ["I am away.", *receipt.splitlines()])
    assert rule_of(quoted) is None
    assert rule_of(quoted + "\nThe child is in danger.") == "imminent_danger"
