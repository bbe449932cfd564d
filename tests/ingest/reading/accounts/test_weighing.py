"""Clues to a role, what they weigh, and how sure an account's role is by them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.accounts.examine import Asked, examine
from ingest.reading.accounts.find import find_accounts
from ingest.reading.accounts.hits import A_GUESS
from ingest.reading.accounts.merging import roles_of
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.weighing import role_weights, together, weigh
from ingest.reading.rules import ReadingRules
from ingest.reading.weights import ALWAYS
from store.model import Role, Sighting
from training.marks import marked_mails

SHARES = st.lists(st.floats(0.001, 1), min_size=4, max_size=4).map(
    lambda parts: tuple(part / sum(parts) for part in parts)
)


def clues_of(text: str, number: int = 0, language: str = "en") -> set[str]:
    platforms = platforms_for(ReadingRules().home)
    found = examine(text, Asked(platforms=platforms, language=language, in_danger=False))
    return found.clues.of(number)


def sightings(text: str, language: str = "en") -> dict[str | None, Sighting]:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    return {each.account.handle: each for each in named.sightings}


def test_clues_name_kinds_of_words_and_no_word_of_the_mail() -> None:
    clues = clues_of("Zebra crossing: my daughter Quorra is @quorra_9, xylophones")
    text = " ".join(clues).lower()
    assert not any(word in text for word in ("zebra", "quorra", "xylophones", "crossing"))
    assert {"akin here", "rules victim", "right ,"} <= clues


def test_the_same_said_in_two_languages_gives_the_same_clues() -> None:
    english = clues_of("he wrote to my daughter, @kid_1")
    german = clues_of("er schrieb meiner Tochter, @kid_1", language="de")
    assert {"b0 ,", "b1 victim_f", "rules victim", "left ,"} <= english & german


def test_all_weights_are_of_all_roles_and_some_clue_is_always_there() -> None:
    weights = role_weights()
    assert len(weights[ALWAYS]) == 4
    assert {len(row) for row in weights.values()} == {4}


def test_the_clues_of_the_marked_mails_are_those_that_have_weights() -> None:
    # A clue whose name has changed would have no weight any more.
    weights = role_weights()
    mail = next(mail for mail in marked_mails() if len(mail.text.marks) > 1)
    clues = clues_of(mail.text.text, 1, mail.language)
    assert sum(clue in weights for clue in clues) > len(clues) / 3


@given(SHARES, SHARES)
def test_what_two_sightings_say_goes_together(
    one: tuple[float, ...], two: tuple[float, ...]
) -> None:
    both = together([one, two])
    assert sum(both) == pytest.approx(1)
    if one.index(max(one)) == two.index(max(two)):
        # Equal up to rounding, when two roles are equally likely in each.
        assert both[one.index(max(one))] == pytest.approx(max(both))
    assert together([one]) == pytest.approx(one)


@given(st.sets(st.sampled_from(sorted(role_weights()))))
def test_shares_add_up_to_one(clues: set[str]) -> None:
    shares = weigh(clues)
    assert sum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)


def test_of_two_accounts_the_likelier_one_is_reported() -> None:
    child, maybe = (0.1, 0.0, 0.9, 0.0), (0.4, 0.0, 0.6, 0.0)
    assert roles_of([child, maybe]) == [Role.VICTIM, Role.REPORTED]


def test_in_doubt_an_account_is_rather_a_childs_than_the_one_that_is_reported() -> None:
    plain, doubtful = (0.9, 0.0, 0.1, 0.0), (0.55, 0.0, 0.45, 0.0)
    assert roles_of([plain, doubtful]) == [Role.REPORTED, Role.VICTIM]
    assert roles_of([doubtful]) == [Role.REPORTED]


def test_a_lone_account_that_is_a_childs_stays_one() -> None:
    assert roles_of([(0.2, 0.0, 0.8, 0.0)]) == [Role.VICTIM]


def test_who_is_plainly_reported_is_so_with_full_confidence() -> None:
    found = sightings("Please look at @dark_wolf, he writes to children.")
    assert (found["dark_wolf"].role, found["dark_wolf"].confidence) == (Role.REPORTED, 0.8)


def test_an_account_that_may_be_somebody_elses_is_a_guess() -> None:
    # What has no words around it but stands beside a child's own is whose? Nobody can say.
    assert any(
        each.role is Role.REPORTED and each.method == "mention" and each.confidence == A_GUESS
        for mail in marked_mails(Path(__file__).parents[4] / "training" / "mails")
        for each in sightings(mail.text.text, mail.language).values()
    )
