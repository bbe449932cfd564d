"""Every delivery of a mail: those taken in, and those known already where they lay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tipline.cli.output import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import InboundId, KnownCopy
    from store.repeats import Delivery
    from store.unit_of_work import UnitOfWork


def deliveries(unit: UnitOfWork, first: InboundId) -> list[dict[str, Any]]:
    """Show every delivery of a mail."""
    return _all_of(unit, unit.repeats.deliveries(first))


def several_deliveries(
    unit: UnitOfWork, firsts: Sequence[InboundId]
) -> dict[InboundId, list[dict[str, Any]]]:
    """Show the deliveries of those of these mails that came more than once."""
    copied = unit.repeats.of_several(firsts)
    known = {copy.inbound_id for copy in unit.mailboxes.known_copies(firsts)}
    several = [first for first in firsts if first in copied or first in known]
    return {first: deliveries(unit, first) for first in several}


def _all_of(unit: UnitOfWork, taken: Sequence[Delivery]) -> list[dict[str, Any]]:
    known = unit.mailboxes.known_copies([delivery.message.id for delivery in taken])
    return [*map(_taken_in, taken), *map(_known, known)]


def _taken_in(delivery: Delivery) -> dict[str, Any]:
    from store.states import RepeatState  # noqa: PLC0415 - help must not wait for it

    envelope = delivery.message.envelope
    return {
        "inbox_id": delivery.message.id,
        "door": envelope.door.value,
        "received_at": moment(envelope.received_at),
        "arrived_at": moment(envelope.arrived_at),
        "recipients": list(envelope.recipients),
        "peer": envelope.peer,
        "reverse_path": envelope.reverse_path,
        "counts": delivery.outcome is RepeatState.COUNTS,
        "taken_in": True,
    }


def _known(copy: KnownCopy) -> dict[str, Any]:
    from store.model import Door  # noqa: PLC0415 - the same

    return {
        "inbox_id": copy.inbound_id,
        "door": Door.IMAP.value,
        "received_at": moment(copy.at),
        "arrived_at": None,
        "recipients": [],
        "peer": f"{copy.place.mailbox}/{copy.place.folder}/{copy.uid}",
        "reverse_path": "",
        "counts": False,
        "taken_in": False,
    }


def delivery_line(record: dict[str, Any]) -> str:
    """Say one delivery in a line."""
    to = ", ".join(record["recipients"])
    came = record["arrived_at"]
    number = f"message {record['inbox_id']}"
    return "".join(
        (
            f"by {record['door']} at {record['received_at']}",
            f" for {to}" if to else "",
            f" from {record['peer']}" if record["peer"] else "",
            f", where it had come at {came}" if came else "",
            f" ({number})" if record["taken_in"] else f" (known as {number}, not taken in again)",
            ", whose authentication counts" if record["counts"] else "",
        )
    )
