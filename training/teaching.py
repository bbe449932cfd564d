"""Teaching the network, and how well it then reads mails that were kept back."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import torch
from torch import nn
from torch.nn import functional

from ingest.reading.accounts.merging import roles_of
from ingest.reading.accounts.weighing import ROLES, Shares, together
from training import urgent
from training.judging import Told
from training.lessons import Lesson, some_hidden
from training.network import Known, LearningNetwork, Row, row_of

# How often all mails are gone through, how many are taken at a time, how fast it learns.
ROUNDS: Final = 6
_AT_A_TIME: Final = 48
_FASTEST: Final = 2e-3
_WARMING: Final = 0.15
_DECAY: Final = 1e-4
# How much urgency counts beside the roles.
_URGENCY: Final = 0.5
# Nothing is learned to be quite sure.
_UNSURE: Final = 0.03
# Mails of a like length are taken together, give or take so many tokens.
_LIKE: Final = 20


def teach(lessons: Sequence[Lesson], say: Callable[[str], None]) -> LearningNetwork:
    """Learn from all lessons."""
    torch.manual_seed(0)
    random.seed(0)
    known = Known.of(lessons)
    steps = ROUNDS * (len(lessons) // _AT_A_TIME + 1)
    learning = LearningNetwork(known)
    optimizer = torch.optim.AdamW(learning.parameters(), lr=_FASTEST, weight_decay=_DECAY)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _FASTEST, total_steps=steps, pct_start=_WARMING
    )
    learning.train()
    for number in range(ROUNDS):
        losses = []
        rows = (row_of(some_hidden(lesson), known) for lesson in lessons if lesson.tokens)
        for some in _batches(rows):
            loss = _loss(learning, some)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learning.parameters(), 1.0)
            optimizer.step()
            pace.step()
            losses.append(loss.item())
        say(f"round {number + 1} of {ROUNDS}: loss {sum(losses) / len(losses):.3f}")
    return learning.eval()


def _batches(rows: Iterable[Row]) -> list[list[Row]]:
    ordered = sorted(rows, key=lambda row: len(row.kinds) + random.random() * _LIKE)  # noqa: S311
    found = [ordered[at : at + _AT_A_TIME] for at in range(0, len(ordered), _AT_A_TIME)]
    random.shuffle(found)
    return found


def _loss(learning: LearningNetwork, rows: Sequence[Row]) -> torch.Tensor:
    roles, dangers = learning(rows)
    loss = torch.zeros(())
    right = torch.tensor([role for row in rows for role in row.roles], dtype=torch.long)
    if len(right):
        loss = loss + functional.cross_entropy(roles, right, label_smoothing=_UNSURE)
    counts = torch.tensor([row.lesson.counts * (row.lesson.urgent is not None) for row in rows])
    answers = torch.tensor([float(row.lesson.urgent or 0) for row in rows])
    answers = answers * (1 - _UNSURE) + (1 - answers) * _UNSURE
    wrong = functional.binary_cross_entropy_with_logits(dangers, answers, reduction="none")
    return loss + _URGENCY * (wrong * counts).mean()


def judged(
    learning: LearningNetwork, lessons: Sequence[Lesson], at_least: float
) -> tuple[list[Told], list[urgent.Told]]:
    """Tell roles and urgency of mails, as reading does."""
    roles: list[Told] = []
    dangers: list[urgent.Told] = []
    for row, shares, danger in _read(learning, lessons):
        roles += _roles(row, shares)
        if row.lesson.urgent is not None:
            dangers.append(urgent.Told(row.lesson.urgent, danger >= at_least))
    return roles, dangers


def _read(
    learning: LearningNetwork, lessons: Sequence[Lesson]
) -> Iterator[tuple[Row, list[Shares], float]]:
    rows = [row_of(lesson, learning.known) for lesson in lessons if lesson.tokens]
    with torch.no_grad():
        for at in range(0, len(rows), _AT_A_TIME):
            some = rows[at : at + _AT_A_TIME]
            roles, dangers = learning(some)
            shares = iter(torch.softmax(roles, 1).tolist())
            for row, danger in zip(some, torch.sigmoid(dangers).tolist(), strict=True):
                yield row, [tuple(next(shares)) for _ in row.places], danger


def _roles(row: Row, shares: Sequence[Shares]) -> Iterator[Told]:
    seen: dict[tuple[str, str], list[Shares]] = defaultdict(list)
    right: dict[tuple[str, str], int] = {}
    for at, role, share in zip(row.places, row.roles, shares, strict=True):
        place = row.lesson.tokens[at].place
        account = row.lesson.accounts[place or 0]
        seen[account].append(share)
        right.setdefault(account, role)
    told = roles_of([together(each) for each in seen.values()])
    return (Told(ROLES[right[account]], role) for account, role in zip(seen, told, strict=True))
