from __future__ import annotations

from pathlib import Path

import pytest

from store.model import Role
from tests.scoring.corpus import CORPUS, CorpusError, cases, entries, is_in_url

FILES = sorted(CORPUS.glob("*/*.toml"))
MAIL = '[[mail]]\nname = "one"\nlanguage = "en"\nwords = "x"\n'


def a_file(folder: Path, content: str, half: str = "first") -> Path:
    path = folder / half / "some.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}_{path.stem}")
def test_each_file_of_the_corpus_loads(path: Path) -> None:
    assert entries(path)


def test_every_mail_of_the_corpus_can_be_made() -> None:
    made = list(cases())
    assert len({(case.half, case.name) for case in made}) == len(made)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (MAIL + 'colour = "red"', "some.toml: one: colour: Extra inputs"),
        (MAIL + 'client = "pigeon"', "some.toml: one: there is no client pigeon"),
        (MAIL + 'kind = "letter"', "some.toml: one: kind: "),
        (MAIL + 'accounts = [["chirper", "a", "culprit"]]', "some.toml: one: accounts.0.2: "),
        (MAIL + 'accounts = [["chirper", "a"]]', "some.toml: one: accounts.0.2: Field required"),
        (MAIL + 'accounts = [["chirper", "", "victim"]]', "needs a platform and a handle"),
        (MAIL + 'urgency = "self_harm"', "urgency is given, but urgent is not true"),
        (MAIL + 'charset = "koi9"', "some.toml: one: there is no charset koi9"),
        ('[[mail]]\nname = "one"\nlanguage = "xx"', "language is none of the eighteen: xx"),
        (MAIL + MAIL, "some.toml: one: the name is given twice"),
        ("[[mails]]", r"unknown fields \['mails'\]"),
        ("words = ", "some.toml: "),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, content: str, what: str) -> None:
    a_file(tmp_path, content)
    with pytest.raises(CorpusError, match=what):
        list(cases(folder=tmp_path))


def test_a_mail_takes_the_language_of_its_file_unless_it_has_one(tmp_path: Path) -> None:
    content = 'language = "es"\n[[mail]]\nname = "a"\nwords = "x"\n' + MAIL
    a_file(tmp_path, content)
    assert [case.expected.language for case in cases(folder=tmp_path)] == ["es", "en"]


def test_the_halves_are_kept_apart(tmp_path: Path) -> None:
    a_file(tmp_path, MAIL)
    a_file(tmp_path, MAIL, "held_out")
    assert [case.half for case in cases("held_out", tmp_path)] == ["held_out"]
    assert [case.half for case in cases(folder=tmp_path)] == ["first", "held_out"]


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        ("report", "", True),
        ("reply", "", False),
        ("empty", "", False),
        ("bounce", "", False),
        ("list", "", False),
        ("report", "answer = false", False),
    ],
)
def test_people_are_answered_unless_an_entry_says_otherwise(
    tmp_path: Path, kind: str, given: str, *, answer: bool
) -> None:
    a_file(tmp_path, f'{MAIL}kind = "{kind}"\n{given}')
    assert [case.expected.answer for case in cases(folder=tmp_path)] == [answer]


def test_a_forward_is_among_the_words_and_a_signature_is_not(tmp_path: Path) -> None:
    a_file(tmp_path, f'{MAIL}signature = "Anna"\nforward = """\nFrom: A\nTo: B\n\ny\n"""')
    (case,) = cases(folder=tmp_path)
    assert case.expected.words == "x\n\ny"
    assert "From: A" in case.expected.head_lines


def test_where_nothing_is_said_no_language_is_asked_for(tmp_path: Path) -> None:
    a_file(tmp_path, '[[mail]]\nname = "a"\nlanguage = "en"\nkind = "empty"')
    (case,) = cases(folder=tmp_path)
    assert case.expected.language is None


@pytest.mark.parametrize(
    ("account", "text", "by_url"),
    [
        ("dark_wolf", "see https://chirper.example/dark_wolf.", True),
        ("dark_wolf", "see https://chirper.example/@Dark_Wolf", True),
        ("dark_wolf", "url=https%3A%2F%2Fchirper.example%2Fdark_wolf&x", True),
        ("https://discord.gg/abc", "discord.gg/abc", True),
        ("dark_wolf", "the account @dark_wolf", False),
        ("dark", "the account dark, see https://chirper.example/dark_wolf", False),
    ],
)
def test_an_account_is_given_by_its_address_or_by_name(
    account: str, text: str, *, by_url: bool
) -> None:
    assert is_in_url(account, text) is by_url


def test_mails_made_by_hand_are_asked_only_what_stands_beside_them() -> None:
    by_hand = {case.name: case for case in cases("first") if case.client == "by_hand"}
    bounce = by_hand["bounce_plain"].expected
    assert (bounce.kind, bounce.answer, bounce.urgent) == ("bounce", False, None)
    assert by_hand["absence_answered"].expected.answer is None
    accounts = by_hand["absence_answered"].expected.accounts or ()
    assert [(a.platform, a.account, a.role) for a in accounts] == [
        ("chirper", "foggy_hill", Role.REPORTED)
    ]
