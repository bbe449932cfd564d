"""Tables for people: the figures beside what they must reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from tests.scoring import measures, score
from tests.scoring.measures import Figures, Share, Tally
from tests.scoring.score import Scored

Row = tuple[str, str, Callable[[Figures], str]]


def _percent(value: float) -> str:
    return f"{value:.3f}"


def _share(each: Share) -> str:
    return f"{_percent(each.value)}  ({each.part}/{each.whole})" if each.whole else "-"


def _precision(each: Tally) -> str:
    return f"{_percent(each.precision)}  ({each.right}/{each.found})" if each.found else "-"


def _recall(each: Tally) -> str:
    return f"{_percent(each.recall)}  ({each.right}/{each.expected})" if each.expected else "-"


ROWS: tuple[Row, ...] = (
    ("mails", "", lambda f: str(f.mails)),
    ("reported accounts, precision", "0.97", lambda f: _precision(f.reported)),
    ("reported accounts, recall", "0.97", lambda f: _recall(f.reported)),
    ("reported accounts, F1", "", lambda f: _percent(f.reported.f1)),
    ("profile URLs, precision", "0.99", lambda f: _precision(f.by_url)),
    ("profile URLs, recall", "0.99", lambda f: _recall(f.by_url)),
    ("reporter or victim given as reported", "< 0.02", lambda f: _none(f.wronged)),
    ("roles of the accounts found", "", lambda f: _share(f.roles)),
    ("kind", "0.98", lambda f: _share(f.kinds)),
    ("people answered", "0.97", lambda f: _share(f.people_answered)),
    ("people answered, reports only", "", lambda f: _share(f.reports_answered)),
    ("machines answered", "0", lambda f: _none(f.machines_answered)),
    ("language", "0.97", lambda f: _share(f.languages)),
    ("urgent, precision", "0.85", lambda f: _precision(f.urgent)),
    ("urgent, recall", "0.95", lambda f: _recall(f.urgent)),
    ("name of the urgency", "", lambda f: _share(f.urgency_names)),
    ("category", "", lambda f: _share(f.categories)),
    ("words alike (0.90 and more)", "0.95", lambda f: _share(f.words_alike)),
    ("words, mean likeness", "", lambda f: _percent(f.words_mean)),
    ("mails at which reading failed", "0", lambda f: str(f.failed)),
)
"""What is told of a half, with the bar it must reach."""


def _none(each: Share) -> str:
    """A share that is good when it is nothing: of no mails it is nothing, not all."""
    return f"{_percent(each.part / each.whole)}  ({each.part}/{each.whole})" if each.whole else "-"


def print_halves(console: Console, halves: dict[str, list[Scored]]) -> None:
    """Print the figures of each half side by side."""
    table = Table(title="Reading, on the labelled corpus", title_justify="left")
    table.add_column("figure")
    table.add_column("bar", justify="right")
    for name in halves:
        table.add_column(name, justify="right")
    figures = [score.figures_of(mails) for mails in halves.values()]
    for label, bar, shown in ROWS:
        table.add_row(label, bar, *(shown(each) for each in figures))
    console.print(table)


def print_groups(console: Console, title: str, groups: dict[str, Figures]) -> None:
    """Print one line for each language, trait or client."""
    table = Table(title=title, title_justify="left")
    table.add_column(title.rpartition(" ")[2])
    for name in ("mails", "prec.", "recall", "F1", "wronged", "kind", "lang.", "words", "urgent"):
        table.add_column(name, justify="right")
    for name, each in groups.items():
        table.add_row(name, str(each.mails), *_short(each))
    console.print(table)


def _short(each: Figures) -> list[str]:
    tally = each.reported
    return [
        _percent(tally.precision) if tally.found else "-",
        _percent(tally.recall) if tally.expected else "-",
        _percent(tally.f1) if tally.found or tally.expected else "-",
        f"{each.wronged.part}/{each.wronged.whole}" if each.wronged.whole else "-",
        _percent(each.kinds.value),
        _percent(each.languages.value),
        _percent(each.words_alike.value),
        f"{each.urgent.right}/{each.urgent.expected}/{each.urgent.found}",
    ]


def print_confusion(console: Console, title: str, counts: Counter[tuple[str, str]]) -> None:
    """Print what was expected in lines, what was found in columns."""
    table = Table(title=title, title_justify="left")
    table.add_column("expected \\ found")
    columns = sorted({found for (_, found), count in counts.items() if count})
    for column in columns:
        table.add_column(column, justify="right")
    for row in sorted({expected for (expected, _), count in counts.items() if count}):
        table.add_row(row, *(str(counts[row, column] or "") for column in columns))
    console.print(table)


def print_all(console: Console, halves: dict[str, list[Scored]]) -> None:
    """Print every table there is."""
    mails = [each for half in halves.values() for each in half]
    print_halves(console, halves)
    print_groups(console, "By language", score.by_language(mails))
    print_groups(console, "By client", score.by_client(mails))
    print_groups(console, "By trait", score.by_trait(mails))
    pairs = [each.pair for each in mails]
    print_confusion(console, "Roles", measures.role_confusion(pairs))
    print_confusion(console, "Kinds", measures.kind_confusion(pairs))


def print_misses(console: Console, mails: list[Scored]) -> None:
    """Print each mail that was not read as expected, and in what."""
    for each in mails:
        found = list(score.misses(each))
        if not found:
            continue
        case = each.case
        console.print(f"\n{case.half}/{case.name} ({case.client}, {' '.join(case.traits)})")
        for what, expected, given in found:
            console.print(f"  {what}")
            console.print(f"    expected  {expected}")
            console.print(f"    found     {given}")
