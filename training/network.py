"""The network as it is learned: the same sums as in ``ingest/reading/network/model.py``.

The names of its parts are those of the numbers in the file. Besides what it needs to learn
(dropout), a token's word, some of its kinds, and the mail's language are left out now and then, so
that it gets by without them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ingest.reading.accounts.weighing import ROLES
from ingest.reading.network.features import BUCKETS, rows_of_word
from ingest.reading.network.model import UNKNOWN
from training.lessons import Lesson

WIDTH: Final = 128
LAYERS: Final = 3
_OF_TOKEN: Final = 64
_OF_LANGUAGE: Final = 8
_OF_HEAD: Final = 96
# What is left out while learning: of all numbers, of words, kinds, languages.
_DROPPED: Final = 0.3
_WORDLESS: Final = 0.4
_UNKNOWN_KINDS: Final = 0.02
_UNKNOWN_LANGUAGES: Final = 0.05
# A kind that is seen less often than this is not known.
MIN_SEEN: Final = 5


@dataclass(frozen=True, slots=True)
class Known:
    """The kinds of tokens and the languages that have rows."""

    kinds: dict[str, int]
    languages: dict[str, int]

    @classmethod
    def of(cls, lessons: Iterable[Lesson]) -> Known:
        """Take what is met often enough; row 0 stands for all else."""
        kinds: Counter[str] = Counter()
        languages: set[str] = set()
        for lesson in lessons:
            languages.add(lesson.language)
            kinds.update(kind for token in lesson.tokens for kind in token.kinds)
        often = sorted(kind for kind, count in kinds.items() if count >= MIN_SEEN)
        return cls(_numbered(often), _numbered(sorted(languages - {"?"})))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, start=1)}


@dataclass(frozen=True, slots=True)
class Row:
    """A lesson in numbers of rows."""

    lesson: Lesson
    kinds: tuple[tuple[int, ...], ...]
    words: tuple[tuple[int, ...], ...]
    language: int
    # Where in the row of tokens the places of accounts are whose roles are told, and these roles.
    places: tuple[int, ...]
    roles: tuple[int, ...]


def row_of(lesson: Lesson, known: Known) -> Row:
    """Give a lesson in numbers."""
    told = [
        (at, token.place)
        for at, token in enumerate(lesson.tokens)
        if token.place is not None and token.place in lesson.roles
    ]
    return Row(
        lesson=lesson,
        kinds=tuple(
            tuple(known.kinds.get(kind, UNKNOWN) for kind in token.kinds) for token in lesson.tokens
        ),
        words=tuple(tuple(rows_of_word(lesson.language, token.word)) for token in lesson.tokens),
        language=known.languages.get(lesson.language, UNKNOWN),
        places=tuple(at for at, _ in told),
        roles=tuple(ROLES.index(lesson.roles[place]) for _, place in told),
    )


class _Beside(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, WIDTH) * 0.3)
        self.bias = nn.Parameter(torch.zeros(WIDTH))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        empty = torch.zeros_like(given[:, :1])
        before = torch.cat([empty, given[:, :-1]], 1)
        after = torch.cat([given[:, 1:], empty], 1)
        return self.weight[0] * before + self.weight[1] * given + self.weight[2] * after + self.bias


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.beside = _Beside()
        self.gates = nn.Linear(WIDTH, 4 * WIDTH)
        self.out = nn.Linear(2 * WIDTH, WIDTH)
        # Much is kept at first, so that what stands far off is learned from, too.
        nn.init.constant_(self.gates.bias[: 2 * WIDTH], -1.0)

    def forward(self, along: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        here = self.norm(along) * there
        here = here + self.beside(here)
        gates, new = self.gates(here).split([2 * WIDTH, 2 * WIDTH], 2)
        gates = torch.sigmoid(gates) * there
        carried = _carried(1 - gates, gates * new)
        return along + functional.dropout(
            self.out(functional.silu(carried)), _DROPPED, self.training
        )


def _turned(given: torch.Tensor) -> torch.Tensor:
    return torch.cat([given[:, :, :WIDTH], given[:, :, WIDTH:].flip(1)], 2)


def _carried(kept: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    carried = torch.zeros_like(new[:, 0])
    rows = []
    for keeps, adds in zip(_turned(kept).unbind(1), _turned(new).unbind(1), strict=True):
        carried = torch.addcmul(adds, keeps, carried)
        rows.append(carried)
    return _turned(torch.stack(rows, 1))


class LearningNetwork(nn.Module):
    """The network with the parts that are learned."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known
        self.kinds = nn.EmbeddingBag(len(known.kinds) + 1, _OF_TOKEN, mode="sum")
        self.words = nn.EmbeddingBag(BUCKETS, _OF_TOKEN, mode="mean")
        self.languages = nn.Embedding(len(known.languages) + 1, _OF_LANGUAGE)
        nn.init.normal_(self.kinds.weight, 0, 0.2)
        nn.init.normal_(self.words.weight, 0, 0.05)
        self.begin = nn.Linear(_OF_TOKEN + _OF_LANGUAGE, WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.roles = nn.ModuleList([nn.Linear(WIDTH, _OF_HEAD), nn.Linear(_OF_HEAD, len(ROLES))])
        self.attention = nn.Linear(WIDTH, 1)
        self.urgent = nn.ModuleList([nn.Linear(2 * WIDTH, _OF_HEAD), nn.Linear(_OF_HEAD, 1)])

    def forward(self, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
        """Give what speaks for each role at all places of all rows, and for urgency of each row."""
        longest = max(len(row.kinds) for row in rows)
        lengths = torch.tensor([len(row.kinds) for row in rows])
        there = torch.arange(longest)[None] < lengths[:, None]
        read = self._vectors(rows, longest)
        for layer in self.layers:
            read = layer(read, there[:, :, None].float())
        read = self._dropped(self.norm(read))
        places = [number * longest + at for number, row in enumerate(rows) for at in row.places]
        at_places = read.reshape(-1, WIDTH)[torch.tensor(places, dtype=torch.long)]
        attention = self.attention(read)[:, :, 0].masked_fill(~there, -1e9)
        weighed = (torch.softmax(attention, 1)[:, :, None] * read).sum(1)
        most = read.masked_fill(~there[:, :, None], -1e9).max(1)[0]
        said = torch.cat([weighed, most], 1)
        return self._head(self.roles, at_places), self._head(self.urgent, said)[:, 0]

    def _head(self, head: nn.ModuleList, given: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = head[1](self._dropped(torch.relu(head[0](given))))
        return found

    def _dropped(self, given: torch.Tensor) -> torch.Tensor:
        return functional.dropout(given, _DROPPED, self.training)

    def _vectors(self, rows: Sequence[Row], longest: int) -> torch.Tensor:
        kinds = self.kinds(*_bags(self._kinds(rows, longest)))
        words = self.words(*_bags(self._words(rows, longest)))
        vectors = self._dropped(kinds + words).view(len(rows), longest, -1)
        spoken = [UNKNOWN if self._left_out(_UNKNOWN_LANGUAGES) else row.language for row in rows]
        languages = self.languages(torch.tensor(spoken))[:, None].expand(-1, longest, -1)
        begun: torch.Tensor = self.begin(torch.cat([vectors, languages], 2))
        return begun

    def _kinds(self, rows: Sequence[Row], longest: int) -> Iterator[Iterable[int]]:
        for row in rows:
            for kinds in row.kinds:
                yield [UNKNOWN if self._left_out(_UNKNOWN_KINDS) else kind for kind in kinds]
            yield from [()] * (longest - len(row.kinds))

    def _words(self, rows: Sequence[Row], longest: int) -> Iterator[Iterable[int]]:
        for row in rows:
            for pieces in row.words:
                yield () if self._left_out(_WORDLESS) else pieces
            yield from [()] * (longest - len(row.words))

    def _left_out(self, share: float) -> bool:
        return self.training and random.random() < share  # noqa: S311 - no secret

    def numbers(self) -> dict[str, np.ndarray]:
        """Give the numbers as they stand in the file: halves, and octets for those of words."""
        words = self.words.weight.detach().numpy()
        scale = np.abs(words).max() / 127
        parts = {
            name.removesuffix(".weight")
            if name in {"kinds.weight", "languages.weight"}
            else name: (value.detach().numpy().astype(np.float16))
            for name, value in self.state_dict().items()
            if name != "words.weight"
        }
        return {
            **parts,
            "words.rows": np.round(words / scale).astype(np.int8),
            "words.scale": np.array(scale, dtype=np.float32),
            "names.kinds": np.array([*self.known.kinds]),
            "names.languages": np.array([*self.known.languages]),
        }


def _bags(lists: Iterable[Iterable[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Put lists of rows one after another, with where each begins."""
    flat: list[int] = []
    starts: list[int] = []
    for each in lists:
        starts.append(len(flat))
        flat += each
    return torch.tensor(flat, dtype=torch.long), torch.tensor(starts, dtype=torch.long)
