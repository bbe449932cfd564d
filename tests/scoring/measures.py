"""How well mails were read, as pure functions over pairs of what was expected and what was found.

A share of nothing is 1: a corpus that asks nothing finds no fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from store.model import MailKind, Role
from tests.scoring.corpus import Expected, Label
from tests.scoring.found import Found, FoundAccount

MISSING, UNEXPECTED = "missing", "unexpected"
# Of an account that is read out in several roles, the first of these counts.
_ROLES = (Role.REPORTED, Role.VICTIM, Role.REPORTER, Role.MENTIONED)
# So alike must words be to count as the same.
ALIKE = 0.90
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?")
_MARKS = re.compile(r"[>*\s]+")
_LABEL = re.compile(r"[^:：]{1,40}[:：]")

Pair = tuple[Expected, Found]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many were right, of how many found and how many expected."""

    right: int = 0
    found: int = 0
    expected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            right=self.right + other.right,
            found=self.found + other.found,
            expected=self.expected + other.expected,
        )

    @property
    def precision(self) -> float:
        return share(self.right, self.found)

    @property
    def recall(self) -> float:
        return share(self.right, self.expected)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of how many."""

    part: int = 0
    whole: int = 0

    @property
    def value(self) -> float:
        return share(self.part, self.whole)


def share(part: int, whole: int) -> float:
    """Divide; a share of nothing is 1."""
    return part / whole if whole else 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """All that is measured over some mails."""

    mails: int = 0
    reported: Tally = field(default_factory=Tally)
    by_url: Tally = field(default_factory=Tally)
    wronged: Share = field(default_factory=Share)
    roles: Share = field(default_factory=Share)
    kinds: Share = field(default_factory=Share)
    people_answered: Share = field(default_factory=Share)
    reports_answered: Share = field(default_factory=Share)
    machines_answered: Share = field(default_factory=Share)
    languages: Share = field(default_factory=Share)
    urgent: Tally = field(default_factory=Tally)
    urgency_names: Share = field(default_factory=Share)
    categories: Share = field(default_factory=Share)
    words_alike: Share = field(default_factory=Share)
    words_mean: float = 1.0
    failed: int = 0


def figures(pairs: Iterable[Pair]) -> Figures:
    """Measure everything."""
    pairs = list(pairs)
    confusion = role_confusion(pairs)
    likeness = [alike for alike in (similarity(*pair) for pair in pairs) if alike is not None]
    return Figures(
        mails=len(pairs),
        reported=sum((reported(*pair) for pair in pairs), Tally()),
        by_url=sum((reported_by_url(*pair) for pair in pairs), Tally()),
        wronged=wronged(confusion),
        roles=right_roles(confusion),
        kinds=_agreement((expected.kind, found.kind) for expected, found in pairs),
        people_answered=answered(pairs, expected=True),
        reports_answered=answered([pair for pair in pairs if _is_report(pair)], expected=True),
        machines_answered=answered(pairs, expected=False),
        languages=_agreement((expected.language, found.language) for expected, found in pairs),
        urgent=sum((urgent(*pair) for pair in pairs), Tally()),
        urgency_names=_agreement((expected.urgency, found.urgency) for expected, found in pairs),
        categories=_agreement((expected.category, found.category) for expected, found in pairs),
        words_alike=Share(part=sum(alike >= ALIKE for alike in likeness), whole=len(likeness)),
        words_mean=sum(likeness) / len(likeness) if likeness else 1.0,
        failed=sum(bool(found.failures) for _, found in pairs),
    )


def _is_report(pair: Pair) -> bool:
    """Tell whether a mail is a report, not an answer in a report's course or nothing at all."""
    return pair[0].kind == MailKind.REPORT.value


def is_same(label: Label, account: FoundAccount) -> bool:
    """Tell whether an account that was found is the one that was labelled."""
    if label.platform != account.platform:
        return False
    name = label.account.removeprefix("@")
    if account.user_id == name or bare_url(account.url) == bare_url(label.account):
        return True
    if name.startswith("+"):
        return _digits(name) in {_digits(account.user_id), _digits(account.handle)}
    folded = unicodedata.normalize("NFKC", name).casefold()
    return folded in {
        unicodedata.normalize("NFKC", each).casefold().removeprefix("@")
        for each in (account.handle, account.folded)
        if each
    }


def _digits(number: str | None) -> str:
    """Bring the ways to write a number of a telephone together."""
    return re.sub(r"\D", "", number or "-1").removeprefix("00")


def bare_url(url: str | None) -> str:
    """Bring two ways to write a URL together."""
    return _SCHEME.sub("", (url or "\x00").lower()).rstrip("/")


def distinct(accounts: Iterable[FoundAccount]) -> list[FoundAccount]:
    """Take each account once, in the role that weighs most."""
    by_key: dict[tuple[str, str], FoundAccount] = {}
    for account in accounts:
        name = account.user_id or account.folded or account.handle or account.url or ""
        key = (account.platform, name)
        known = by_key.get(key)
        if known is None or _ROLES.index(account.role) < _ROLES.index(known.role):
            by_key[key] = account
    return list(by_key.values())


