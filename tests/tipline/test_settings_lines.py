from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tipline.settings.lines import line_of_each_key

DOCUMENT = '''\
# a comment with [brackets] and = signs
top = "a # b"
[one]
text = """
not = "a key"
[nor.a.table]
"""
raw = \'\'\'x = 1
]\'\'\'  # after it
list = [
  1, 2,  # two
  { inner = "]", deep.er = [3] },
]
[one.two]
"quoted" = 2026-01-05T09:00:00Z
[[steps]]
after = "0s"
[[steps]]
after = "1m"
[steps.more]
x = 1
[[steps.more.y]]
z = 1
'''


def test_every_key_is_found_on_its_line() -> None:
    lines = line_of_each_key(DOCUMENT)

    assert lines["top",] == 2
    assert lines["one",] == 3
    assert lines["one", "text"] == 4
    assert lines["one", "raw"] == 8
    assert lines["one", "list"] == 10
    assert lines["one", "list", 1] == 11
    assert lines["one", "list", 2, "deep", "er", 0] == 12
    assert lines["one", "two", "quoted"] == 15
    assert lines["steps", 0, "after"] == 17
    assert lines["steps", 1, "after"] == 19
    assert lines["steps", 1, "more", "x"] == 21
    assert lines["steps", 1, "more", "y", 0, "z"] == 23


def test_it_finds_what_the_real_reader_finds_and_nothing_else() -> None:
    assert set(line_of_each_key(DOCUMENT)) == set(paths(tomllib.loads(DOCUMENT)))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - what the library hands out
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, below in inner:
        found.append((*path, key))
        if isinstance(below, dict | list):
            found += paths(below, (*path, key))
    return found


@given(st.text(alphabet="ab.=[]{}\"'#, \n1\\"))
def test_it_comes_to_an_end_over_any_document_the_reader_accepts(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert len(line_of_each_key(text)) >= len(values)
