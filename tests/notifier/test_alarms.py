from __future__ import annotations

from notifier.alarms import write_alarm
from tests.notifier.mails import (
    COMPOSER,
    POSTING,
    parsed,
    text,
)


def test_an_alarm_tells_the_operators_what_is_wrong() -> None:
    mail = parsed(write_alarm(COMPOSER, "Nobody is on duty", ("case C-1", "case C-2"), POSTING))
    assert mail["Subject"] == "[tipline] ALARM: Nobody is on duty"
    assert "\n- case C-1\n- case C-2\n\nNoticed: 2026-11-22 03:00 UTC" in text(mail)
