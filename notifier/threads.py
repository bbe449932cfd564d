"""Which thread a mail belongs to, for the mail programs of those who get it."""

from __future__ import annotations

from typing import Final

MAX_REFERENCES: Final = 20
"""How many Message-IDs a References field repeats; a longer thread keeps its ends."""
MAX_MESSAGE_ID: Final = 500
"""Longer Message-IDs do not fit a line (RFC 5322 section 2.1.1) and are not repeated."""


def answer_fields(parent: str | None, ancestors: tuple[str, ...]) -> dict[str, str]:
    """Give In-Reply-To and References (RFC 5322 section 3.6.4, RFC 3834 section 3.1.6).

    ``parent`` is the Message-ID of the mail answered, ``ancestors`` what it refers to itself. A
    mail without a usable Message-ID is answered without either field.
    """
    answered = usable_message_id(parent or "")
    if answered is None:
        return {}
    known = [usable_message_id(ancestor) for ancestor in ancestors]
    thread = [ancestor for ancestor in known if ancestor and ancestor != answered]
    if len(thread) >= MAX_REFERENCES:
        thread = [thread[0], *thread[-(MAX_REFERENCES - 2) :]]
    return {"In-Reply-To": answered, "References": " ".join([*thread, answered])}


def usable_message_id(text: str) -> str | None:
    """Bring a stranger's Message-ID into the form ``<left@right>``, or refuse to repeat it."""
    inner = text.strip().removeprefix("<").removesuffix(">")
    plain = inner.isascii() and inner.isprintable() and not set(inner) & set(' <>"\\(),;')
    usable = plain and inner.count("@") == 1 and len(inner) <= MAX_MESSAGE_ID
    return f"<{inner}>" if usable else None
