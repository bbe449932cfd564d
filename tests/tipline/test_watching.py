from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from notifier.alarm_titles import translations
from store.model import Attempt, OutboxKind, OutgoingMail, utc_now
from store.states import OutboxState
from tests.tipline.certificates import certificate_for
from tipline.installation import opened
from tipline.settings import Settings, load_settings
from tipline.watching import Watch, is_canary_on, look_at_folders, watch
from tipline.wiring import Wiring, outfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def nobody_late(limit: timedelta) -> Sequence[str]:
    del limit
    return ()


@pytest.fixture
def wiring(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wiring]:
    del state
    monkeypatch.setenv("TIPLINE_RELAY__HOST", "127.0.0.1")
    settings = load_settings()
    with opened(settings, writing=True) as installation:
        yield Wiring(outfit=outfit(settings), installation=installation, clock=utc_now)


def found(watched: Watch, wiring: Wiring, kind: str, now: datetime = NOW) -> int | list[str]:
    (look,) = [one for one in watched.looks if one.kind == kind]
    with wiring.installation.store.snapshot() as work:
        return look.look(work, now)


def settings_with(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"TIPLINE_{name}", value)
    return load_settings()


def test_stages_that_stand_still_are_named(wiring: Wiring) -> None:
    asked: list[timedelta] = []

    def late(limit: timedelta) -> Sequence[str]:
        asked.append(limit)
        return ("reading 1",)

    assert found(watch(wiring, late), wiring, "stage_stuck") == ["stage reading 1"]
    assert asked == [timedelta(minutes=10)]


def test_a_relay_that_takes_nothing_is_told_until_something_goes(wiring: Wiring) -> None:
    watched = watch(wiring, nobody_late)
    later = NOW + timedelta(minutes=5)
    with wiring.installation.store.transaction() as work:
        mail = OutgoingMail(
            kind=OutboxKind.ALARM,
            dedupe_key="one",
            sender="",
            recipient="ops@chirper.example",
            subject="neutral",
            message_id="<1@chirper.example>",
            content=b"Subject: neutral\r\n\r\n",
        )
        number = work.outbox.queue(mail, NOW)
        assert number is not None
        away = Attempt(at=NOW, outcome="deferred", detail="away")
        work.outbox.record(work.outbox.get(number), away, OutboxState.QUEUED, later)
        work.commit()
    assert found(watched, wiring, "relay_down", NOW + timedelta(minutes=4)) == 0
    assert found(watched, wiring, "relay_down", later) == 1
    with wiring.installation.store.transaction() as work:
        went = Attempt(at=later, outcome="sent", detail="")
        work.outbox.record(work.outbox.get(number), went, OutboxState.SENT)
        work.commit()
    assert found(watched, wiring, "relay_down", later) == 0


def test_channels_are_looked_at_once_an_hour_and_sooner_while_one_fails(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "sms"
    monkeypatch.setenv("TIPLINE_PEOPLE__DUTY__CHANNELS__SMS__URL_FILE", str(path))
    with_sms = Wiring(
        outfit=outfit(load_settings()), installation=wiring.installation, clock=utc_now
    )
    watched = watch(with_sms, nobody_late)
    missing = [f"channel duty/sms: {path} cannot be read: No such file or directory"]
    assert found(watched, wiring, "channel_unusable") == missing
    path.write_text("json://127.0.0.1/x")
    assert found(watched, wiring, "channel_unusable", NOW + timedelta(minutes=4)) == missing
    mended = NOW + timedelta(minutes=5)
    assert found(watched, wiring, "channel_unusable", mended) == []
    path.unlink()
    assert found(watched, wiring, "channel_unusable", mended + timedelta(minutes=59)) == []
    assert found(watched, wiring, "channel_unusable", mended + timedelta(hours=1)) == missing


@pytest.mark.usefixtures("state")
def test_a_mail_to_ourselves_is_sent_where_it_can_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not is_canary_on(load_settings())
    with_relay = settings_with(monkeypatch, RELAY__HOST="127.0.0.1")
    assert is_canary_on(with_relay)
    assert not is_canary_on(settings_with(monkeypatch, WATCHING__CANARY="off"))
    monkeypatch.delenv("TIPLINE_WATCHING__CANARY")
    assert not is_canary_on(settings_with(monkeypatch, SMTP__ENABLED="false"))


def test_silence_is_looked_for_unless_it_is_switched_off(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(watch(wiring, nobody_late), wiring, "silence") == []
    settings = settings_with(monkeypatch, WATCHING__SILENCE_REPORTS="0")
    deaf = Wiring(outfit=outfit(settings), installation=wiring.installation, clock=utc_now)
    assert "silence" not in {look.kind for look in watch(deaf, nobody_late).looks}


def test_the_certificate_in_use_is_the_one_that_was_read_at_the_start(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = certificate_for(tmp_path, 10)
    monkeypatch.setenv("TIPLINE_SMTP__TLS_CERTIFICATE", str(certificate))
    monkeypatch.setenv("TIPLINE_SMTP__TLS_KEY", str(certificate.with_suffix(".key")))
    with_tls = Wiring(
        outfit=outfit(load_settings()), installation=wiring.installation, clock=utc_now
    )
    watched = watch(with_tls, nobody_late)
    certificate_for(tmp_path, 90)
    (told,) = cast("list[str]", found(watched, wiring, "expiring", utc_now()))
    assert told.startswith(f"the certificate {certificate} as read at the start: ")
    restarted = watch(with_tls, nobody_late)
    assert found(restarted, wiring, "expiring", utc_now()) == []


def test_every_look_has_its_title_in_the_languages_of_the_staff(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_with(
        monkeypatch,
        WATCHING__CANARY="on",
        MAILBOXES__REPORTS__HOST="imap.chirper.example",
        MAILBOXES__REPORTS__USERNAME="cp",
    )
    everything = replace(wiring, outfit=outfit(settings))
    watched = watch(everything, nobody_late)
    looks = (*watched.looks, wiring.calendars().look(), look_at_folders(()))
    kinds = {look.kind for look in looks}
    assert {
        "mailbox_failing",
        "disk_full",
        "relay_down",
        "canary",
        "silence",
        "folder_failing",
    } <= kinds
    for look in looks:
        assert translations()["de"][look.kind].count("{}") == look.title.count("{}"), look.kind
