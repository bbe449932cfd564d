from __future__ import annotations

from dataclasses import fields

import pytest

from ingest.reading.machines import MachineSigns, machine_signs
from ingest.reading.phrases import table


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("MAILER-DAEMON@mx.example.org", MachineSigns(daemon=True)),
        ("Mail Delivery Subsystem <x@example.org>", MachineSigns(daemon=True)),
        ("MAILER DAEMON <>", MachineSigns(daemon=True)),
        ("Postmaster <>", MachineSigns(perhaps_daemon=True)),
        ("System Administrator <admin@example.org>", MachineSigns(perhaps_daemon=True)),
        ("Anna <anna@postmaster.example>", MachineSigns()),
    ],
)
def test_the_name_of_the_sender_is_a_sign(sender: str, expected: MachineSigns) -> None:
    assert machine_signs(sender, "", "") == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "[Postmaster] Email Delivery Failure",
        "Unzustellbar: Hallo",
        "Échec de la remise : bonjour",
        "Не удалось доставить: привет",
        "配信不能: こんにちは",
    ],
)
def test_the_subject_of_a_bounce_is_a_sign(subject: str) -> None:
    assert machine_signs("", subject, "").bounce_subject


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Re: hello",
        "Automatic reply: hello",
        "Abwesenheitsnotiz",
        "Réponse automatique : bonjour",
        "Risposta automatica: ciao",
        "自動応答: こんにちは",
        "Automatická odpoveď: ahoj",
        "Автоматичен отговор: здравей",
        "Automatinis atsakymas: labas",
        "پاسخ خودکار: سلام",
    ],
)
def test_the_subject_of_an_automatic_answer_is_a_sign(subject: str) -> None:
    assert machine_signs("", subject, "").auto_subject


@pytest.mark.parametrize(
    "subject",
    [
        "AUTO: Anna Berg is out of the office (returning 05/11)",
        "AUTO: Anna Berg ist außer Haus",
        "[Automatyczna odpowiedź] pytanie",
        "[support.example #335] AutoReply: a question",
        "【自動返信】お問い合わせ",
    ],
)
def test_a_program_may_put_a_word_before_its_subject(subject: str) -> None:
    assert machine_signs("", subject, "").auto_subject


LANGUAGES = ["en", "es", "pt", "fr", "de", "it", "nl", "pl", "tr", "ru", "uk", "ar", "hi", "ja"]
LANGUAGES += ["ko", "zh", "id", "vi"]
SIGNS = [field.name for field in fields(MachineSigns)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sign", [name for name in SIGNS if name.endswith(("_subject", "_text"))])
def test_each_phrase_of_each_language_is_its_sign(language: str, sign: str) -> None:
    phrases = table("machines")[language][sign]
    assert phrases
    for phrase in phrases:
        words = phrase.strip("*")
        subject, text = (words, "") if sign.endswith("_subject") else ("", f"x\n{words}\nx")
        assert getattr(machine_signs("", subject, text), sign), phrase


@pytest.mark.parametrize(
    "subject", ["Auto: my neighbour", "Automatic gates at our school", "A delivery man at school"]
)
def test_words_in_passing_are_no_sign(subject: str) -> None:
    assert machine_signs("", subject, "") == MachineSigns()


@pytest.mark.parametrize(
    ("sender", "unattended"),
    [
        ("no-reply@shop.example", True),
        ("Ville <ne-pas-repondre@ville.example>", True),
        ("notifications@app.example", True),
        ("Norbert Eply <n.reply@example.org>", False),
        ("anna@noreplies.example", False),
    ],
)
def test_an_address_that_nobody_reads_is_a_sign(sender: str, *, unattended: bool) -> None:
    assert machine_signs(sender, "", "").unattended is unattended


def test_the_end_of_a_newsletter_is_a_sign_unless_a_person_passes_it_on() -> None:
    text = f"{'offers ' * 900}\nTo unsubscribe, click here."
    assert machine_signs("", "Our offers", text).bulk_text
    assert not machine_signs("", "Fwd: Our offers", text).bulk_text


def test_the_subject_of_an_absence_note_is_a_weaker_sign() -> None:
    signs = machine_signs("", "Abwesenheit meiner Tochter", "")
    assert (signs.auto_subject, signs.away_subject) == (False, True)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Undelivered Mail Returned to Sender",
        "Fwd: Automatic reply: x",
        "Auto: my neighbour",
        "",
    ],
)
def test_a_person_who_answers_a_machine_is_none(subject: str) -> None:
    assert machine_signs("Anna <anna@example.org>", subject, "hello") == MachineSigns()


def test_the_head_of_a_text_is_looked_at_and_no_more() -> None:
    words = "Your message\ncould not be\ndelivered."
    assert machine_signs("", "", words).bounce_text
    assert not machine_signs("", "", "x" * 3000 + words).bounce_text


@pytest.mark.parametrize(
    ("subject", "inside"),
    [
        ("RE: a question about the feast : non remis", True),
        ("Re: Undelivered Mail Returned to Sender", False),
    ],
)
def test_a_program_may_add_its_words_to_a_subject(subject: str, *, inside: bool) -> None:
    assert machine_signs("", subject, "").bounce_inside is inside


@pytest.mark.parametrize(
    ("subject", "at_the_end"),
    [("Anna Berg is out of the office.", True), ("Re: Anna Berg is out of the office.", False)],
)
def test_behind_the_mark_of_an_answer_stand_the_words_of_another(
    subject: str, *, at_the_end: bool
) -> None:
    signs = machine_signs("", subject, "")
    assert (signs.auto_inside, signs.auto_end) == (True, at_the_end)
