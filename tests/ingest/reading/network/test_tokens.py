"""A mail as tokens: what the network is given, and what it is not."""

from __future__ import annotations

from ingest.reading.accounts.examine import LOOKED_AT, Asked, examine
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.network.tokens import MAX_TOKENS, PART_ENDS, Piece, Token, tokens_of
from ingest.reading.rules import ReadingRules
from ingest.reading.urgency import look, signs_in


def tokens(subject: str, text: str, language: str = "en") -> list[Token]:
    asked = Asked(platforms=platforms_for(ReadingRules().home), language=language, in_danger=False)
    pieces = [Piece(examine(subject, asked), 0), Piece(examine(text, asked), len(subject) + 1)]
    signs = signs_in(look(f"{subject}\n{text}", language), language)
    return list(tokens_of(pieces, signs))


def accounts(found: list[Token]) -> list[Token]:
    return [token for token in found if token.place is not None]


def test_no_handle_and_no_figures_are_among_the_words() -> None:
    found = tokens("@river_77", "Hello, @river_77 and https://chirper.example/quorra_9 wrote at 5")
    words = " ".join(token.word for token in found)
    assert [word for word in words.split() if word.isalpha()] == ["hello", "and", "wrote", "at"]


def test_an_account_has_one_number_in_all_parts_of_a_mail_and_a_place_for_each_time() -> None:
    found = accounts(tokens("@river_77", "@quorra_9 is with you, @river_77 too, on Instagram @x_1"))
    assert [token.place for token in found] == [0, 1, 2, 3]
    numbers = [next(kind for kind in token.kinds if kind[-1].isdigit()) for token in found]
    assert numbers == ["account 1", "account 2", "account 1", "account 3"]
    assert ["home" in token.kinds for token in found] == [True, True, True, False]
    assert "elsewhere" in found[-1].kinds


def test_a_word_names_its_kinds_and_what_urgency_sees_in_it() -> None:
    kinds = {token.word: token.kinds for token in tokens("", "My daughter is missing since noon")}
    assert "victim_f" in kinds["daughter"]
    assert "rule child_missing met" in kinds["missing"]


def test_what_urgency_sees_stays_at_its_words_after_a_subject_and_zero_width_signs() -> None:
    found = tokens("please help \u200b", "this is @quorra_9 \u200b\u200b and she is missing")
    seen = {token.word for token in found if "rule child_missing met" in token.kinds}
    assert "missing" in seen
    assert "help" not in seen


def test_a_name_tells_which_account_is_named_like_it() -> None:
    found = tokens("", "our daughter Quorra is @quorra_9, not @river_77")
    named = next(token for token in found if token.word == "quorra")
    assert "akin to account 1" in named.kinds
    assert "akin to account 2" not in named.kinds


def test_each_part_ends_and_no_more_is_read_of_it_than_a_bound_allows() -> None:
    found = tokens("why " * 5_000, "a " * LOOKED_AT)
    ends = [at for at, token in enumerate(found) if token.kinds == (PART_ENDS,)]
    assert ends == [MAX_TOKENS, 2 * MAX_TOKENS + 1]
