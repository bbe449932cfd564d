from __future__ import annotations

import json
from datetime import date, time, timedelta
from pathlib import Path
from typing import get_args

import pytest

from ingest.addresses import fold_address
from ingest.reading.category import Category
from ingest.reading.rules import CHIRPER
from notifier.compose import Greeting
from notifier.courier import MaildirCourier, RelayCourier
from notifier.local_time import Hours
from notifier.policy import Target, TargetKind
from store.model import Severity
from tipline.settings import ConfigurationError, Settings, load_settings
from tipline.settings.duty import directory
from tipline.settings.home import home_platform, operator_languages, reading_rules, receptions
from tipline.settings.mail import courier, identity
from tipline.settings.places import places, relay_password
from tipline.settings.sections.staff import CategoryName

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


def test_categories_of_policies_are_those_that_reading_suggests() -> None:
    assert set(get_args(CategoryName)) == set(Category)


def test_a_rota_is_its_layers_above_its_members(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace(
        "[policies]\n",
        """\
[[rotas.duty.layers]]
name = "nights"
members = "ben"
turn = "12h"
handover = "20:00"
time_zone = "Asia/Kolkata"
start = 2026-01-07
hours = "20:00-08:00, 12:00-12:30"
days = "fri-mon"
[[rotas.duty.layers]]
members = ["ben"]
turn = "14d"
handover = "20:00"
handover_day = "monday"
start = 2026-01-07
[policies]
""",
    )
    path = tmp_path / "tipline.toml"
    path.write_text(text, "utf-8")

    nights, second, members = directory(load_settings(path)).rotas["duty"].layers

    assert (nights.name, nights.turn, nights.time_zone) == (
        "nights",
        timedelta(hours=12),
        "Asia/Kolkata",
    )
    assert nights.hours == Hours(
        spans=((time(20), time(8)), (time(12), time(12, 30))),
        days=frozenset({4, 5, 6, 0}),
        time_zone="Asia/Kolkata",
    )
    assert (second.name, second.start, second.time_zone) == (
        "layer 2",
        date(2026, 1, 12),
        "Europe/Dublin",
    )
    assert (members.name, members.hours, members.turn) == ("members", None, timedelta(days=7))


def test_every_address_of_the_staff_is_known_to_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "TIPLINE_PEOPLE__DUTY__ADDRESS", "Duty@chirper.example,phone@chirper.example"
    )
    settings = load_settings()

    assert reading_rules(settings).staff_addresses == (
        "duty@chirper.example",
        "phone@chirper.example",
    )


def test_a_step_may_keep_to_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        {
            "after": "0s",
            "notify": "person:duty",
            "only_between": {"hours": "08:00-24:00", "time_zone": "Europe/Berlin"},
        }
    ]
    monkeypatch.setenv("TIPLINE_POLICIES__LOW__STEPS", json.dumps(steps))
    monkeypatch.setenv("TIPLINE_POLICIES__CATEGORIES__SEXTORTION__LOW__REPEAT", "5m")
    monkeypatch.setenv("TIPLINE_POLICIES__CATEGORIES__SEXTORTION__LOW__STEPS", json.dumps(steps))

    everybody = directory(load_settings())

    assert everybody.policy(Severity.LOW).steps[0].only_between == Hours(
        spans=((time(8), time(0)),), time_zone="Europe/Berlin"
    )
    special = everybody.policy(Severity.LOW, "sextortion")
    assert (special.key, special.repeat) == ("categories.sextortion.low", timedelta(minutes=5))


LONG = "the-desk-for-child-protection-at-chirper@chirper.example"


@pytest.mark.parametrize(
    ("reporting", "replies"),
    [
        (["cp@chirper.example", "safety@chirper.example"], "cp+t@chirper.example"),
        ([LONG, "cp@other.example", "safety@chirper.example"], "safety+t@chirper.example"),
        ([LONG, "cp@other.example"], "cp+t@other.example"),
        (["x" * 24 + "@chirper.example", "cp@chirper.example"], "x" * 24 + "+t@chirper.example"),
        (["x" * 25 + "@chirper.example", "cp@chirper.example"], "cp+t@chirper.example"),
        (["ä" * 13 + "@chirper.example", "cp@chirper.example"], "cp+t@chirper.example"),
    ],
)
def test_replies_come_to_an_address_that_leaves_room_for_a_token(
    try_out: Settings, reporting: list[str], replies: str
) -> None:
    book = try_out.addresses.model_copy(update={"reporting": tuple(reporting)})
    us = identity(try_out.model_copy(update={"addresses": book}))

    assert (us.address, us.tagged("t")) == (reporting[0], replies)


@pytest.mark.parametrize(
    ("answer_from", "senders"),
    [
        ("first", ["cp@chirper.example"]),
        ("same-domain", ["cp@chirper.example", "Safety@Chirper.example"]),
        ("any", ["cp@chirper.example", "Safety@Chirper.example", "cp@tweeter.example"]),
    ],
)
def test_reporters_are_written_to_from_where_they_wrote(
    try_out: Settings, answer_from: str, senders: list[str]
) -> None:
    ours = (
        "cp@chirper.example",
        "Safety@Chirper.example",
        "schütz@chirper.example",
        "cp@tweeter.example",
    )
    changes = {"reporting": ours, "answer_from": answer_from}
    book = try_out.addresses.model_copy(update=changes)
    us = identity(try_out.model_copy(update={"addresses": book}))
    assert us.senders == {fold_address(each): each for each in senders}


def test_defaults_of_addresses_go_to_filing_policies_and_letters(tmp_path: Path) -> None:
    path = tmp_path / "tipline.toml"
    path.write_text(
        EXAMPLE.read_text("utf-8").replace(
            'reporting = ["cp@chirper.example"]',
            """reporting = ["cp@chirper.example", "Safety@chirper.example"]
defaults.safety = { addresses = ["safety@chirper.example"], severity = "high", language = "de", \
templates = "letters", policies.high = { repeat = "1h", steps = [{ after = "0s", \
notify = ["person:ben"] }] } }""",
        ),
        "utf-8",
    )
    settings = load_settings(path)
    address = "safety@chirper.example"
    assert receptions(settings).addresses == ("cp@chirper.example", address)
    assert receptions(settings).least == {address: Severity.HIGH}
    assert (
        directory(settings).policy(Severity.HIGH, None, (address,)).key == "addresses.safety.high"
    )
    assert identity(settings).greetings == {
        address: Greeting(name="safety", language="de", templates=tmp_path / "letters")
    }


def test_operators_read_alarms_in_their_own_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert operator_languages(load_settings()) == ("en",)
    monkeypatch.setenv("TIPLINE_PEOPLE__DUTY__LANGUAGES", '["de", "en"]')
    assert operator_languages(load_settings()) == ("de", "en")
    monkeypatch.setenv("TIPLINE_ADDRESSES__OPERATOR", "ops@chirper.example")
    assert operator_languages(load_settings()) == ("en",)
    monkeypatch.setenv("TIPLINE_ADDRESSES__OPERATOR_LANGUAGES", '["pl"]')
    assert operator_languages(load_settings()) == ("pl",)
