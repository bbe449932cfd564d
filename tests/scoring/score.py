"""Read the corpus, and measure it as a whole and by language, trait, client and kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.scoring import measures
from tests.scoring.corpus import Case
from tests.scoring.found import Found, read
from tests.scoring.measures import Figures, Pair


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A mail with what was made of it."""

    case: Case
    found: Found

    @property
    def pair(self) -> Pair:
        return self.case.expected, self.found


def scored(cases: Iterable[Case]) -> list[Scored]:
    """Read every mail."""
    return [Scored(case=case, found=read(case.raw)) for case in cases]


def figures_of(mails: Iterable[Scored]) -> Figures:
    """Measure some mails."""
    return measures.figures(each.pair for each in mails)


def by_language(mails: list[Scored]) -> dict[str, Figures]:
    """Measure each language on its own."""
    return _grouped(mails, lambda each: (each.case.language or "-",))


def by_trait(mails: list[Scored]) -> dict[str, Figures]:
    """Measure each trait on its own; a mail counts for all of its traits."""
    return _grouped(mails, lambda each: each.case.traits)


def by_client(mails: list[Scored]) -> dict[str, Figures]:
    """Measure each client on its own."""
    return _grouped(mails, lambda each: (each.case.client,))


def _grouped(mails: list[Scored], names: Callable[[Scored], tuple[str, ...]]) -> dict[str, Figures]:
    every = sorted({name for each in mails for name in names(each)})
    return {name: figures_of(each for each in mails if name in names(each)) for name in every}


def misses(each: Scored) -> Iterator[tuple[str, str, str]]:
    """Tell what of a mail is not as expected: what, expected, found."""
    expected, found = each.pair
    yield from _different("kind", expected.kind, found.kind)
    yield from _different("language", expected.language, found.language)
    if expected.answer is not None and expected.answer != found.answer:
        yield "receipt", str(expected.answer), f"{found.answer} ({found.answer_reason})"
    if expected.urgent is not None and expected.urgent != (found.urgency is not None):
        yield "urgent", expected.urgency or str(expected.urgent), str(found.urgency)
    else:
        yield from _different("urgency", expected.urgency, found.urgency)
    yield from _different("category", expected.category, found.category)
    if _has_wrong_accounts(each):
        yield "accounts", _labels(each), _accounts(each)
    if found.failures:
        yield "failed", "no failure", "; ".join(found.failures)
    alike = measures.similarity(*each.pair)
    if alike is not None and alike < measures.ALIKE:
        yield f"words ({alike:.2f})", repr(expected.words), repr(found.words)


def _different(
    what: str, expected: str | None, found: str | None
) -> Iterator[tuple[str, str, str]]:
    if expected is not None and expected != found:
        yield what, expected, str(found)


def _has_wrong_accounts(each: Scored) -> bool:
    confusion = measures.role_confusion([each.pair])
    return any(count and wanted != given for (wanted, given), count in confusion.items())


def _labels(each: Scored) -> str:
    labels = each.case.expected.accounts or ()
    return ", ".join(f"{label.platform}:{label.account} {label.role}" for label in labels)


def _accounts(each: Scored) -> str:
    return ", ".join(
        f"{a.platform}:{a.handle or a.user_id or a.url} {a.role}"
        for a in measures.distinct(each.found.accounts)
    )


def as_json(mails: list[Scored]) -> dict[str, Any]:
    """Give all figures as plain values."""
    return {
        "all": _plain(figures_of(mails)),
        "languages": {name: _plain(each) for name, each in by_language(mails).items()},
        "traits": {name: _plain(each) for name, each in by_trait(mails).items()},
        "clients": {name: _plain(each) for name, each in by_client(mails).items()},
        "roles": _counted(measures.role_confusion(each.pair for each in mails)),
        "kinds": _counted(measures.kind_confusion(each.pair for each in mails)),
    }


def _plain(figures: Figures) -> dict[str, Any]:
    plain = asdict(figures)
    for name in ("reported", "by_url", "urgent"):
        tally = getattr(figures, name)
        plain[name] |= {
            "precision": tally.precision,
            "recall": tally.recall,
            "f1": tally.f1,
        }
    return plain


def _counted(confusion: dict[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for (wanted, given), count in sorted(confusion.items()):
        if count:
            counted.setdefault(wanted, {})[given] = count
    return counted
