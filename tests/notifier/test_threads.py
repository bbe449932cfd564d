from __future__ import annotations

import pytest

from notifier.threads import MAX_REFERENCES, answer_fields, usable_message_id


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("<1@mail.example>", "<1@mail.example>"),
        (" 1@mail.example ", "<1@mail.example>"),
        ("", None),
        ("<1>", None),
        ("<1@a@b>", None),
        ("<1@mail.example>\r\nBcc: x@y", None),
        ("<1 2@mail.example>", None),
        ("<ä@mail.example>", None),
        ("<" + "1" * 600 + "@mail.example>", None),
    ],
)
def test_only_a_plain_message_id_is_repeated(given: str, used: str | None) -> None:
    assert usable_message_id(given) == used


def test_an_answer_hangs_on_the_mail_and_its_ancestors() -> None:
    assert answer_fields("<2@x>", ("<1@x>", "broken", "<2@x>")) == {
        "In-Reply-To": "<2@x>",
        "References": "<1@x> <2@x>",
    }


@pytest.mark.parametrize("parent", [None, "", "broken"])
def test_a_mail_without_a_usable_message_id_gives_no_thread(parent: str | None) -> None:
    assert answer_fields(parent, ("<1@x>",)) == {}


def test_a_long_thread_keeps_its_ends() -> None:
    ancestors = tuple(f"<{number}@x>" for number in range(1000))
    listed = answer_fields("<parent@x>", ancestors)["References"].split()
    assert len(listed) == MAX_REFERENCES
    assert (listed[0], listed[-2], listed[-1]) == ("<0@x>", "<999@x>", "<parent@x>")
