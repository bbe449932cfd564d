from __future__ import annotations

import re

import pytest

from ingest.reading.flowed import unflow
from ingest.reading.words import is_forward_subject, is_reply_subject, own_words

OWN = "This account worries me: @dark_wolf"


@pytest.mark.parametrize(
    "below",
    [
        "On Mon, Nov 2, 2026 at 9:14 PM Chirper <cp@chirper.example> wrote:\n> quoted\n> more",
        "On Mon, Nov 2, 2026 at 9:14 PM Chirper Child\n<cp@chirper.example> wrote:\n\n> quoted",
        "On 2 Nov 2026, at 21:14, Chirper <cp@chirper.example> wrote:\n\nquoted without marks",
        "Am 02.11.26 um 21:14 schrieb Chirper:\n> zitiert",
        "Am Mo., 2. Nov. 2026 um 21:14 Uhr schrieb Chirper <\ncp@chirper.example>:\n\n> zitiert",
        "Le lun. 2 nov. 2026 à 21:14, Chirper <cp@chirper.example> a écrit\u00a0:\n> cité",
        "El lun, 2 nov 2026 a las 21:14, Chirper (<cp@chirper.example>) escribió:\n> citado",
        "2026-11-02 21:14 GMT+01:00 Chirper <cp@chirper.example>:\n> quoted",
        "-----Original Message-----\nFrom: Chirper\nSent: Monday\nTo: Anna\nSubject: x\n\nquoted",
        "-----Ursprüngliche Nachricht-----\nVon: Chirper\nGesendet: Montag\nAn: Anna\n\nzitiert",
        "________________________________\nFrom: Chirper\nSent: Monday\nTo: Anna\n\nquoted",
        "*From:* Chirper\n*Sent:* Monday\n*To:* Anna\n*Subject:* x\n\nquoted",
        "Von: Chirper\nGesendet: Montag\nAn: Anna\nBetreff: x\n\nzitiert",
        "De : Chirper\nEnvoyé : lundi\nÀ : Anna\nObjet : x\n\ncité",
        "De: Chirper\nEnviado el: lunes\nPara: Anna\nAsunto: x\n\ncitado",
        "> quoted\n> more",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Get Outlook for Android",
        "Sent from my iPhone\n\nOn 2 Nov 2026, at 21:14, Chirper <c@d.example> wrote:\n\n> x",
    ],
)  # fmt: skip
def test_what_a_program_adds_below_is_no_word_of_the_writer(below: str) -> None:
    words = own_words(f"{OWN}\n\n{below}\n", is_reply=True).text.rstrip("_\n ")
    assert words == OWN


def test_words_between_and_below_quotes_are_kept() -> None:
    text = "On 2 Nov 2026, at 21:14, Chirper wrote:\n> one\nfirst\n> two\nsecond"
    assert own_words(text, is_reply=True).text == "first\nsecond"


def test_the_signature_is_apart() -> None:
    words = own_words(f"{OWN}\n-- \nAnna\n@anna_b", is_reply=False)
    assert (words.text, words.signature) == (OWN, "Anna\n@anna_b")


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "-------- Message transféré --------",
        "---------- Mensaje reenviado ---------",
    ],
)
def test_an_inline_forward_is_part_of_the_report(mark: str) -> None:
    text = f"{OWN}\n\n{mark}\nFrom: a\nDate: 1\nSubject: x\nTo: b\n\n> forwarded words"
    assert own_words(text, is_reply=True).text.endswith("> forwarded words")


def test_a_first_mail_keeps_its_pasted_lines() -> None:
    text = "Look what was written:\n> hello @dark_wolf"
    assert own_words(text, is_reply=False).text == text


@pytest.mark.parametrize("text", ["> only a quote", "-- \nAnna"])
def test_a_mail_of_nothing_else_is_kept_whole(text: str) -> None:
    assert own_words(text, is_reply=True).text == text.replace("-- \n", "--\n")


def test_a_mail_of_a_footer_alone_says_nothing() -> None:
    words = own_words("Sent from my iPhone", is_reply=False)
    assert (words.text, words.signature) == ("", "Sent from my iPhone")


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Re: x", True, False),
        ("AW: x", True, False),
        ("RE[2]: x", True, False),
        ("Fwd: x", False, True),
        ("WG: x", False, True),
        ("TR : x", False, True),
        ("Report: x", False, False),
        ("regarding", False, False),
    ],
)
def test_subjects_tell_replies_and_forwards(subject: str, reply: bool, forward: bool) -> None:  # noqa: FBT001 - a table
    assert (is_reply_subject(subject), is_forward_subject(subject)) == (reply, forward)


