"""The network itself: from a row of tokens to the roles at its places, and to the urgency.

Each token is a vector: the sum of those of its kinds, and the mean of those of its word's pieces.
Layers carry along it what was read, from the beginning to the end and back (a gated recurrence as
in minGRU, Feng et al., "Were RNNs All We Needed?", 2024): what stands at a place depends on the
whole mail. ``training/network.py`` learns the numbers in ``network.npz``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.reading.network.features import rows_of_word
from ingest.reading.network.tokens import Token

Array = NDArray[np.float32]

FILE: Final = Path(__file__).with_name("network.npz")
# Beyond these the exponential function says nothing more.
_FAR: Final = 30.0
_SMALL: Final = 1e-5
# The row of the kinds and languages that were not met when it was learned.
UNKNOWN: Final = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What the network says: the shares of each place's roles, and how likely it is urgent."""

    roles: Array
    urgent: float


class Network:
    """A network with its numbers, by the names that training gives them."""

    def __init__(self, numbers: dict[str, NDArray[np.generic]]) -> None:
        self._kinds = {str(kind): row for row, kind in enumerate(numbers["names.kinds"], start=1)}
        self._languages = {
            str(name): row for row, name in enumerate(numbers["names.languages"], start=1)
        }
        self._words = numbers["words.rows"]
        self._scale = numbers["words.scale"].astype(np.float32)
        self._numbers: dict[str, Array] = {
            name: table.astype(np.float32)
            for name, table in numbers.items()
            if not name.startswith(("names.", "words."))
        }
        self._layers = len({name.split(".")[1] for name in numbers if name.startswith("layers.")})

    def answer(self, tokens: Sequence[Token], language: str | None) -> Answers:
        """Read a row of tokens; there has to be one. The roles are in the order of the places."""
        read = self._norm("norm", self._read(self._vectors(tokens, language or "?")))
        places = [at for at, token in enumerate(tokens) if token.place is not None]
        roles = self._linear("roles.1", _relu(self._linear("roles.0", read[places])))
        attention = _shares(self._linear("attention", read)[:, 0])
        said = np.concatenate([attention @ read, read.max(axis=0)])
        urgent = self._linear("urgent.1", _relu(self._linear("urgent.0", said)))
        return Answers(_shares(roles), float(_gate(urgent)[0]))

    def _vectors(self, tokens: Sequence[Token], language: str) -> Array:
        table = self._numbers["kinds"]
        rows = [[self._kinds.get(kind, UNKNOWN) for kind in token.kinds] for token in tokens]
        vectors = _sums(table, rows)
        words = [rows_of_word(language, token.word) for token in tokens]
        at = [number for number, pieces in enumerate(words) if pieces]
        if at:
            pieces = [words[number] for number in at]
            lengths = np.array([len(each) for each in pieces], dtype=np.float32)
            vectors[at] += _sums(self._words, pieces) * self._scale / lengths[:, None]
        spoken = self._numbers["languages"][self._languages.get(language, UNKNOWN)]
        whole = np.concatenate([vectors, np.broadcast_to(spoken, (len(tokens), len(spoken)))], 1)
        return self._linear("begin", whole)

    def _read(self, along: Array) -> Array:
        for number in range(self._layers):
            along = along + self._layer(f"layers.{number}", along)
        return along

    def _layer(self, name: str, along: Array) -> Array:
        size = along.shape[1]
        here = self._norm(f"{name}.norm", along)
        here = here + self._beside(name, here)
        gates = self._linear(f"{name}.gates", here)
        new = _gate(gates[:, : 2 * size])
        carried = _carried(1 - new, new * gates[:, 2 * size :], size)
        return self._linear(f"{name}.out", carried * _gate(carried))

    def _beside(self, name: str, here: Array) -> Array:
        """Weigh each token's neighbours, number by number."""
        weights = self._numbers[f"{name}.beside.weight"]
        mixed: Array = weights[1] * here + self._numbers[f"{name}.beside.bias"]
        mixed[1:] += weights[0] * here[:-1]
        mixed[:-1] += weights[2] * here[1:]
        return mixed

    def _linear(self, name: str, given: Array) -> Array:
        found: Array = given @ self._numbers[f"{name}.weight"].T + self._numbers[f"{name}.bias"]
        return found

    def _norm(self, name: str, given: Array) -> Array:
        centred = given - given.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(_SMALL))
        found: Array = (
            centred / spread * self._numbers[f"{name}.weight"] + self._numbers[f"{name}.bias"]
        )
        return found


@cache
def network() -> Network:
    """Load the network."""
    with np.load(FILE, allow_pickle=False) as numbers:
        return Network(dict(numbers))


def _sums(table: NDArray[np.generic], rows: Sequence[Sequence[int]]) -> Array:
    """Add up rows of a table, for each of several lists; none is empty."""
    starts = np.cumsum([0, *map(len, rows[:-1])])
    flat = np.array([row for each in rows for row in each])
    found: Array = np.add.reduceat(table[flat].astype(np.float32), starts, axis=0)
    return found


def _carried(kept: Array, new: Array, size: int) -> Array:
    """Carry along: one half of the numbers from the beginning, the other from the end."""
    kept = np.concatenate([kept[:, :size], kept[::-1, size:]], 1)
    new = np.concatenate([new[:, :size], new[::-1, size:]], 1)
    for at in range(1, len(new)):
        new[at] += kept[at] * new[at - 1]
    return np.concatenate([new[:, :size], new[::-1, size:]], 1)


def _gate(given: Array) -> Array:
    return np.reciprocal(np.exp(-np.clip(given, -_FAR, _FAR)) + np.float32(1))


def _relu(given: Array) -> Array:
    return np.maximum(given, 0)


def _shares(given: Array) -> Array:
    raised = np.exp(given - given.max(axis=-1, keepdims=True, initial=-np.inf))
    found: Array = raised / raised.sum(axis=-1, keepdims=True)
    return found
