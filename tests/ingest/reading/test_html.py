from __future__ import annotations

import pytest

from ingest.reading.html import read_html
from ingest.reading.links import Link
from ingest.reading.marks import ATTRIBUTED, ORIGINAL, QUOTED, SIGNED, without_marks


def words(markup: str) -> str:
    return without_marks(read_html(markup).text)


@pytest.mark.parametrize(
    ("markup", "seen"),
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
        ('<p style="font-size: 0px">hidden</p>seen', "seen"),
        ('<p style="font-size:10px">seen</p>', "seen"),
        ('<p style="max-height:0px;overflow:hidden">hidden</p>seen', "seen"),
        ('<p style="opacity: 0">hidden</p>seen', "seen"),
        ('<p style="opacity: 0.9">seen</p>', "seen"),
        ("<title>hidden</title>seen", "seen"),
        ("<!--[if mso]>hidden<![endif]-->seen", "seen"),
        ('<?xml version="1.0" encoding="utf-16"?><p>seen</p>', "seen"),
        ("<p>one<p>two<b>three", "one twothree"),
        ("no markup at all", "no markup at all"),
        ("a\x00b", "ab"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_what_a_reader_sees_are_the_words(markup: str, seen: str) -> None:
    assert " ".join(words(markup).split()) == seen


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><blockquote class="gmail_quote">quoted</blockquote></div>',
        '<blockquote type="cite"><div>quoted</div></blockquote>',
        '<blockquote style="border-left: 1px solid #ccc">quoted</blockquote>',
        "<blockquote>quoted</blockquote>",
        '<div class="yahoo_quoted"><div>quoted</div></div>',
        '<div class="ydp1a2b3cyahoo_quoted">quoted</div>',
        '<div class="protonmail_quote">quoted</div>',
        '<div name="quote">quoted</div>',
        '<div class="zmail_extra">quoted</div>',
    ],
)
def test_a_quoted_mail_is_marked(quote: str) -> None:
    lines = [line for line in read_html(f"<div>own</div>{quote}").text.split("\n") if line]
    assert lines == ["own", f"{QUOTED}quoted"]


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature">Anna</div>',
        '<div data-smartmail="gmail_signature">Anna</div>',
        '<pre class="moz-signature">Anna</pre>',
        '<div id="Signature">Anna</div>',
        '<div id="ms-outlook-mobile-signature">Anna</div>',
        '<div id="AppleMailSignature">Anna</div>',
        '<div class="protonmail_signature_block">Anna</div>',
        '<div class="k9mail-signature">Anna</div>',
        '<div id="composer_signature">Anna</div>',
        '<div class="ydp9f8e7dsignature">Anna</div>',
    ],
)
def test_a_signature_is_marked(signature: str) -> None:
    assert f"{SIGNED}Anna" in read_html(f"<div>own</div>{signature}").text.split("\n")


@pytest.mark.parametrize("name", ['class="moz-cite-prefix"', 'class="gmail_attr"'])
def test_the_line_above_a_quote_is_marked(name: str) -> None:
    assert f"{ATTRIBUTED}Anna:" in read_html(f"own<div {name}>Anna:</div>").text.split("\n")


@pytest.mark.parametrize(
    "head",
    [
        '<div id="divRplyFwdMsg">a: b</div>',
        '<div id="mail-editor-reference-message-container">a: b</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt">a: 1<br>b: 2<br>c: 3</div>',
    ],
)
def test_the_head_of_an_answered_mail_is_marked(head: str) -> None:
    assert ORIGINAL in read_html(f"<div>own</div>{head}").text.split("\n")


@pytest.mark.parametrize(
    "markup",
    [
        '<blockquote style="margin:0 0 0 40px;border:none">set in</blockquote>',
        '<div class="quote">set in</div>',
        '<blockquote type="cite"><div>Begin forwarded message:</div><p>more</p></blockquote>',
        f"own {QUOTED}set in",
    ],
)
def test_what_is_no_quoted_mail_has_no_marks(markup: str) -> None:
    assert not read_html(markup).is_marked


def test_a_table_has_a_row_a_line() -> None:
    markup = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    assert words(markup).strip().split("\n") == ["a  b", "c  d"]


def test_what_stands_for_pictures_counts_only_where_nothing_else_is_said() -> None:
    assert words('<img alt="a picture"><img alt="a picture">') == "a picture"
    assert words('<p>own</p><img alt="a picture">').strip() == "own"


def test_relative_links_are_joined_to_their_base() -> None:
    markup = '<base href="https://chirper.example/x/"><a href="../dark_wolf">a</a>'
    assert read_html(markup).links[0].target == "https://chirper.example/dark_wolf"


def test_links_that_are_not_shown_lead_nowhere() -> None:
    markup = '<p>own</p><div style="display:none"><a href="https://chirper.example/a">a</a></div>'
    assert read_html(markup).links == ()


def test_link_targets_are_collected_once_and_only_those_that_lead_somewhere() -> None:
    markup = (
        '<a href="https://chirper.example/a">a</a><a href=" https://chirper.example/a ">b</a>'
        '<a href="mailto:a@example.org">c</a><a href="javascript:x()">d</a><a>e</a>'
    )
    assert read_html(markup).links == (
        Link("https://chirper.example/a", "a"),
        Link("https://chirper.example/a", "b"),
    )


@pytest.mark.parametrize(
    "piece", ["<div>", "<table><tr><td>", "<blockquote type=cite>", "<b>", "<![", "&#"]
)
def test_deep_or_broken_markup_is_read(piece: str) -> None:
    assert isinstance(words(piece * 5000 + "seen"), str)


@pytest.mark.parametrize("way", ["padding-left", "padding", "margin-top", "margin"])
def test_a_huge_margin_costs_nothing(way: str) -> None:
    assert len(words(f'<p style="{way}: 999999999em">seen</p><p>too</p>')) < 100


def test_line_ends_that_a_style_keeps_are_kept() -> None:
    assert words('<div style="white-space: pre-wrap">a\nb</div>').split("\n") == ["a", "b"]


@pytest.mark.parametrize("depth", [200, 300, 1000, 3000, 20_000])
def test_what_is_nested_deeply_is_read(depth: int) -> None:
    markup = f"<p>first</p>{'<div>' * depth}@heron7 is in danger{'</div>' * depth}"
    assert words(markup).split() == ["first", "@heron7", "is", "in", "danger"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["<!--", "<![", "<?", "<!", "</", "<a href='", "<style"])
@pytest.mark.parametrize("end", ["", ">"])
def test_what_never_closes_costs_little(piece: str, end: str) -> None:
    assert isinstance(words(piece * 40_000 + end), str)
