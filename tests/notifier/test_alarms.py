from __future__ import annotations

import pytest

from notifier.alarm_titles import Title, translations
from notifier.alarms import Alarms, write_alarm
from notifier.brief import write_brief_alarm
from notifier.compose import Composer
from notifier.looks import STANDING_LOOKS
from store.model import OutboxKind
from tests.notifier.house import IDENTITY, House
from tests.notifier.mails import COMPOSER, POSTING, parsed, text

NOBODY = Title(kind="nobody_on_duty", english="Nobody is on duty")
STAFF_LANGUAGES = {"de", "es", "fr", "it", "nl", "pl", "pt"}


def test_an_alarm_tells_the_operators_what_is_wrong() -> None:
    mail = parsed(write_alarm(COMPOSER, NOBODY, ("case C-1", "case C-2"), POSTING))
    assert mail["Subject"] == "[tipline] ALARM: Nobody is on duty"
    assert "\n- case C-1\n- case C-2\n\nNoticed: 2026-11-22 03:00 UTC" in text(mail)


def test_an_alarm_is_in_the_first_language_there_are_words_for() -> None:
    composer = Composer(IDENTITY, operator_languages=("ja", "de", "fr"))
    mail = parsed(write_alarm(composer, NOBODY, ("case C-1",), POSTING))
    assert mail["Subject"] == "[tipline] ALARM: Niemand hat Dienst"
    assert "braucht einen Menschen" in text(mail)
    over = parsed(write_alarm(composer, NOBODY, (), POSTING, over=True))
    assert over["Subject"] == "[tipline] VORBEI: Niemand hat Dienst"
    brief = write_brief_alarm(composer, NOBODY, POSTING)
    assert brief.content.decode().startswith("Niemand hat Dienst. ")


def test_what_lasts_is_over_in_the_same_words(house: House) -> None:
    composer = Composer(IDENTITY, operator_languages=("pl",))
    alarms = Alarms(composer, "ops@chirper.example")
    title = Title(kind="inbox_quarantined", english="2 mails are in quarantine", value="2")
    with house.store.transaction() as work:
        alarms.begins(work, "inbox_quarantined", title, (), house.clock())
        alarms.is_over(work, "inbox_quarantined", title, (), house.clock())
        work.commit()
    subjects = [message.mail.subject for message in house.outbox(OutboxKind.ALARM)]
    words = "Wiadomości w kwarantannie, które czekają na człowieka: 2"
    assert subjects == [f"[tipline] ALARM: {words}", f"[tipline] MINĘŁO: {words}"]


def test_an_alarm_without_words_in_a_language_is_told_in_english() -> None:
    composer = Composer(IDENTITY, operator_languages=("it",))
    mail = parsed(write_alarm(composer, Title(kind="new", english="Something new"), (), POSTING))
    assert mail["Subject"] == "[tipline] ALLARME: Something new"


@pytest.mark.parametrize("language", sorted(STAFF_LANGUAGES))
def test_each_language_has_the_same_titles_with_a_place_for_the_same(language: str) -> None:
    assert set(translations()) == STAFF_LANGUAGES
    german, words = translations()["de"], translations()[language]
    assert set(words) == set(german)
    assert {kind: text.count("{}") for kind, text in words.items()} == {
        kind: text.count("{}") for kind, text in german.items()
    }


def test_every_standing_look_has_its_title() -> None:
    german = translations()["de"]
    for look in STANDING_LOOKS:
        assert german[look.kind].count("{}") == look.title.count("{}"), look.kind
