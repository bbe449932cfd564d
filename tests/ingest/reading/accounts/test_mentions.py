"""The mention rule of twitter-text, in cases of our own after its description."""

from __future__ import annotations

import pytest

from ingest.reading.accounts.clean import clean
from ingest.reading.accounts.mentions import find_mentions, looks_like_domain


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@name hello", ["name"]),
        ("hello @name", ["name"]),
        ("の@nameに到着", ["name"]),
        ("@oneさんと@twoさん", ["one", "two"]),
        ("@name님이", ["name"]),
        ("@ゲーム", ["ゲーム"]),
        ("rt@name", ["name"]),
        ("@name/list", ["name"]),
        ("友達=@name。", ["name"]),
        ("赶紧删!!!@name把我", ["name"]),
        ("look!@name", []),
        ("@name:", ["name"]),
        ("@name\u2019in", ["name"]),
        ("@name's", ["name"]),
        ("@one/@two", ["one", "two"]),
        ("@one&@two", ["one", "two"]),
        ("- @name", ["name"]),
        ("-@name", ["name"]),
        ("1.@name", ["name"]),
        ("account=@name", ["name"]),
        ("*@name*", ["name"]),
        ("_@name_", ["name"]),
        ("\u00bf@name?", ["name"]),
        ("это @name, вот", ["name"]),
        ("@name#1234", ["name#1234"]),
        ("@n\u0430me", ["n\u0430me"]),
        ("anna@example.org", []),
        ("anna.b+c@example.org", []),
        ('"anna b"@example.org', []),
        ("jos\u00e9@example.org", []),
        ("анна@пример.рф", []),
        ("name@[192.0.2.1]", []),
        ("a@b", []),
        ("@ 5 pm", []),
        ("@5pm", []),
        ("@9:30", []),
        ("@19uhr", []),
        ("5 @ 3", []),
        ("@media screen", []),
        ("@Override", []),
        ("@everyone", []),
        ("@home", []),
        ("Anna @ Work", []),
        ("write to me @gmail.com", []),
        ("$@name", []),
        ("%@name", []),
        ("example.org/@name", []),
        ("@one @two", ["one", "two"]),
        ("@one,@two", ["one", "two"]),
        ("(@name)", ["name"]),
        ("RT @name", ["name"]),
        ("RT:@name", ["name"]),
        (" RT@name", ["name"]),
        (".@name", ["name"]),
        ("@name.", ["name"]),
        ("@name!", ["name"]),
        ("\uff20name", ["name"]),
        ("meet@name", []),
        ("f@name", []),
        ("!@name", []),
        ("#@name", []),
        ("&@name", []),
        ("@@name", []),
        ("@name@other", []),
        ("@http://example.org", []),
        ("a_@name", []),
        ("@", []),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    assert [found.name for found in find_mentions(clean(text).text)] == names


@pytest.mark.parametrize(
    ("name", "is_domain"),
    [
        ("anna.example", True),
        ("anna.some.example", True),
        ("heron7", False),
        ("heron7.Please", False),
        ("heron.7", False),
    ],
)
def test_a_name_that_ends_in_a_dot_and_small_letters_is_a_domain(
    name: str, *, is_domain: bool
) -> None:
    assert looks_like_domain(name) is is_domain
