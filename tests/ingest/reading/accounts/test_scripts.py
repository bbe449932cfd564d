from __future__ import annotations

import pytest

from ingest.reading.accounts.scripts import ascii_beginning, is_mixed_script


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("dark_wolf", False),
        ("d\u0430rk_wolf", True),
        ("dark_w\u03bflf", True),
        ("\u0430\u043d\u043d\u0430", False),
        ("\u0430\u043d\u043d\u0430_77", False),
        ("josé", False),
        ("ゲームzone", False),
        ("wolf님", False),
        ("", False),
        ("1234_", False),
    ],
)
def test_letters_of_scripts_that_imitate_each_other_are_mixed(name: str, *, mixed: bool) -> None:
    assert is_mixed_script(name) is mixed


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("dark_wolf", "dark_wolf"),
        ("dark_wolfさん", "dark_wolf"),
        ("dark_wolf님", "dark_wolf"),
        ("dark_wolf這個", "dark_wolf"),
        ("dark_wolf-у", "dark_wolf-"),
        ("dark_wolfكتب", "dark_wolf"),
        ("d\u0430rk_wolf", "d\u0430rk_wolf"),
        ("dark_wol\u0430", "dark_wol\u0430"),
        ("josé", "josé"),
        ("nguyễn", "nguyễn"),
        ("名前", ""),
    ],
)
def test_what_another_script_adds_is_cut_off(name: str, beginning: str) -> None:
    assert ascii_beginning(name) == beginning
