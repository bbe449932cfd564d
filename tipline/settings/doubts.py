"""What of the settings works, and can hardly be meant, or leaves open what should be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tipline.settings.mail import trusted_servers

if TYPE_CHECKING:
    from tipline.settings.model import Settings

_CHECKED: Final = "name your mail server in authentication.trusted_servers if it checks senders"


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Something doubtful, the key it is about, and what to do."""

    path: tuple[str, ...]
    message: str
    remedy: str


def doubts(settings: Settings) -> Iterator[Doubt]:
    """Look over who is believed; a try-out has nobody to fear."""
    if settings.try_out:
        return
    commands, checked = settings.commands, bool(trusted_servers(settings))
    if commands.allowed and _obeys_anybody(commands.authentication, checked=checked):
        yield Doubt(
            path=("commands", "authentication"),
            message=(
                "NOTHING CHECKS WHO SENDS A COMMAND: whoever gets hold of somebody's alert and "
                "writes their address into From is obeyed"
            ),
            remedy=f'{_CHECKED}, or set commands.authentication = "confirm"',
        )
    if commands.allowed and commands.authentication == "always" and not checked:
        yield Doubt(
            path=("commands", "authentication"),
            message="no mail of the people on duty is obeyed, as no server is trusted to check it",
            remedy=f'{_CHECKED}, or set commands.authentication = "confirm"',
        )
    if settings.acknowledgement.authentication == "always" and not checked:
        yield Doubt(
            path=("acknowledgement", "authentication"),
            message="no reporter gets a receipt, as no server is trusted to check who wrote",
            remedy=f'{_CHECKED}, or set acknowledgement.authentication = "when-available"',
        )


def _obeys_anybody(authentication: str, *, checked: bool) -> bool:
    return authentication == "never" or (authentication == "when-available" and not checked)
