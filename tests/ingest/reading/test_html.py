from __future__ import annotations

import pytest

from ingest.reading.html import read_html


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("one<br>two", "one two"),
        ("a &amp; b &nbsp;c &euro;", "a & b c €"),
        ("<!-- hidden -->seen", "seen"),
        ("<style>p {}</style><script>x()</script>seen", "seen"),
        ("<head><title>hidden</title></head><body>seen</body>", "seen"),
        ('<p style="display: none">hidden</p>seen', "seen"),
        ('<p style="DISPLAY:NONE !important">hidden</p>seen', "seen"),
        ('<p style="visibility:hidden">hidden</p>seen', "seen"),
        ('<span style="font-size:0">hidden</span>seen', "seen"),
        ('<span style="mso-hide:all">hidden</span>seen', "seen"),
        ("<p hidden>hidden</p>seen", "seen"),
        ("<!--[if mso]>hidden<![endif]-->seen", "seen"),
        ('<?xml version="1.0" encoding="utf-16"?><p>seen</p>', "seen"),
        ("<p>one<p>two<b>three", "one twothree"),
        ("no markup at all", "no markup at all"),
        ("a\x00b", "ab"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_what_a_reader_sees_are_the_words(markup: str, words: str) -> None:
    assert " ".join(read_html(markup).own.split()) == words


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><blockquote class="gmail_quote">quoted</blockquote></div>',
        '<blockquote type="cite"><div>quoted</div></blockquote>',
        '<div class="yahoo_quoted"><div>quoted</div></div>',
        '<div class="protonmail_quote">quoted</div>',
        '<div name="quote">quoted</div>',
    ],
)
def test_a_quoted_mail_is_not_among_the_own_words(quote: str) -> None:
    found = read_html(f"<div>own</div>{quote}")
    assert (found.own.split(), found.whole.split()) == (["own"], ["own", "quoted"])


def test_a_forward_in_a_quote_is() -> None:
    markup = '<blockquote type="cite"><div>Begin forwarded message:</div><p>more</p></blockquote>'
    assert read_html(markup).own.split() == ["Begin", "forwarded", "message:", "more"]


def test_link_targets_are_collected_once_and_only_those_that_lead_somewhere() -> None:
    markup = (
        '<a href="https://chirper.example/a">a</a><a href=" https://chirper.example/a ">b</a>'
        '<a href="mailto:a@example.org">c</a><a href="javascript:x()">d</a><a>e</a>'
    )
    assert read_html(markup).links == ("https://chirper.example/a",)


@pytest.mark.parametrize(
    "piece", ["<div>", "<table><tr><td>", "<blockquote type=cite>", "<b>", "<![", "&#"]
)
def test_deep_or_broken_markup_is_read(piece: str) -> None:
    assert isinstance(read_html(piece * 5000 + "seen").own, str)


@pytest.mark.parametrize("way", ["padding-left", "padding", "margin-top", "margin"])
def test_a_huge_margin_costs_nothing(way: str) -> None:
    words = read_html(f'<p style="{way}: 999999999em">seen</p><p>too</p>').own
    assert len(words) < 100


def test_line_ends_that_a_style_keeps_are_kept() -> None:
    assert read_html('<div style="white-space: pre-wrap">a\nb</div>').own.split("\n") == ["a", "b"]


@pytest.mark.parametrize("depth", [200, 300, 1000, 3000, 20_000])
def test_what_is_nested_deeply_is_read(depth: int) -> None:
    markup = f"<p>first</p>{'<div>' * depth}@heron7 is in danger{'</div>' * depth}"
    assert read_html(markup).own.split() == ["first", "@heron7", "is", "in", "danger"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["<!--", "<![", "<?", "<!", "</", "<a href='", "<style"])
@pytest.mark.parametrize("end", ["", ">"])
def test_what_never_closes_costs_little(piece: str, end: str) -> None:
    assert isinstance(read_html(piece * 40_000 + end).own, str)
