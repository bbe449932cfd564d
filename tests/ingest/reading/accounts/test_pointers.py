"""The shapes of URLs, in a table beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import find_urls, take_apart
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)
LINES = Path(__file__).with_name("pointers.txt").read_text(encoding="utf-8").splitlines()
ROWS = [line.split(" | ") for line in LINES if not line.startswith("#")]


def pointer(text: str) -> str:
    url = next(iter(find_urls(text, PLATFORMS)), None)
    found = account_at(url, PLATFORMS) if url else None
    if found is None:
        return "-"
    account = found.account
    return f"{account.platform} {account.handle or account.user_id or account.url} {found.method}"


@pytest.mark.parametrize(("url", "expected"), ROWS, ids=[url for url, _ in ROWS])
def test_a_url_points_to(url: str, expected: str) -> None:
    assert pointer(url) == expected


@pytest.mark.parametrize(("url", "expected"), ROWS, ids=[url for url, _ in ROWS])
def test_a_url_in_a_sentence_points_to_the_same(url: str, expected: str) -> None:
    assert pointer(f"Please look at ({url}), it worries me.") == expected


# At a host we do not know a scheme is needed; the other three are no way to write without one.
BARE = [
    (url.removeprefix("https://"), expected)
    for url, expected in ROWS
    if url.startswith("https://")
    and expected != "-"
    and not any(odd in url for odd in ("example.org/users", "secret@", "example./"))
]


@pytest.mark.parametrize(("url", "expected"), BARE, ids=[url for url, _ in BARE])
def test_a_url_without_its_scheme_points_to_the_same(url: str, expected: str) -> None:
    assert pointer(url) == expected


def test_every_platform_of_the_table_has_a_row() -> None:
    seen = {expected.split()[0] for _, expected in ROWS}
    without = {platform.key for platform in PLATFORMS.others} - seen
    assert without <= {
        "kuaishou", "wechat", "niconico", "likee", "yubo", "wizz", "tellonym",
        "skype", "quora", "fansly", "kofi",
    }  # fmt: skip


def test_an_imitated_handle_is_kept_as_it_is_written() -> None:
    url = take_apart("https://chirper.example/d\u0430rk_wolf")
    found = account_at(url, PLATFORMS) if url else None
    assert found is not None
    assert found.account.handle == "d\u0430rk_wolf"


def test_one_number_is_one_account_however_it_is_linked() -> None:
    links = (
        "https://wa.me/4915112345678",
        "https://wa.me/+4915112345678",
        "https://api.whatsapp.com/send?phone=004915112345678",
        "whatsapp://send?phone=4915112345678",
    )
    assert {pointer(link) for link in links} == {"whatsapp +4915112345678 id_url"}
