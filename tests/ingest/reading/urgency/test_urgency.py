"""Urgency by weighed clues: what they are, what they add to the rules, and the reason given."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.urgency import (
    AS_A_WHOLE,
    Urgent,
    by_all,
    joined,
    likelihood,
    look,
    urgency,
    urgency_weights,
)
from ingest.reading.urgency.clues import MAX_LENGTH, MAX_SENTENCES
from ingest.reading.urgency.rules import RULES
from ingest.reading.weights import ALWAYS
from training.marks import URGENT, marked_mails

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))


def test_the_reason_is_a_phrase_of_the_table_and_its_place() -> None:
    text = "Hello,\n\n> > my  daughter\n> > is in    danger"
    assert urgency(text, "en") == Urgent(
        rule="imminent_danger", phrase="in danger", span=(text.index("in "), len(text))
    )


def test_what_the_rules_say_is_hardly_ever_overruled() -> None:
    """So a phrase added to the tables does what its writer expects."""
    urgent = [(text, language) for language in CASES for _, text in CASES[language]["urgent"]]
    calm = [(text, language) for language in CASES for text in CASES[language]["calm"]]
    missed = [text for text, language in urgent if urgency(text, language) is None]
    alarmed = [text for text, language in calm if urgency(text, language)]
    assert len(missed) <= len(urgent) / 100
    assert len(alarmed) <= len(calm) / 50


def test_what_no_rule_says_is_urgent_by_all_together() -> None:
    text = (
        "She told us at breakfast that his car will be at the corner after training and that she "
        "gets in."
    )
    assert look(text, "en").met.most_telling() is None
    urgent = urgency(text, "en")
    assert urgent is not None
    assert text.lower()[slice(*urgent.span)] == urgent.phrase


def test_no_clue_is_named_by_letters_that_only_the_writer_typed() -> None:
    clues = look("We are hoping, hopefullyzebra, that she meets nobody tonight", "en").clues
    lists = [sign.phrase for clue, sign in clues.items() if clue.startswith(("list", "last"))]
    assert any("hope" in phrase for phrase in lists)
    assert not any("zebra" in phrase for phrase in lists)


def test_nothing_speaks_for_urgency_in_an_empty_text() -> None:
    assert urgency("", None) is None
    assert look("", None).clues == {}


@pytest.mark.parametrize(
    "text",
    [
        "I am in danger now, please help.",
        "This account worries me: @name_1\n\nI am in danger now, please help.",
        "I do not want to live any more",
        "My daughter has run away",
        "hilfe ich bin in gefahr",
        "estoy en peligro ahora mismo",
    ],
)
def test_nobodys_plain_words_are_passed_over(text: str) -> None:
    assert urgency(text) is not None


def test_names_say_nothing_of_danger() -> None:
    assert urgency("Look at @in_danger and https://chirper.example/in-danger please", "en") is None


def test_what_is_too_long_to_be_weighed_is_judged_by_rules() -> None:
    calm = "This account worries me a little.\n" * 1_000
    assert len(calm) > MAX_LENGTH
    assert urgency(calm, "en") is None
    assert urgency(calm + "She is in danger", "en") is not None


def test_a_language_of_which_nothing_is_met_gives_way_to_one_that_is() -> None:
    assert urgency("She is in danger", "zh") == urgency("She is in danger", "en")


def test_as_many_clues_as_a_bound_allows_are_looked_at() -> None:
    looked = look("come tonight! " * 50_000, "en")
    assert len(looked.clues) < 200
    ends = [sign.end for sign in looked.clues.values() if not sign.group]
    assert max(ends) <= MAX_SENTENCES * len("come tonight! ")


@given(st.text(max_size=300), st.sampled_from(["en", "ja", "xx", None]))
def test_any_text_has_a_likelihood_and_places_within_it(text: str, language: str | None) -> None:
    looked = look(text, language)
    assert 0 <= likelihood(looked.clues) <= 1
    assert all(
        0 <= sign.start <= sign.end <= len(looked.flat.text) for sign in looked.clues.values()
    )
    found = urgency(text, language)
    assert found is None or 0 <= found.span[0] <= found.span[1] <= len(text)


def test_weights_are_of_clues_that_there_are() -> None:
    """Clues that change their names leave weights behind that nothing meets."""
    mails = [*marked_mails(URGENT)]
    seen = {
        clue
        for mail in mails
        for clue in look(mail.text.text, mail.language).clues
        if ": " not in clue
    }
    named = {clue for clue in urgency_weights() if ": " not in clue and clue != ALWAYS}
    assert len(seen & named) > 0.8 * len(named)


def test_mails_that_cannot_wait_are_mostly_told_from_those_that_can() -> None:
    told = [
        (mail.urgent, urgency(mail.text.text, mail.language) is not None)
        for mail in marked_mails(URGENT)
    ]
    right = sum(urgent is found for urgent, found in told)
    assert right / len(told) > 0.9


def test_what_the_network_reads_counts_as_much_as_the_clues() -> None:
    calm = look("He asked her which music she likes, and she told him.", "en")
    assert likelihood(calm.clues) < 0.2
    assert by_all(calm, 0.99) is not None
    assert by_all(calm, 0.1) is None
    assert joined(0.5, 0.9) == pytest.approx(0.75)
    assert 0 < joined(0.0, 0.0) < joined(1.0, 1.0) < 1


def test_plain_words_of_danger_need_little_more() -> None:
    """The network has read little else than mails; a cry for help may be like none of them."""
    plain = look("She is in danger", "en")
    assert by_all(plain, 0.02) is not None


@given(st.text(max_size=100), st.sampled_from(["en", "ja", "xx", None]))
def test_what_only_the_network_finds_has_a_reason_too(text: str, language: str | None) -> None:
    found = by_all(look(text, language), 1.0)
    assert found is not None
    assert found.rule in RULES
    assert found.phrase
    assert 0 <= found.span[0] <= found.span[1] <= len(text)
    assert by_all(look("", language), 1.0) == Urgent(
        rule="imminent_danger", phrase=AS_A_WHOLE, span=(0, 0)
    )
