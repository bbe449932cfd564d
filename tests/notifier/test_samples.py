from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.compose import Composer, Greeting
from notifier.letters import TEMPLATES
from notifier.samples import samples, template_faults
from tests.notifier.mails import COMPOSER, IDENTITY

# What the people on duty are sent. Alarms are for operators, and in English as the program's words.
FOR_STAFF = (
    "alert",
    "brief",
    "brief_summary",
    "digest",
    "follow_up",
    "handover",
    "relief",
    "reminder",
    "staff_notice",
    "summary",
)
STAFF_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")


def test_our_own_templates_have_no_faults() -> None:
    assert template_faults(COMPOSER) == ()


def test_each_name_of_a_letter_has_samples() -> None:
    paths = COMPOSER.letters.templates.list_templates(extensions=["j2"])
    names = {path.rpartition("/")[2].partition(".")[0] for path in paths if "/" in path}
    assert names == set(samples(COMPOSER))
    assert all(sample.values for sample in samples(COMPOSER).values())


@pytest.mark.parametrize("name", FOR_STAFF)
def test_whoever_is_alerted_in_a_language_gets_every_other_mail_in_it(name: str) -> None:
    folders = {path.parent.name for path in TEMPLATES.glob(f"*/{name}.txt.j2")}
    assert folders == set(STAFF_LANGUAGES)


@pytest.mark.parametrize("name", FOR_STAFF)
def test_each_language_says_what_english_says_in_its_own_words(name: str) -> None:
    """The facts are the same in all: references, counts, times, names and commands."""
    sample = samples(COMPOSER)[name]
    for values in sample.values:
        written = {
            language: COMPOSER.letters.write(name, (language,), values)
            for language in STAFF_LANGUAGES
        }
        assert len({letter.text for letter in written.values()}) == len(STAFF_LANGUAGES)
        for language, letter in written.items():
            told = {word.strip(",.:;") for word in letter.text.split()}
            wanted = {word.strip(",.:;") for word in written["en"].text.split()}
            facts = {word for word in wanted if any(c.isdigit() for c in word)} & _facts(values)
            assert facts <= told, (language, facts - told)


def _facts(values: object) -> set[str]:
    """Give the plain words among a template's values."""
    match values:
        case str():
            return set(values.split())
        case bool() | None:
            return set()
        case int():
            return {str(values)}
        case dict():
            return set().union(*map(_facts, values.values()))
        case tuple():
            return set().union(*map(_facts, values))
        case _:
            return set()


def test_letters_of_addresses_are_tried_too_and_only_those_to_reporters(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: x\n\n{{ refrence }}\n")
    (tmp_path / "en" / "alert.txt.j2").write_text("Subject: {{ reference }}\n\nx\n")
    greeting = Greeting(name="safety", templates=tmp_path)
    composer = Composer(replace(IDENTITY, greetings={"safety@x.example": greeting}))
    alert, receipt, *_ = template_faults(composer)
    assert alert.startswith(f"{tmp_path}/en/alert.txt.j2: is never used; there are collective")
    assert receipt.startswith(f"{tmp_path}/en/receipt.txt.j2: line 3: nobody fills")
    gone = replace(greeting, templates=tmp_path / "gone")
    composer = Composer(replace(IDENTITY, greetings={"safety@x.example": gone}))
    assert template_faults(composer) == (f"{tmp_path}/gone: is no folder",)
