from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.accounts.clean import clean
from ingest.reading.accounts.mentions import find_mentions
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.urls import find_urls
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)
URL = "https://chirper.example/dark_wolf"
NUISANCE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2069\ufe0f\u061c"


@pytest.mark.parametrize(
    "written",
    [
        "hxxps://chirper.example/dark_wolf",
        "hXXps://chirper[.]example/dark_wolf",
        "HXXPS://chirper(.)example/dark_wolf",
        "h**ps://chirper{.}example/dark_wolf",
        "https[:]//chirper.example/dark_wolf",
        "https[://]chirper.example/dark_wolf",
        "hxxps[:]//chirper[.]example/dark_wolf",
        "https://chirper[dot]example/dark_wolf",
        "https://chirper(dot)example/dark_wolf",
        "https://chirper [dot] example/dark_wolf",
        "https://chirper [.] example/dark_wolf",
        "https://chirper[punkt]example/dark_wolf",
        "https://chirper[point]example/dark_wolf",
        "https://chirper[punto]example/dark_wolf",
        "https://chirper[точка]example/dark_wolf",
        "https://chirper[点]example/dark_wolf",
        "https://chirper[ドット]example/dark_wolf",
        "https://chirper[점]example/dark_wolf",
        "https://chirper[نقطة]example/dark_wolf",
        r"https://chirper\.example/dark_wolf",
        r"https://chirper.example/dark\_wolf",
        "https://chirper[.example/dark_wolf",
        "https://chirper.]example/dark_wolf",
        "https://chirper.example[/]dark_wolf",
        "https: //chirper.example/dark_wolf",
        "https:// chirper.example/dark_wolf",
        "https:/chirper.example/dark_wolf",
        "https;//chirper.example/dark_wolf",
        r"https:\\chirper.example/dark_wolf",
        "https//chirper.example/dark_wolf",
        "h t t p s : / / chirper.example/dark_wolf",
        "ttps://chirper.example/dark_wolf",
        "https：／／chirper.example／dark_wolf",
        "https://chirper\u3002example/dark_wolf",
        "https://chirper\uff0eexample/dark_wolf",
        "\uff48\uff54\uff54\uff50\uff53://chirper.example/dark\uff3fwolf",
        "https://chirper . example / dark_wolf",
        "https://chi\u200brper.exam\u00adple/da\u2060rk_wo\ufe0flf",
        "hxxps://chirper . example/dark_wolf",
    ],
)
def test_a_defanged_address_is_made_whole(written: str) -> None:
    text = f"Please look at {written} soon"
    cleaned = clean(text, PLATFORMS)
    (url,) = find_urls(cleaned.text, PLATFORMS)
    assert url.url == URL
    assert text[cleaned.origin(url.span[0]) : cleaned.origin(url.span[1])] == written


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("chirper . example / name_1", "chirper.example/name_1"),
        ("chirper dot example slash name_1", "chirper.example/name_1"),
        ("www . x . com / name_1", "www.x.com/name_1"),
        ("other . example / name_1", "other . example / name_1"),
        ("It is over. Me and/or you", "It is over. Me and/or you"),
        ("that is the point of it", "that is the point of it"),
        ("see (point) 3", "see (point) 3"),
        ("http: the protocol", "http: the protocol"),
        ("anna [at] example [dot] org", "anna@example.org"),
        ("see (@)name_1 please", "see @name_1 please"),
        ("see [at] name_1. Please", "see @name_1. Please"),
        ("\uff20name_1", "@name_1"),
        ("\uff21\uff22\uff23\uff11", "ABC1"),
        ("\U0001d41d\U0001d41a\U0001d42b\U0001d424_1", "dark_1"),
        ("one\u00a0\u2009 two", "one two"),
        ("one\u3000two\tthree", "one two three"),
        ("one\n  two", "one\n two"),
        ("これ：名前？", "これ：名前？"),
        ("Nothing to do here.", "Nothing to do here."),
    ],
)
def test_cleaning(written: str, cleaned: str) -> None:
    assert clean(written, PLATFORMS).text == cleaned


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Write mentions and URLs among words, with characters without width strewn in."""
    words = st.sampled_from(
        [
            "look",
            "at",
            "(this)",
            "@dark_wolf",
            "@one_2,",
            URL,
            f"{URL}.",
            "ja\u00a0nein",
            "名前",
            "\n",
        ]
    )
    text = " ".join(draw(st.lists(words, max_size=12)))
    strewn = draw(st.lists(st.sampled_from(["", "", "", *NUISANCE]), min_size=len(text)))
    return "".join(char + odd for char, odd in zip(text, strewn, strict=False))


@given(texts())
def test_a_span_leads_back_to_what_was_written(text: str) -> None:
    cleaned = clean(text, PLATFORMS)
    spans = [url.span for url in find_urls(cleaned.text, PLATFORMS)]
    spans += [mention.span for mention in find_mentions(cleaned.text)]
    for start, end in spans:
        written = text[cleaned.origin(start) : cleaned.origin(end)]
        assert re.sub(f"[{NUISANCE}]", "", written) == cleaned.text[start:end]


@given(st.text(alphabet="ab .[](){}\\/:;htpsx@\u200b\u3000\u3002\uff0e", max_size=200))
def test_no_text_leads_astray(text: str) -> None:
    cleaned = clean(text, PLATFORMS)
    places = [cleaned.origin(place) for place in range(len(cleaned.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
