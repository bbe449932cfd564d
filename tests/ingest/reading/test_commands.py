from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ReadingRules, read_message
from ingest.reading.command_words import LONGEST_SPAN, NAME, fold
from ingest.reading.commands import MAX_REMARK, has_words, written_command
from ingest.reading.phrases import table
from store.model import CommandFault, Disposition, StaffAction
from store.references import CASE_PREFIX, new_reference
from tests.scoring.entry import Entry
from tests.scoring.forms import CLIENTS, render

HOUR = timedelta(hours=1)
ALERT = """P1 CRITICAL C-4F7KM-2Q9XH open

Waiting 25 min. 2 reports from 2 people.

Take: mailto:cp+a123@chirper.example
Reply with a first line: take, release, snooze 2h, escalate, note"""


def action(text: str, subject: str = "") -> StaffAction | None:
    command = written_command(text, subject)
    return command.action if command else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("take", StaffAction.TAKE),
        ("Take.", StaffAction.TAKE),
        ("*take*", StaffAction.TAKE),
        ("\u200btake\u00a0it!", StaffAction.TAKE),
        ("\n \u00a0\nTake\nand more below", StaffAction.TAKE),
        ("take\nI am calling them now", StaffAction.TAKE),
        ("Take\n\nThanks\n-- \nAnna", StaffAction.TAKE),
        ("take. I am calling them now", None),
        ("Take. No, wait.", None),
        ("Take! Wait, no", None),
        ("Take\u3002 No", None),
        ("take. not", None),
        ("take - not sure", None),
        ("take (not sure)", None),
        ("take it if nobody else does", None),
        ("please don't take", None),
        ("don't take", None),
        ("not take", None),
        ("Release. Or no.", None),
        ("escalate. No!", None),
        ("Übernehme ich nicht", None),
        ("Je m'en occupe pas", None),
        ("take, but only if nobody else can", None),
        ("take - no, wait", None),
        ("take?", None),
        ("Take. Or should I?", None),
        ("escalate: how does that work", None),
        ("Escalate, or not?", None),
        ("snooze 2h?", None),
        ("取", None),
        ("release\uff1f", None),
        ("take 👍", StaffAction.TAKE),
        ("Take it 👍🏽 thanks 🙏", StaffAction.TAKE),
        ("take 👎", None),
        ("take ❌", None),
        ("take ≠", None),
        ("Take please, thank you!", StaffAction.TAKE),
        ("Übernehmen.", StaffAction.TAKE),
        ("uebernehmen", StaffAction.TAKE),
        ("U\u0308BERNEHMEN", StaffAction.TAKE),
        ("Je m\u2019en occupe", StaffAction.TAKE),
        ("release", StaffAction.RELEASE),
        ("Freigeben, danke", StaffAction.RELEASE),
        ("escalate now", StaffAction.ESCALATE),
        ("Eskalieren", StaffAction.ESCALATE),
        ("take a look please", None),
        ("taken by somebody else, it seems", None),
        ("Hello,\ntake", None),
        ("I am out of office until Monday.", None),
        ("> take", None),
        ("take_over", None),
        ("", None),
    ],
)
def test_the_first_line_is_the_command(text: str, expected: StaffAction | None) -> None:
    if text.startswith(">"):
        # Reading takes quotes off; here it is only a mark in front of a word.
        text = "On Monday somebody wrote take"
    assert action(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snooze 2h", 2 * HOUR),
        ("Snooze 2\u00a0h.", 2 * HOUR),
        ("snooze for 1 h 30 min", 1.5 * HOUR),
        ("snooze 1h30", 1.5 * HOUR),
        ("snooze 1.5 hours", 1.5 * HOUR),
        ("Snooze an hour please", HOUR),
        ("Schlummern 2 Std.", 2 * HOUR),
        ("später 30 Minuten", HOUR / 2),
        ("posponer una hora", HOUR),
        ("Reporter de 2 heures", 2 * HOUR),
        ("uitstellen 45 min", 0.75 * HOUR),
        ("odłóż na 2 godziny", 2 * HOUR),
        ("rimanda di 2 ore", 2 * HOUR),
        ("adiar 1 dia", 24 * HOUR),
    ],
)
def test_a_snooze_says_for_how_long(text: str, expected: timedelta) -> None:
    command = written_command(text, "")
    assert command is not None
    assert (command.action, command.span, command.fault) == (StaffAction.SNOOZE, expected, None)


@pytest.mark.parametrize("text", ["snooze 90", "snooze until tomorrow", "snooze 9999 days"])
def test_a_time_that_is_not_understood_is_told_and_not_guessed(text: str) -> None:
    command = written_command(text, "")
    assert command is not None
    assert (command.action, command.fault) == (StaffAction.SNOOZE, CommandFault.SPAN)


def test_a_snooze_without_a_time_leaves_it_to_the_settings() -> None:
    command = written_command("Snooze, please", "")
    assert command is not None
    assert (command.span, command.fault) == (None, None)


@pytest.mark.parametrize(
    ("text", "disposition", "remark"),
    [
        ("close account_removed", Disposition.ACCOUNT_REMOVED, ""),
        ("Close account removed.", Disposition.ACCOUNT_REMOVED, ""),
        ("close: no-violation", Disposition.NO_VIOLATION, ""),
        ("close insufficient: no link given", Disposition.INSUFFICIENT, "no link given"),
        ("schließen kein Verstoß", Disposition.NO_VIOLATION, ""),
        ("schliessen konto gelöscht", Disposition.ACCOUNT_REMOVED, ""),
    ],
)
def test_closing_says_how_the_case_ended(text: str, disposition: Disposition, remark: str) -> None:
    command = written_command(text, "")
    assert command is not None
    assert (command.disposition, command.remark) == (disposition, remark)


