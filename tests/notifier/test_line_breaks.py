"""No line break in any value of any letter becomes a header field: it is refused, or stays text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.compose import Posting
from notifier.letters import Letter, made
from notifier.samples import samples
from tests.notifier.mails import COMPOSER

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAKS = ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x00")
INJECTED = "Bcc: somebody@mail.example"
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
POSTING = Posting(
    recipient="anna@chirper.example", message_id="<1@tip.chirper.example>", dedupe_key="1", at=AT
)
LETTERS = {
    name: [made(values, "en") for values in sample.values]
    for name, sample in samples(COMPOSER).items()
}
NAMES = sorted(LETTERS)

Path = tuple[Any, ...]


def texts(value: object, path: Path = ()) -> Iterator[Path]:
    """Find every text in plain values."""
    match value:
        case str():
            yield path
        case dict():
            for key, inner in value.items():
                yield from texts(inner, (*path, key))
        case tuple() | list():
            for number, inner in enumerate(value):
                yield from texts(inner, (*path, number))
        case _:
            pass


def poisoned(value: Any, path: Path, text: str) -> Any:  # noqa: ANN401 - plain values of any shape
    """Put a text in the place of another."""
    if not path:
        return text
    here, *rest = path
    if isinstance(value, dict):
        return {**value, here: poisoned(value[here], tuple(rest), text)}
    parts = list(value)
    parts[here] = poisoned(parts[here], tuple(rest), text)
    return tuple(parts)


@pytest.mark.parametrize("name", NAMES)
@given(drawn=st.data())
def test_a_line_break_in_any_value_of_any_letter_is_refused(
    name: str, drawn: st.DataObject
) -> None:
    values = drawn.draw(st.sampled_from(LETTERS[name]))
    place = drawn.draw(st.sampled_from(list(texts(values))))
    broken = drawn.draw(st.text(max_size=5)) + drawn.draw(st.sampled_from(BREAKS)) + INJECTED
    with pytest.raises(ValueError, match="line break or a control character"):
        COMPOSER.letters.write(name, ("en",), poisoned(values, place, broken))


@given(
    before=st.text(max_size=20),
    mark=st.sampled_from(BREAKS),
    field=st.sampled_from(["recipient", "message_id", "subject"]),
)
def test_a_line_break_in_what_a_mail_is_addressed_by_makes_no_field(
    before: str, mark: str, field: str
) -> None:
    broken = f"{before}{mark}{INJECTED}"
    letter = Letter(subject=broken if field == "subject" else "A subject", text="Text.\n")
    posting = POSTING if field == "subject" else replace(POSTING, **{field: broken})
    try:
        content = COMPOSER.mail(letter, posting, "auto-generated").as_bytes()
    except ValueError:
        return
    assert "Bcc" not in message_from_bytes(content, policy=policy.default)
