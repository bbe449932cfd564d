from __future__ import annotations

import pytest

from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.urls import MAX_URLS, find_urls, take_apart
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("see chirper.example/dark_wolf, please", ["chirper.example/dark_wolf"]),
        ("(https://chirper.example/a_1)", ["https://chirper.example/a_1"]),
        ("<https://chirper.example/a_1>", ["https://chirper.example/a_1"]),
        ('"https://chirper.example/a_1"', ["https://chirper.example/a_1"]),
        ("“https://chirper.example/a_1”", ["https://chirper.example/a_1"]),
        ("«https://chirper.example/a_1»", ["https://chirper.example/a_1"]),
        ("「https://chirper.example/a_1」", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1!", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1。", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1।", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1؟", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1's account", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1’in hesabı", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1という人", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1님이", ["https://chirper.example/a_1"]),
        ("看https://chirper.example/a_1这个", ["https://chirper.example/a_1"]),
        ("https://chirper.example/a_1—it is", ["https://chirper.example/a_1"]),
        (
            "https://chirper.example/a_1,https://chirper.example/b_2",
            ["https://chirper.example/a_1", "https://chirper.example/b_2"],
        ),
        (
            "chirper.example/a_1,chirper.example/b_2",
            ["chirper.example/a_1", "chirper.example/b_2"],
        ),
        (
            "[https://chirper.example/a_1](https://chirper.example/a_1)",
            ["https://chirper.example/a_1", "https://chirper.example/a_1"],
        ),
        ("[him](https://chirper.example/a_1)", ["https://chirper.example/a_1"]),
        ("| https://chirper.example/a_1| spam", ["https://chirper.example/a_1"]),
        ("write to anna@chirper.example", []),
        ("write to anna.b@chirper.example/a_1", []),
        ("it is over.I am sure", []),
        ("an unknown.example/name", []),
        ("social.example.org/@wolf", ["social.example.org/@wolf"]),
        ("tg://resolve?domain=wolf_1.", ["tg://resolve?domain=wolf_1"]),
        ("http://", []),
        ("https://[broken", []),
        ("://", []),
        (".com", []),
    ],
)
def test_a_url_ends_where_the_sentence_goes_on(text: str, written: list[str]) -> None:
    assert [text[slice(*url.span)] for url in find_urls(text, PLATFORMS)] == written


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://x.com@evil.example/name", "evil.example"),
        ("https://x.com:443@evil.example/name", "evil.example"),
        ("https://CHIRPER.example:8443/name", "chirper.example"),
        ("https://xn--bcher-kva.example/name", "bücher.example"),
        ("https://\uff43hirper.example/name", "chirper.example"),
        ("https://chirper.example./name", "chirper.example"),
        ("chirper.example/name", "chirper.example"),
    ],
)
def test_the_host_is_the_one_a_program_would_ask(url: str, host: str) -> None:
    found = take_apart(url)
    assert found is not None
    assert found.host == host


def test_the_number_of_urls_is_bounded() -> None:
    text = " ".join(f"https://chirper.example/name_{count}" for count in range(MAX_URLS + 50))
    assert len(find_urls(text, PLATFORMS)) == MAX_URLS