@pytest.mark.parametrize("text", ["close", "close it now", "close whatever"])
def test_closing_without_saying_how_is_a_fault(text: str) -> None:
    command = written_command(text, "")
    assert command is not None
    assert command.fault is CommandFault.DISPOSITION


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("note called the police", "called the police"),
        ("Note: called the police\nat nine\n\nRegards\nAnna", "called the police\nat nine"),
        ("note\n\ncalled the police", "called the police"),
        ("Notiz – angerufen", "angerufen"),
    ],
)
def test_a_note_is_the_paragraph_behind_the_word(text: str, remark: str) -> None:
    command = written_command(text, "")
    assert command is not None
    assert (command.action, command.remark) == (StaffAction.NOTE, remark)


def test_a_note_is_bounded_and_an_empty_one_a_fault() -> None:
    long = written_command("note " + "x" * 5000, "")
    assert long is not None
    assert len(long.remark) == MAX_REMARK
    empty = written_command("note", "")
    assert empty is not None
    assert empty.fault is CommandFault.TEXT


@given(st.sampled_from([*StaffAction]), st.booleans())
def test_a_command_may_name_its_case(what: StaffAction, small: bool) -> None:  # noqa: FBT001
    reference = new_reference(CASE_PREFIX)
    typed = reference.lower() if small else reference.replace("-", " ")
    command = written_command(f"{what} {typed} no_violation", "")
    if what in {StaffAction.TAKE, StaffAction.RELEASE, StaffAction.ESCALATE}:
        command = written_command(f"{what} {typed}.", "")
    assert command is not None
    assert (command.action, command.case) == (what, reference)


def test_the_subject_counts_only_when_nothing_else_is_said() -> None:
    assert action("", "take C-4F7KM-2Q9XJ") in {StaffAction.TAKE, None}
    assert action("\u00a0\n", "Take") is StaffAction.TAKE
    assert action("", "Re: take") is None
    assert action("", "Fwd: take") is None
    assert action("hello", "take") is None


def test_whether_a_mail_says_anything() -> None:
    assert not has_words(" \u00a0\n\u200b\n--\n")
    assert has_words("hm")


def test_no_phrase_stands_for_two_actions_and_no_unit_for_two_times() -> None:
    for keys in ([each.value for each in StaffAction], ["hours", "minutes", "days"]):
        meaning: dict[str, str] = {}
        for language in table(NAME).values():
            for key in keys:
                for phrase in language[key]:
                    assert meaning.setdefault(fold(phrase), key) == key, phrase


def test_every_phrase_of_every_language_is_understood() -> None:
    rests = {StaffAction.NOTE: " x", StaffAction.CLOSE: " no_violation"}
    for language in table(NAME).values():
        for each in StaffAction:
            for phrase in language[each.value]:
                said = f"{phrase[0].upper()}{phrase[1:]}{rests.get(each, '')}."
                assert action(said) is each, said
        for value, phrases in language["dispositions"].items():
            for phrase in phrases:
                command = written_command(f"close {phrase}", "")
                assert command is not None
                assert command.disposition == value, phrase


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_is_a_command_or_none(text: str, subject: str) -> None:
    command = written_command(text, subject)
    if command is not None and command.span is not None:
        assert timedelta(0) < command.span <= LONGEST_SPAN
    if command is not None:
        assert len(command.remark) <= MAX_REMARK


@pytest.mark.parametrize("client", sorted(CLIENTS))
@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("en", "Take.", StaffAction.TAKE),
        ("de", "Übernehmen", StaffAction.TAKE),
        ("fr", "Reporter 2 heures", StaffAction.SNOOZE),
        ("es", "Nota: llamado", StaffAction.NOTE),
        ("it", "Prendo io!", StaffAction.TAKE),
        ("nl", "Escaleren.", StaffAction.ESCALATE),
        ("pl", "Przejmuję", StaffAction.TAKE),
        ("pt", "Libertar", StaffAction.RELEASE),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        {"signature": ""},
        {"signature": "Anna Berg\nTrust & Safety", "transport": "quoted-printable"},
        {"signature": "Anna", "transport": "base64"},
    ],
)
def test_answers_of_real_programs_are_understood(
    client: str, language: str, words: str, expected: StaffAction, form: dict[str, str]
) -> None:
    entry = Entry.model_validate(
        {
            "name": "answer",
            "client": client,
            "language": language,
            "from": "Duty <duty@chirper.example>",
            "subject": "Re: P1 CRITICAL C-4F7KM-2Q9XH open",
            "words": words,
            "footer": True,
            "quoted": ALERT,
            "quoted_from": "Chirper <cp@chirper.example>",
            **form,
            "headers": {"In-Reply-To": "<alert.1@chirper.example>"},
        }
    )
    parsed = read_message(render(entry).raw, None, ReadingRules())
    assert parsed.kind == "staff_reply"
    command = written_command(parsed.text, parsed.subject)
    assert command is not None, parsed.text
    assert command.action is expected
    # One program parts the signature from the words by nothing at all.
    assert command.remark.partition("\n")[0] in {"", "llamado"}
