"""What one try to send can end in, and what a courier is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from store.model import OutboxMessage

MAX_DETAIL: Final = 300
"""Characters kept of what another system said."""
_LOCAL_PART: Final = re.compile(r"[^\s<>@\"',;:()=]+@")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The next system has taken the message over."""

    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferred:
    """Not now; trying again can help.

    ``shut`` says that the way itself is shut, for every message alike.
    """

    detail: str
    shut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Refused for good; trying again cannot help."""

    detail: str


Outcome = Sent | Deferred | Refused


class Courier(Protocol):
    """Carries one message at a time. No method raises for trouble on the way."""

    def send(self, message: OutboxMessage) -> Outcome:
        """Try once to send a message."""
        ...

    def check(self) -> str | None:
        """Tell what is wrong with the way out, or None."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def one_line(text: str) -> str:
    """Bring what another system said into one short printable line."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:MAX_DETAIL]


def without_addresses(text: str) -> str:
    """Hide the local parts of addresses: replies of relays quote them, and logs must not."""
    return _LOCAL_PART.sub("…@", text)