def reported(expected: Expected, found: Found) -> Tally:
    """Count the reported accounts of one mail."""
    if expected.accounts is None:
        return Tally()
    wanted = [label for label in expected.accounts if label.role is Role.REPORTED]
    given = [each for each in distinct(found.accounts) if each.role is Role.REPORTED]
    # One account may be found under its name and under its id; each label is met once.
    right = [each for each in given if any(is_same(label, each) for label in wanted)]
    met = sum(any(is_same(label, each) for each in given) for label in wanted)
    return Tally(right=met, found=met + len(given) - len(right), expected=len(wanted))


def reported_by_url(expected: Expected, found: Found) -> Tally:
    """Count the reported accounts of one mail that are given by the address of a profile."""
    if expected.accounts is None:
        return Tally()
    wanted = [label for label in expected.accounts if label.role is Role.REPORTED and label.by_url]
    given = [each for each in distinct(found.accounts) if each.role is Role.REPORTED]
    met = sum(any(is_same(label, each) for each in given) for label in wanted)
    wrong = sum(
        each.by_url and not any(_is_reported(label, each) for label in expected.accounts)
        for each in given
    )
    return Tally(right=met, found=met + wrong, expected=len(wanted))


def _is_reported(label: Label, account: FoundAccount) -> bool:
    return label.role is Role.REPORTED and is_same(label, account)


def role_confusion(pairs: Iterable[Pair]) -> Counter[tuple[str, str]]:
    """Count for each expected role the role that was found, or that the account is missing.

    An account that nobody labelled is counted where it is given as reported.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for expected, found in pairs:
        if expected.accounts is None:
            continue
        given = distinct(found.accounts)
        for label in expected.accounts:
            counts[label.role.value, _role_found(label, given)] += 1
        counts[UNEXPECTED, Role.REPORTED.value] += sum(
            each.role is Role.REPORTED
            and not any(is_same(label, each) for label in expected.accounts)
            for each in given
        )
    return counts


def _role_found(label: Label, given: list[FoundAccount]) -> str:
    roles = [each.role for each in given if is_same(label, each)]
    return min(roles, key=_ROLES.index).value if roles else MISSING


def wronged(confusion: Counter[tuple[str, str]]) -> Share:
    """Tell how many accounts of reporters and victims are given as reported."""
    innocent = (Role.REPORTER.value, Role.VICTIM.value)
    return Share(
        part=sum(confusion[role, Role.REPORTED.value] for role in innocent),
        whole=sum(count for (role, _), count in confusion.items() if role in innocent),
    )


def right_roles(confusion: Counter[tuple[str, str]]) -> Share:
    """Tell how many of the labelled accounts that were found have the right role."""
    met = {
        roles: count
        for roles, count in confusion.items()
        if roles[0] != UNEXPECTED and roles[1] != MISSING
    }
    return Share(
        part=sum(count for (wanted, given), count in met.items() if wanted == given),
        whole=sum(met.values()),
    )


def kind_confusion(pairs: Iterable[Pair]) -> Counter[tuple[str, str]]:
    """Count for each expected kind the kind that was found."""
    return Counter((expected.kind, found.kind) for expected, found in pairs if expected.kind)


def _agreement(asked: Iterable[tuple[str | None, str | None]]) -> Share:
    """Count where what was asked for was found."""
    answers = [wanted == given for wanted, given in asked if wanted is not None]
    return Share(part=sum(answers), whole=len(answers))


def answered(pairs: Iterable[Pair], *, expected: bool) -> Share:
    """Tell how many would get a receipt, of those who should or of those who should not."""
    answers = [found.answer for wanted, found in pairs if wanted.answer is expected]
    return Share(part=sum(answers), whole=len(answers))


def urgent(expected: Expected, found: Found) -> Tally:
    """Count whether one mail is taken as urgent."""
    if expected.urgent is None:
        return Tally()
    is_found = found.urgency is not None
    return Tally(
        right=int(expected.urgent and is_found), found=int(is_found), expected=int(expected.urgent)
    )


def similarity(expected: Expected, found: Found) -> float | None:
    """Tell how alike the words are, however they are spaced; None where none are asked for."""
    if expected.words is None:
        return None
    wanted = plain_words(expected.words, expected.head_lines)
    given = plain_words(found.words, expected.head_lines)
    if wanted == given:
        return 1.0
    return SequenceMatcher(None, wanted, given, autojunk=False).ratio()


def plain_words(text: str, head_lines: tuple[str, ...] = ()) -> str:
    """Take one space between words, and the lines above a forward away."""
    labels = {label.group() for label in map(_LABEL.match, map(_flat, head_lines)) if label}
    whole = {_flat(line) for line in head_lines}
    lines = (_flat(line) for line in text.split("\n"))
    kept = [
        line
        for line in lines
        if line not in whole and not any(line.startswith(label) for label in labels)
    ]
    return " ".join(" ".join(kept).split())


def _flat(line: str) -> str:
    return _MARKS.sub(" ", unicodedata.normalize("NFC", line)).strip()
