"""The network: its sums, its file, and what it makes of mails however long or odd."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.accounts.examine import LOOKED_AT
from ingest.reading.accounts.find import Named, find_accounts
from ingest.reading.network import telling, telling_words
from ingest.reading.network.features import BUCKETS, rows_of_word
from ingest.reading.network.model import FILE, Answers, Network, network
from ingest.reading.network.tokens import Token
from ingest.reading.rules import ReadingRules
from store.model import Role

Rows = list[list[float]]
WIDTH = 4
NUMBERS = random.Random(7)  # noqa: S311 - the same each time


def table(*shape: int) -> np.ndarray:
    return np.array(
        [NUMBERS.uniform(-1, 1) for _ in range(math.prod(shape))], dtype=np.float32
    ).reshape(shape)


def small() -> dict[str, np.ndarray]:
    """Give the numbers of a network of one layer."""
    sizes = {
        "begin": (WIDTH, 3 + 2),
        "layers.0.gates": (4 * WIDTH, WIDTH),
        "layers.0.out": (WIDTH, 2 * WIDTH),
        "roles.0": (3, WIDTH),
        "roles.1": (4, 3),
        "attention": (1, WIDTH),
        "urgent.0": (3, 2 * WIDTH),
        "urgent.1": (1, 3),
    }
    numbers = {f"{name}.weight": table(*shape) for name, shape in sizes.items()}
    numbers |= {f"{name}.bias": table(shape[0]) for name, shape in sizes.items()}
    for name in ("norm", "layers.0.norm"):
        numbers |= {f"{name}.weight": table(WIDTH), f"{name}.bias": table(WIDTH)}
    return numbers | {
        "layers.0.beside.weight": table(3, WIDTH),
        "layers.0.beside.bias": table(WIDTH),
        "kinds": table(3, 3),
        "languages": table(2, 2),
        "words.rows": np.array([[1, -2, 3]] * BUCKETS, dtype=np.int8),
        "words.scale": np.array(0.1, dtype=np.float32),
        "names.kinds": np.array(["victim", "account"]),
        "names.languages": np.array(["en"]),
    }


class Slowly:
    """The same sums, number by number, as the documentation of the network says them."""

    def __init__(self, numbers: dict[str, np.ndarray]) -> None:
        self.numbers = numbers

    def linear(self, name: str, given: list[float]) -> list[float]:
        weight, bias = self.numbers[f"{name}.weight"], self.numbers[f"{name}.bias"]
        return [
            sum(float(w) * g for w, g in zip(row, given, strict=True)) + float(b)
            for row, b in zip(weight, bias, strict=True)
        ]

    def norm(self, name: str, given: list[float]) -> list[float]:
        mean = sum(given) / len(given)
        spread = math.sqrt(sum((each - mean) ** 2 for each in given) / len(given) + 1e-5)
        weight, bias = self.numbers[f"{name}.weight"], self.numbers[f"{name}.bias"]
        return [
            (each - mean) / spread * float(w) + float(b)
            for each, w, b in zip(given, weight, bias, strict=True)
        ]

    def layer(self, along: Rows) -> Rows:
        weight, bias = (self.numbers[f"layers.0.beside.{name}"] for name in ("weight", "bias"))
        here = [self.norm("layers.0.norm", row) for row in along]
        empty = [0.0] * WIDTH
        mixed = [
            [
                here[at][n]
                + float(bias[n])
                + sum(
                    float(weight[side][n]) * row[n]
                    for side, row in enumerate(
                        (
                            here[at - 1] if at else empty,
                            here[at],
                            here[at + 1] if at + 1 < len(here) else empty,
                        )
                    )
                )
                for n in range(WIDTH)
            ]
            for at in range(len(here))
        ]
        gates = [self.linear("layers.0.gates", row) for row in mixed]
        carried = [[0.0] * 2 * WIDTH for _ in gates]
        for half, order in ((0, range(len(gates))), (WIDTH, range(len(gates))[::-1])):
            for n in range(half, half + WIDTH):
                value = 0.0
                for at in order:
                    new = sigmoid(gates[at][n])
                    value = (1 - new) * value + new * gates[at][2 * WIDTH + n]
                    carried[at][n] = value
        out = [
            self.linear("layers.0.out", [each * sigmoid(each) for each in row]) for row in carried
        ]
        return [
            [a + b for a, b in zip(one, two, strict=True)]
            for one, two in zip(along, out, strict=True)
        ]


def sigmoid(given: float) -> float:
    return 1 / (1 + math.exp(-given))


def shares(given: list[float]) -> list[float]:
    raised = [math.exp(each) for each in given]
    return [each / sum(raised) for each in raised]


def test_the_sums_are_those_that_it_was_learned_with() -> None:
    numbers = small()
    slowly = Slowly(numbers)
    tokens = [Token(("victim",), "girl"), Token(("account", "odd"), "", 0), Token(("victim",), "?")]
    kinds = numbers["kinds"]
    vectors = [kinds[1] + np.array([0.1, -0.2, 0.3]), kinds[2] + kinds[0], kinds[1]]
    begun = [
        slowly.linear("begin", [*map(float, vector), *map(float, numbers["languages"][1])])
        for vector in vectors
    ]
    read = [slowly.norm("norm", row) for row in slowly.layer(begun)]
    head = [max(0.0, each) for each in slowly.linear("roles.0", read[1])]
    attention = shares([slowly.linear("attention", row)[0] for row in read])
    said = [sum(a * row[n] for a, row in zip(attention, read, strict=True)) for n in range(WIDTH)]
    said += [max(row[n] for row in read) for n in range(WIDTH)]
    danger = [max(0.0, each) for each in slowly.linear("urgent.0", said)]

    answers = Network(numbers).answer(tokens, "en")
    assert answers.roles.tolist() == [
        pytest.approx(shares(slowly.linear("roles.1", head)), abs=1e-5)
    ]
    assert answers.urgent == pytest.approx(sigmoid(slowly.linear("urgent.1", danger)[0]), abs=1e-5)


def test_a_word_is_the_pieces_it_is_made_of() -> None:
    assert set(rows_of_word("en", "daughter")) & set(rows_of_word("de", "daughters"))
    assert rows_of_word("en", "…") == []
    assert set(rows_of_word("ja", "娘")) & set(rows_of_word("ja", "娘の"))
    assert len(rows_of_word("en", "a" * 10_000)) < 60


def named(text: str, language: str | None = "en", subject: str = "") -> Named:
    return find_accounts(
        subject=subject, text=text, signature="", links=(), rules=ReadingRules(), language=language
    )


@given(st.text(max_size=200), st.sampled_from(["en", "zh", "xx", None]))
def test_any_mail_gets_shares_that_add_up(text: str, language: str | None) -> None:
    story = "this account worries me, would you please have a look at it"
    found = named(f"{text} @river_77 {text} {story}", language, subject=text)
    assert found.urgent is not None
    assert 0 <= found.urgent <= 1
    assert all(sum(each.shares) == pytest.approx(1, abs=1e-4) for each in found.seen)


def test_nothing_is_said_of_a_mail_without_words() -> None:
    assert named("", subject=" ").urgent is None


def test_a_long_mail_is_read_to_its_end_and_each_account_by_what_is_around_it() -> None:
    story = "We have been on holiday and the weather was fine, as it had been before. " * 60
    found = named(f"{story}My daughter's own account is @quorra_9. {story}@river_77 writes to her.")
    roles = {each.sighting.account.handle: each.sighting.role for each in found.seen}
    assert roles == {"quorra_9": Role.VICTIM, "river_77": Role.REPORTED}


def test_an_account_beyond_what_is_read_is_told_by_the_clues_around_it() -> None:
    found = named("word " * LOOKED_AT + "My daughter's own account is @quorra_9.")
    (seen,) = found.seen
    assert seen.sighting.role is Role.VICTIM


def test_who_is_spoken_of_far_from_an_account_counts() -> None:
    text = (
        "My nephew is eleven and is called @tomkite5 there. Yesterday somebody wanted to know "
        "which school he goes to, and when he is alone. It was @river_77, who gives no name."
    )
    roles = {each.sighting.account.handle: each.sighting.role for each in named(text).seen}
    assert roles == {"river_77": Role.REPORTED, "tomkite5": Role.VICTIM}


def test_the_file_is_small_and_of_plain_numbers() -> None:
    assert FILE.stat().st_size < 4_000_000
    with np.load(FILE, allow_pickle=False) as numbers:
        assert all(numbers[name].dtype.kind in "fiU" for name in numbers.files)
    assert network() is network()


def test_few_words_are_left_to_rules_and_clues() -> None:
    found = named("my daughter, @quorra_9")
    (seen,) = found.seen
    assert (seen.sighting.role, found.urgent) == (Role.VICTIM, None)
    assert seen.clues


def test_a_child_whose_stalker_nobody_can_name_is_not_the_one_that_is_reported() -> None:
    text = (
        "Good evening, for a week an unknown man has been writing to my daughter every night. "
        "I do not know his name, she deleted everything. Her account is @quorra_9. What can I do?"
    )
    (seen,) = named(text).seen
    assert seen.sighting.role is Role.VICTIM


def test_the_words_that_tell_a_role_are_named_by_their_places() -> None:
    text = "For a week somebody called @river_77 has been writing to my daughter, who is @quorra_9."
    found = named(text, subject="a worry")
    roles = {place: seen.sighting.role for seen in found.seen for place in seen.places}
    spans = telling_words(found.tokens, "en", roles)
    words = {at: [f"a worry\n{text}"[slice(*span)] for span in spans[at]] for at in spans}
    assert list(words) == [0, 1]
    assert "my daughter" in " ".join(words[1]) or "daughter" in words[1]
    assert all(1 <= len(each) <= 4 for each in words.values())
    assert telling_words((), "en", {}) == {}


def test_no_more_words_are_tried_than_a_bound_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    network_alone = network()

    class Counting:
        def answer(self, tokens: Sequence[Token], language: str | None) -> Answers:
            asked.append(len(tokens))
            return network_alone.answer(tokens, language)

    monkeypatch.setattr(telling, "network", Counting)
    tokens = [
        Token(("account",), place=at) if at % 40 == 0 else Token(("word",), "and")
        for at in range(400)
    ]
    telling_words(tokens, "en", {})
    assert len(asked) <= 151
