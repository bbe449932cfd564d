from __future__ import annotations

import pytest

from ingest.reading.machines import MachineSigns, machine_signs


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
    ],
)
def test_the_subject_of_an_automatic_answer_is_a_sign(subject: str) -> None:
    assert machine_signs("", subject, "").auto_subject


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
