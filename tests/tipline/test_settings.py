from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tipline.settings import ConfigurationError, load_settings
from tipline.settings.environment import read_environment
from tipline.settings.values.amounts import parse_size, show_size
from tipline.settings.values.durations import parse_duration, show_duration

SMALLEST = """
[platform]
key = "chirper"
name = "Chirper"
hosts = ["chirper.example"]
handle = "[a-z]+"
profile_url = "https://chirper.example/{handle}"
profile_paths = ["/{handle}"]
[addresses]
reporting = ["cp@chirper.example"]
[people.anna]
name = "Anna"
address = "anna@chirper.example"
[policies]
critical = { repeat = "5m", steps = [{ after = "0s", notify = "person:anna" }] }
high = { repeat = "5m", steps = [{ after = "0s", notify = "person:anna" }] }
normal = { repeat = "5m", steps = [{ after = "0s", notify = "person:anna" }] }
low = { repeat = "5m", steps = [{ after = "0s", notify = "person:anna" }] }
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tipline.toml"
    path.write_text(text, "utf-8")
    return path


def faults(config: Path | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config)
    return [str(fault) for fault in caught.value.faults]


def test_without_a_file_it_is_a_try_out_for_the_fictional_platform() -> None:
    settings = load_settings()

    assert settings.try_out
    assert (settings.smtp.host, settings.smtp.port) == ("127.0.0.1", 8025)
    assert settings.state_dir == Path("var")
    assert settings.addresses.reporting == ("cp@chirper.example",)
    assert settings.people["duty"].address == ("duty@chirper.example",)
    assert settings.relay is None


def test_a_file_ends_the_try_out_and_nothing_of_it_leaks_in(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, SMALLEST))

    assert not settings.try_out
    assert list(settings.people) == ["anna"]
    assert settings.addresses.operator is None
    assert settings.platform.reserved == ()


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIPLINE_SMTP__PORT", "2525")
    monkeypatch.setenv("TIPLINE_ADDRESSES__REPORTING", "one@example.org, two@example.org")
    monkeypatch.setenv("TIPLINE_STATE_DIR", "/srv/tipline")
    path = write(tmp_path, 'state_dir = "/elsewhere"\n' + SMALLEST + "[smtp]\nport = 25\n")

    settings = load_settings(path)

    assert settings.smtp.port == 2525
    assert settings.addresses.reporting == ("one@example.org", "two@example.org")
    assert settings.state_dir == Path("/srv/tipline")
    assert not settings.try_out


def test_the_environment_can_carry_steps_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = '[{"after": "1m", "notify": ["person:duty"]}]'
    monkeypatch.setenv("TIPLINE_POLICIES__HIGH__STEPS", steps)

    assert load_settings().policies.high.steps[0].after == timedelta(minutes=1)


def test_the_file_is_found_by_its_variable_and_an_option_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIPLINE_CONFIG", str(tmp_path / "missing.toml"))

    assert "No such file or directory" in faults()[0]
    assert not load_settings(write(tmp_path, SMALLEST)).try_out


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TIPLINE_SMTP__PROT", "1", 'is not a known setting; did you mean "port"?'),
        ("TIPLINE_PROT", "1", "is not a known setting"),
        ("TIPLINE_SMTP__PORT", "abc", '"abc" is not a whole number'),
        ("TIPLINE_SMTP", "abc", "must be a section with keys of its own"),
        ("TIPLINE_CASES__TAKE_FOR", "0s", "must be longer than 0s"),
        ("TIPLINE_LOG__LEVEL", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
        ("TIPLINE_POLICIES__HIGH__STEPS", "[{", "is not JSON"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)

    [fault] = faults()
    assert fault.startswith(f"environment {name}: {expected}")


def test_what_only_looks_like_ours_or_is_empty_is_no_setting() -> None:
    variables = {
        "TIPLINE_CONFIG": "x",
        "TIPLINE_TEST_REQUIRE": "x",
        "TIPLINE_SMTP__PORT": "",
        "TIPLINES": "x",
    }

    assert read_environment(variables).values == {}


def test_relative_paths_in_a_file_are_meant_from_its_folder(tmp_path: Path) -> None:
    text = 'state_dir = "state"\n' + SMALLEST + '[sealing]\nkey_file = "sealing.key"\n'

    settings = load_settings(write(tmp_path, text))

    assert settings.state_dir == tmp_path / "state"
    assert settings.sealing.key_file == tmp_path / "sealing.key"


def test_a_file_that_is_no_text_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "tipline.toml"
    path.write_bytes(b"\xff\xfe")

    assert faults(path) == [f"{path}: is not UTF-8 text"]


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.smtp.port = 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("15m", 900), ("1h30m", 5400), ("1h 30m", 5400), ("1d", 86400)],
)
def test_durations_are_read_and_written_the_same_way(text: str, seconds: int) -> None:
    span = parse_duration(text)

    assert span == timedelta(seconds=seconds)
    assert parse_duration(show_duration(span)) == span


@pytest.mark.parametrize(
    "text", ["", "15", 15, "15 minutes", "m", "-5m", "1.5h", None, "9" * 40 + "d", "9" * 5000 + "d"]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "octets"),
    [("35 MB", 35_000_000), ("512 KB", 512_000), ("1.5GB", 1_500_000_000), ("7 B", 7), (12, 12)],
)
def test_sizes_are_read_and_written_the_same_way(text: object, octets: int) -> None:
    assert parse_size(text) == octets
    assert parse_size(show_size(octets)) == octets


@pytest.mark.parametrize("text", ["", "big", "MB", "9" * 400 + " GB", None, True])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="size"):
        parse_size(text)


@pytest.mark.parametrize("code", ["en", "fil", "pt-br", "zh-hans-cn"])
def test_languages_are_codes(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPLINE_PEOPLE__DUTY__LANGUAGES", f"{code},en")

    assert load_settings().people["duty"].languages == (code, "en")