@pytest.mark.parametrize(
    ("text", "delete_space", "expected"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("one \ntwo", True, "onetwo"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("> a \nb", False, "> a \nb"),
        ("text \n-- \nAnna", False, "text \n-- \nAnna"),
        (" >stuffed", False, ">stuffed"),
    ],
)
def test_flowed_lines_are_joined(text: str, delete_space: bool, expected: str) -> None:  # noqa: FBT001 - a table
    assert unflow(text, delete_space=delete_space) == expected


@pytest.mark.parametrize(
    "attribution",
    [
        "02.04.2026 14:20 пользователь Anna <anna@example.org> написал:",
        "Thu, 2 Apr 2026 14:20:51 +0400 от Anna <anna@example.org>:",
        "Il giorno gio 2 apr 2026 alle 14:20 Anna ha scritto:",
        "Op do 2 apr 2026 om 14:20 schreef Anna:",
        "2026年4月2日(木) 14:20 Anna <anna@example.org>:",
        "W dniu 2.04.2026 o 14:20, Anna pisze:",
        "---- Anna wrote ----",
        "-----Antwort Nachricht-----",
        "Data: 2 aprile 2026\nOggetto: x\nDa: Anna\nA: Team",
    ],
)
def test_programs_of_other_languages_are_known(attribution: str) -> None:
    text = f"the account worries me\n\n{attribution}\nthank you for writing"
    assert own_words(text, is_reply=True).text == "the account worries me"


def test_a_person_who_tells_what_was_written_is_no_program() -> None:
    text = "On 2 April he wrote to her:\n\nhello there\n\nplease look"
    assert own_words(text, is_reply=False).text == text
    assert own_words(text, is_reply=True).text == text


def test_the_armour_of_a_signature_is_no_text() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nhello\n"
    text += "-----BEGIN PGP SIGNATURE-----\n\niQIz\n-----END PGP SIGNATURE-----\n"
    assert own_words(text, is_reply=False).text == "hello"


def test_a_forward_within_a_quote_is_not_the_writers() -> None:
    text = (
        "hello\n\nOn Mon, Nov 2, 2026 at 10:00, Anna wrote:\n> see\n> ---- Forwarded message ----"
    )
    assert own_words(text, is_reply=True).text == "hello"


QUOTED = "> Thank you. Your report has arrived.\n> A person reads it."
ATTRIBUTION = "On Mon, Nov 2, 2026 at 9:14 PM Chirper <cp@chirper.example> wrote:"


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n{ATTRIBUTION}\n{QUOTED}",
        f"{OWN}\n\n> {ATTRIBUTION}\n{QUOTED}",
        f"{OWN}\n\n*{ATTRIBUTION}*\n\n{QUOTED}",
        f"{OWN}\n\n{ATTRIBUTION.rstrip(':')}\n\n{QUOTED}",
        f"{OWN}\n\nChirper <cp@chirper.example> wrote on Mon, 2 Nov 2026 at 21:14:\n\n{QUOTED}",
        f"{OWN}\n\nChirper <cp@chirper.example> wrote:\n\n{QUOTED}",
        f"Sent from my iPhone\n\n{OWN}\n\n{ATTRIBUTION}\n{QUOTED}",
        f"{ATTRIBUTION}\n{QUOTED}\n\n{OWN}\n\nSent from my iPhone",
        f"{ATTRIBUTION}\n{QUOTED}\n\n{OWN}\n\n-- \nAnna",
        f"{OWN}\n\n\u2014\nAnna\n+1 555 0100 200\n\n{ATTRIBUTION}\n{QUOTED}",
        f"CAUTION: This email originated from outside of the organization.\nThink.\n\n{OWN}",
        f"{OWN}\n\n{'_' * 47}\nParents mailing list\nhttps://lists.example.org/mailman/parents",
    ],
)
def test_only_the_words_are_left_of_a_mail(text: str) -> None:
    assert own_words(text, is_reply=True).text == OWN


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n\nHe wrote:\n> hello little one\n> where are you?",
        f"{OWN}\n\n21:14 dark_wolf: hi\n02/11/2026, 21:17 - dark_wolf: write me",
        f"{OWN}\n\n{'_' * 47}\nThe other one is https://chirper.example/light_wolf",
        "Name: Anna\nDate: 2 Nov 2026\nSubject: an account\nMessage: @dark_wolf",
    ],
)
def test_what_a_person_pastes_into_a_first_mail_is_kept(text: str) -> None:
    assert own_words(text, is_reply=False).text == text


def test_what_a_person_tells_above_a_quote_is_kept() -> None:
    told = 'He wrote to her yesterday at 21:14:\n\n"hello"\n\nPlease look at @dark_wolf.'
    exact = "On 02.11.2026 at 21:14 dark_wolf wrote:\n\nhello\n\nPlease look at it."
    assert own_words(f"{exact}\n\n{ATTRIBUTION}\n{QUOTED}", is_reply=True).text == exact
    assert own_words(f"{told}\n\n{ATTRIBUTION}\n{QUOTED}", is_reply=True).text == told


def test_our_own_mail_below_a_forward_is_not_part_of_it() -> None:
    forward = "---------- Forwarded message ---------\nFrom: Wolf\nDate: x\nTo: y\n\nhello"
    ours = re.compile("cp@chirper\\.example")
    words = own_words(f"{OWN}\n\n{forward}\n\n{ATTRIBUTION}\n{QUOTED}", is_reply=True, ours=ours)
    assert words.text == f"{OWN}\n\n{forward}"


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_the_writers_last_words_are_no_part_of_the_line_below_them(gap: str) -> None:
    written = "Merci.\n\nIl écrit toujours à ma fille. C'est urgent."
    line = "Le lun. 2 nov. 2026 à 10:00, Chirper <cp@chirper.example> a écrit :"
    words = own_words(f"{written}{gap}{line}\n\n> Merci de nous avoir écrit.", is_reply=True)
    assert words.text == written
