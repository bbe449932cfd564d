"""The channels of people and those that are nobody's own: where their URLs are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifier.channels import Channel, channel_recipient
from notifier.second_way import Detour
from store.model import Severity
from tipline.settings.places import channel_url_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tipline.settings.model import Settings
    from tipline.settings.sections.staff import ChannelEntry


def channels(settings: Settings) -> dict[str, Channel]:
    """Hand out every channel by what the outbox calls it. No secret is read here."""
    known = [
        Channel(name=name, url_file=channel_url_file(name, entry.url_file))
        for name, entry in _entries(settings)
    ]
    return {channel.recipient: channel for channel in known}


def operator_channels(settings: Settings) -> tuple[str, ...]:
    """Hand out what the outbox calls the channels that alarms go to."""
    return tuple(map(channel_recipient, settings.watching.operator_channels))


def detour(settings: Settings) -> Detour:
    """Hand out when alerts go by channels because the relay is down."""
    watching = settings.watching
    return Detour(
        after=watching.relay_down_after,
        least=Severity.from_label(watching.urgent_from),
        emergency=tuple(map(channel_recipient, watching.emergency_channels)),
    )


def _entries(settings: Settings) -> Iterator[tuple[str, ChannelEntry]]:
    for person, entry in settings.people.items():
        for kind, channel in entry.channels.items():
            yield f"{person}/{kind}", channel
    yield from settings.channels.items()
