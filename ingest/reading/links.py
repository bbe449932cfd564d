"""Where a link of a mail leads, and what it is shown as."""

from __future__ import annotations

from typing import NamedTuple


class Link(NamedTuple):
    """A link: "" is shown as a picture, None as nobody can tell what."""

    target: str
    text: str | None
