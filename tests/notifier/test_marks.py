from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.marks import Block, Segment, apart, as_text, sections


def test_a_letter_is_read_by_its_marks() -> None:
    letter = sections("Dear you,\nhello.\n\n- one\n\n- two\n#! Now\nCall\n# Then\n\nWait\n")
    opening, now, then = letter
    assert opening.blocks == [
        Block(lines=("Dear you, hello.",)),
        Block(lines=("one", "two"), is_list=True),
    ]
    assert (now.heading, now.urgent, then.heading, then.urgent) == ("Now", True, "Then", False)
    assert as_text(letter) == ("Dear you, hello.\n\n- one\n- two\n\n*Now*\nCall\n\n*Then*\nWait\n")


def test_a_letter_may_go_on_without_a_heading() -> None:
    letter = sections("# Now\n- one\n---\n- two\nYours\n")
    assert [section.heading for section in letter] == ["Now", ""]
    assert as_text(letter) == "*Now*\n- one\n\n- two\n\nYours\n"


def test_a_heading_without_text_stands_alone() -> None:
    assert as_text(sections("# One\n# Two\n")) == "*One*\n\n*Two*\n"


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("one\ntwo", "one two"),
        ("これは\n一つ", "これは一つ"),
        ("한국어\n글", "한국어 글"),
        ("はい\nyes", "はい yes"),
    ],
)
def test_lines_of_a_paragraph_are_joined_as_the_script_wants(lines: str, joined: str) -> None:
    assert sections(lines)[0].blocks == [Block(lines=(joined,))]


def test_only_pages_of_ours_become_links() -> None:
    block = Block(lines=("see https://a.example/b, https://a.example or http://c.example",))
    assert block.segments({"https://a.example", "https://a.example/b"}) == [
        [
            Segment(text="see "),
            Segment(text="https://a.example/b", link="https://a.example/b"),
            Segment(text=", "),
            Segment(text="https://a.example", link="https://a.example"),
            Segment(text=" or http://c.example"),
        ]
    ]


@given(
    st.lists(st.sampled_from(["# ", "#! ", "- ", "---", "\n", "\n\n", "word ", "日"]), max_size=30)
)
def test_no_word_of_a_letter_is_lost(pieces: list[str]) -> None:
    text = "".join(pieces)
    shown = as_text(sections(text))
    assert shown.count("word") == text.count("word")
    assert shown.count("日") == text.count("日")


def test_things_to_do_are_lines_in_the_text_and_stay_together() -> None:
    read = sections("# Act\n=> One <mailto:a@chirper.example>\n=> Two <mailto:b@chirper.example>\n")
    (block,) = read[0].blocks
    assert [(each.label, each.link) for each in block.actions] == [
        ("One", "mailto:a@chirper.example"),
        ("Two", "mailto:b@chirper.example"),
    ]
    assert as_text(read) == (
        "*Act*\nOne:\nmailto:a@chirper.example\nTwo:\nmailto:b@chirper.example\n"
    )


def test_what_looks_like_an_address_is_cut_into_words_that_do_not() -> None:
    assert apart("name@host and hXXps://x[.]y") == ["name", "@host and hXXps:/", "/x[.]", "y"]
