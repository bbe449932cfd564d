from __future__ import annotations

from pathlib import Path

import pytest

from tipline.settings import load_settings
from tipline.settings.doubts import doubts

EXAMPLE = Path(__file__).parents[2] / "systemd" / "tipline.example.toml"
SERVER = '["mx.chirper.example"]'


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ["NOTHING CHECKS WHO SENDS"]),
        ({"COMMANDS__AUTHENTICATION": "never"}, ["NOTHING CHECKS WHO SENDS"]),
        ({"COMMANDS__AUTHENTICATION": "confirm"}, []),
        ({"COMMANDS__ALLOWED": "[]"}, []),
        ({"COMMANDS__AUTHENTICATION": "always"}, ["no mail of the people on duty is obeyed"]),
        ({"AUTHENTICATION__TRUSTED_SERVERS": SERVER}, []),
        (
            {"AUTHENTICATION__TRUSTED_SERVERS": SERVER, "COMMANDS__AUTHENTICATION": "never"},
            ["NOTHING CHECKS WHO SENDS"],
        ),
        (
            {"ACKNOWLEDGEMENT__AUTHENTICATION": "always", "COMMANDS__ALLOWED": "[]"},
            ["no reporter gets a receipt"],
        ),
    ],
)
def test_what_is_doubtful_about_who_is_believed(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], told: list[str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"TIPLINE_{name}", value)
    found = list(doubts(load_settings(EXAMPLE)))
    assert len(found) == len(told)
    assert all(doubt.message.startswith(words) for doubt, words in zip(found, told, strict=True))


def test_a_try_out_has_no_doubts() -> None:
    assert list(doubts(load_settings())) == []
