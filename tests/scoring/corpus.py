"""The labelled corpus: entries in TOML, and mails made by hand; as octets with their labels.

A wrong entry stops everything with its file, its name and what is wrong: a label that is not
scored would look like a mail that is read well.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from store.model import Role
from tests.scoring.entry import ANSWERED, Entry
from tests.scoring.forms import Rendered, render
from tests.scoring.wire import FormError

CORPUS = Path(__file__).parents[1] / "corpus"
FIRST, HELD_OUT, FRESH = "first", "held_out", "fresh"
_SOFT_BREAK = re.compile(r"=\r?\n")
HALVES = (FIRST, HELD_OUT, FRESH)


class CorpusError(ValueError):
    """An entry of the corpus is wrong: file, name, what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """An account that a mail names. ``account`` is a handle, an id or a URL.

    ``by_url`` tells that the mail gives it as the address of a profile.
    """

    platform: str
    account: str
    role: Role
    by_url: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What reading must make of a mail; None is not asked for.

    ``head_lines`` are lines above a forward that may stand among the words or not.
    """

    kind: str | None = None
    language: str | None = None
    words: str | None = None
    head_lines: tuple[str, ...] = ()
    accounts: tuple[Label, ...] | None = None
    answer: bool | None = None
    urgent: bool | None = None
    urgency: str | None = None
    category: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One mail of the corpus. ``name`` says the file as well."""

    name: str
    half: str
    client: str
    language: str | None
    traits: tuple[str, ...]
    raw: bytes
    expected: Expected


def cases(half: str = "all", folder: Path = CORPUS) -> Iterator[Case]:
    """Give all mails of one set, or of all."""
    for each in HALVES:
        if half in {each, "all"}:
            yield from _written(folder / each, each)
    if half in {FIRST, "all"}:
        yield from _by_hand(folder)


def _written(folder: Path, half: str) -> Iterator[Case]:
    for path in sorted(folder.glob("*.toml")):
        for entry in entries(path):
            yield case_of(entry, half=half, source=path)


def entries(path: Path) -> list[Entry]:
    """Load the entries of one file; raises CorpusError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path.name}: {error}") from error
    unknown = content.keys() - {"language", "mail"}
    if unknown:
        raise CorpusError(f"{path.name}: unknown fields {sorted(unknown)}")
    loaded = [
        _entry(path, {"language": content.get("language"), **mail})
        for mail in content.get("mail", ())
    ]
    names = [entry.name for entry in loaded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CorpusError(f"{path.name}: {twice[0]}: the name is given twice")
    return loaded


def _entry(path: Path, mail: dict[str, Any]) -> Entry:
    try:
        return Entry(**mail)
    except ValidationError as error:
        what = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}".lstrip(": ")
            for each in error.errors()
        )
        raise CorpusError(f"{path.name}: {mail.get('name', 'a mail')}: {what}") from error


def case_of(entry: Entry, *, half: str, source: Path) -> Case:
    """Make the mail of an entry, and put its labels beside it; raises CorpusError."""
    try:
        rendered = render(entry)
    except FormError as error:
        raise CorpusError(f"{source.name}: {entry.name}: {error}") from error
    return Case(
        name=f"{source.stem}/{entry.name}",
        half=half,
        client=entry.client,
        language=entry.language,
        traits=entry.traits,
        raw=rendered.raw,
        expected=_expected(entry, rendered),
    )


def _expected(entry: Entry, rendered: Rendered) -> Expected:
    words = "\n\n".join(text for text in (entry.words, rendered.forwarded) if text)
    return Expected(
        kind=entry.kind.value,
        # Where nothing is said, it is said in no language.
        language=entry.language if words.strip() else None,
        words=words,
        head_lines=rendered.head_lines,
        accounts=tuple(
            Label(
                platform=platform,
                account=account,
                role=role,
                by_url=is_in_url(account, f"{entry.subject}\n{words}\n{entry.html}"),
            )
            for platform, account, role in entry.accounts
        ),
        answer=entry.is_answered,
        urgent=entry.urgent,
        urgency=entry.urgency,
        category=entry.category,
    )


def is_in_url(account: str, text: str) -> bool:
    """Tell whether a text names an account as part of an address, and not by its name alone."""
    plain = account.removeprefix("@")
    # The name must end there: /dark_wolf does not give "dark".
    address = rf"(?:[/=\]]|%2f|slash )@?{re.escape(plain)}(?!\w)"
    return "/" in plain or re.search(address, text, re.IGNORECASE) is not None


def _by_hand(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.eml")):
        labels = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
        raw = path.read_bytes()
        yield Case(
            name=path.stem,
            half=FIRST,
            client="by_hand",
            language=labels.get("language"),
            traits=(),
            raw=raw,
            expected=_labelled(labels, _SOFT_BREAK.sub("", raw.decode("utf-8", "replace"))),
        )


def _labelled(labels: dict[str, Any], text: str) -> Expected:
    accounts = labels.get("accounts")
    return Expected(
        kind=labels.get("kind"),
        language=labels.get("language"),
        words=labels.get("text"),
        accounts=None
        if accounts is None
        else tuple(
            Label(platform=platform, account=name, role=Role(role), by_url=is_in_url(name, text))
            for platform, name, role in accounts
        ),
        answer=labels.get("answer", _answer_of(labels.get("kind"))),
        urgent=bool(labels["urgency"]) if "urgency" in labels else None,
        urgency=labels.get("urgency"),
    )


def _answer_of(kind: str | None) -> bool | None:
    """A machine is never answered; whether a person is, only its labels can say."""
    return None if kind is None or kind in ANSWERED else False
