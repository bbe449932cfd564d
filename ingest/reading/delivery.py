"""What a mail system says of the delivery of a mail: of the words of the mail, nothing is kept.

From a delivery status notification (RFC 3464) where there is one; many systems only write text, of
which the status codes are read (RFC 3463, RFC 5321 section 4.2.1). Whether the mail is a bounce at
all is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ingest.reading.mime import Mail

MAX_OCTETS: Final = 20_000
MAX_TEXT: Final = 6_000
_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")
_FIELD: Final = re.compile(
    r"^(action|status)[ \t]{0,9}:[ \t]{0,9}([^\r\n]{0,200})", re.IGNORECASE | re.MULTILINE
)
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# A reply code stands where a server's words begin: a number of three digits alone says nothing.
_CODED: Final = re.compile(
    r"\b([45])\d\d[ -]#?\(?[45]\.\d{1,3}\.\d{1,3}"
    r"|(?:^|[:;>\"(]|said|error)[ \t]{0,3}([45])[0-5]\d[ -][A-Za-z<#]",
    re.IGNORECASE | re.MULTILINE,
)
_STILL_TRYING: Final = re.compile(
    r"(?:will|continue|try|tries) (?:keep|to|be) ?(?:try|retr|deliver|re-?tried)"
    r"|not? (?:yet )?been delivered yet|delivery (?:is |has been )?delayed"
    r"|delay(?:ed)? notification|warning message only|do not need to re-?send",
    re.IGNORECASE,
)


class DeliveryAction(StrEnum):
    """What became of a mail (RFC 3464 section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    # It was delivered, handed on to a system that tells nothing, or to several addresses.
    DELIVERED = "delivered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of a mail, and by which status, such as ``5.1.1`` (RFC 3463)."""

    action: DeliveryAction
    status: str | None = None

    @property
    def is_permanent(self) -> bool:
        """Whether trying again cannot help: failed, with a status of class 5."""
        return self.action is DeliveryAction.FAILED and (self.status or "").startswith("5")


def read_delivery(mail: Mail) -> Delivery | None:
    """Tell what a mail says of a delivery; None where it says nothing.

    Of several recipients the worst is told: our mails have one.
    """
    found = [
        each
        for octets in mail.sealed(*_TYPES)
        if (each := _of_fields(octets[:MAX_OCTETS].decode("ascii", "replace")))
    ]
    if found:
        return max(found, key=_badness)
    text = "\n".join(mail.texts("plain") or mail.texts("html"))[:MAX_TEXT]
    return _of_text(text)


def _of_fields(text: str) -> Delivery | None:
    """Read the recipients' groups of fields of one delivery-status part."""
    found = []
    for group in re.split(r"\r?\n[ \t]*\r?\n", text):
        fields = {name.lower(): value.strip() for name, value in _FIELD.findall(group)}
        status = _STATUS.search(fields.get("status", ""))
        action = _action(fields.get("action", ""), status[1] if status else "")
        if action:
            found.append(Delivery(action=action, status=status[0] if status else None))
    return max(found, key=_badness, default=None)


def _action(word: str, status_class: str) -> DeliveryAction | None:
    match word.partition(" ")[0].lower():
        case "failed":
            return DeliveryAction.FAILED
        case "delayed":
            return DeliveryAction.DELAYED
        case "delivered" | "relayed" | "expanded":
            return DeliveryAction.DELIVERED
        case _:
            # The field is required, and left out all the same.
            return {"5": DeliveryAction.FAILED, "4": DeliveryAction.DELAYED}.get(status_class)


def _of_text(text: str) -> Delivery | None:
    """Read codes out of words; a system that goes on trying has not failed, whatever it quotes."""
    codes = [found[1] or found[2] for found in _CODED.finditer(text)]
    statuses = [found[0] for found in _STATUS.finditer(text) if found[1] in "45"]
    if _STILL_TRYING.search(text):
        return Delivery(action=DeliveryAction.DELAYED, status=next(iter(statuses), None))
    classes = [*codes, *(status[0] for status in statuses)]
    if "5" in classes:
        status = next((status for status in statuses if status[0] == "5"), "5.0.0")
        return Delivery(action=DeliveryAction.FAILED, status=status)
    if "4" in classes:
        # Given up for now: nobody says that it goes on trying.
        return Delivery(action=DeliveryAction.FAILED, status=next(iter(statuses), None))
    return None


def _badness(delivery: Delivery) -> tuple[int, bool]:
    order = (DeliveryAction.DELIVERED, DeliveryAction.DELAYED, DeliveryAction.FAILED)
    return order.index(delivery.action), delivery.is_permanent
