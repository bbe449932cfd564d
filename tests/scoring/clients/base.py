"""What is known of one program: how it builds a mail, draws it and sends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook

# From a text and its language to the charset in which the program sends it.
PickCharset = Callable[[str, str], str]


def ascii_or_utf8(text: str, _language: str) -> str:
    """Pick as programs of Unix do."""
    return "us-ascii" if text.isascii() else "utf-8"


def always_utf8(_text: str, _language: str) -> str:
    """Pick UTF-8 for everything."""
    return "utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """One program. Without ``look`` it sends HTML only, without ``skin`` plain text only.

    ``fields`` are its header fields in its order; holes such as ``{subject}`` are filled by
    ``forms.py``. So is ``{hex}`` in ``boundary``.
    """

    style: Style
    look: PlainLook | None = None
    skin: Skin | None = None
    fields: tuple[tuple[str, str], ...]
    boundary: str = "{hex}"
    pick_charset: PickCharset = always_utf8
    # How the program spells UTF-8.
    utf8: str = "utf-8"
    quoted_charset: bool = False
    plain_transport: str = "auto"
    html_transport: str = "auto"
    plain_parameters: str = ""
    preamble: str = ""
