from __future__ import annotations

import pytest

from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.urls import find_urls
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)
WIDE = "We have seen it for some time now, and it is at all times this one: "


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<https://chirper.example/\nriver_mouth>", "https://chirper.example/river_mouth"),
        ("<https://chirper.example/river_\r\nmouth> is", "https://chirper.example/river_mouth"),
        ("<https://chirper.example/ri\nver_mo\nuth>", "https://chirper.example/river_mouth"),
        ("https://chirper.example/\nriver_mouth\n", "https://chirper.example/river_mouth"),
        ("https://chirper.example/\nriver_mouth is", "https://chirper.example/river_mouth"),
        ("chirper.example/\nriver_mouth", "https://chirper.example/river_mouth"),
        ("https://www.tiktok.com/@\nriver_mouth", "https://www.tiktok.com/@river_mouth"),
        ("https://snapchat.com/add/\nriver7", "https://snapchat.com/add/river7"),
        ("https://chirper.example/river_=\nmouth", "https://chirper.example/river_mouth"),
        (
            "https://www.facebook.com/profile.php?\nid=10001234 is",
            "https://www.facebook.com/profile.php?id=10001234",
        ),
        (
            "https://www.facebook.com/profile.php?id=\n10001234.",
            "https://www.facebook.com/profile.php?id=10001234",
        ),
        (f"{WIDE}https://chirper.example/river_\nmouth", "https://chirper.example/river_mouth"),
    ],
)
def test_a_broken_url_is_put_together(text: str, url: str) -> None:
    assert [found.url for found in find_urls(text, PLATFORMS)] == [url]


@pytest.mark.parametrize(
    "text",
    [
        "https://chirper.example/river_mouth\nPlease help",
        "https://chirper.example/river_mouth\nanna_b",
        "https://chirper.example/river_mouth\n@anna_b",
        "https://chirper.example/river_mouth/\nanna_b",
        "https://chirper.example/river_mouth\n\nanna_b",
        "https://chirper.example/river_mouth.\nanna_b",
        f"{WIDE}https://chirper.example/river_mouth\nthanks",
    ],
)
def test_the_next_line_is_not_swallowed(text: str) -> None:
    (found,) = find_urls(text, PLATFORMS)
    assert found.path == "/river_mouth"
    written = text[slice(*found.span)]
    assert "\n" not in written


@pytest.mark.parametrize("next_line", ["Anna", "Please help", "thanks", "https://x.com/anna_b"])
def test_a_host_alone_takes_no_plain_word(next_line: str) -> None:
    found = find_urls(f"I saw it on https://chirper.example/\n{next_line}", PLATFORMS)
    assert found[0].path == "/"
