from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.reading.rules import CHIRPER
from notifier.courier import MaildirCourier, RelayCourier
from notifier.policy import Target, TargetKind
from store.model import Severity
from tipline.settings import ConfigurationError, Settings, load_settings
from tipline.settings.duty import directory
from tipline.settings.home import home_platform, reading_rules
from tipline.settings.mail import courier, identity
from tipline.settings.places import places, relay_password

EXAMPLE = Path(__file__).parents[2] / "systemd" / "tipline.example.toml"


@pytest.fixture
def try_out() -> Settings:
    return load_settings()


@pytest.fixture
def example() -> Settings:
    return load_settings(EXAMPLE)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path


def test_the_try_out_reads_for_the_fictional_platform(try_out: Settings) -> None:
    rules = reading_rules(try_out)

    assert home_platform(try_out) == CHIRPER
    assert rules.reporting_addresses == ("cp@chirper.example",)
    assert rules.own_domains == ("chirper.example",)
    assert rules.staff_addresses == ("duty@chirper.example",)
    assert rules.spam_fields == ("x-spam-flag",)


def test_policies_become_steps_with_targets(example: Settings) -> None:
    policy = directory(example).policy(Severity.HIGH)

    assert [step.after for step in policy.steps] == [timedelta(0), timedelta(minutes=15)]
    assert policy.steps[0].targets == (Target(kind=TargetKind.ROTA, name="duty"),)
    assert policy.repeat == timedelta(minutes=30)


def test_the_operator_is_told_when_nobody_else_can_be(example: Settings, try_out: Settings) -> None:
    assert directory(example).fallback == "operator@chirper.example"
    assert directory(try_out).fallback == "duty@chirper.example"


def test_our_mails_say_who_we_are(example: Settings) -> None:
    us = identity(example)

    assert us.address == "cp@chirper.example"
    assert us.name == "Chirper Child Protection"
    assert us.domain == "chirper.example"


def test_everything_is_kept_below_one_folder(try_out: Settings) -> None:
    where = places(try_out)

    assert where.sealing_key == Path("var/keys/sealing.key")
    assert where.outgoing == Path("var/outgoing")
    assert where.database.parent == Path("var")


def test_the_sealing_key_may_be_a_credential(try_out: Settings, credentials: Path) -> None:
    (credentials / "sealing-key").write_text("key")

    assert places(try_out).sealing_key == credentials / "sealing-key"


def test_without_a_relay_mails_go_to_the_maildir(try_out: Settings) -> None:
    assert isinstance(courier(try_out), MaildirCourier)


def test_the_password_of_the_relay_is_read_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "password"
    path.write_text("open sesame\n")
    monkeypatch.setenv("TIPLINE_RELAY__PASSWORD_FILE", str(path))
    settings = load_settings(EXAMPLE)

    password = relay_password(settings)

    assert password is not None
    assert password.get_secret_value() == "open sesame"
    assert "sesame" not in f"{password!r} {settings!r} {password}"
    assert isinstance(courier(settings), RelayCourier)


def test_a_password_that_cannot_be_read_is_a_fault_that_names_the_key(example: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"relay\.password_file: .* cannot be read"):
        courier(example)
