"""How tipline watches itself: what is looked at, the mails to itself, the sign to the outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest.folders.rounds import FolderRounds
from notifier.canary import Canaries, Course
from notifier.channels import look as look_at_channel
from notifier.expiry import Expiries, Expiry
from notifier.heartbeat import Heartbeat
from notifier.looks import Look, look_at_room
from notifier.second_way import is_down
from notifier.silence import Silence
from store.unit_of_work import UnitOfWork
from tipline.logins import FailingLogins, login_expiries
from tipline.settings import Settings
from tipline.settings.channels import channels
from tipline.settings.mail import manners
from tipline.settings.places import heartbeat_url_file
from tipline.tls import expires_at
from tipline.wiring import Wiring

STAGE_LATE_AFTER: Final = timedelta(minutes=10)
"""How long ago a stage may have made its last round before that is an alarm."""
MAILBOX_FAILING_AFTER: Final = timedelta(minutes=10)
"""How long a mailbox may be out of reach before that is an alarm: servers restart."""
CHANNELS_EVERY: Final = timedelta(hours=1)
"""How often the URLs of all channels are looked at."""
CHANNELS_AGAIN: Final = timedelta(minutes=5)
"""The same while one cannot be used: whoever mends it should soon be told that it is over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What of the watching the settings ask for."""

    looks: tuple[Look, ...]
    canaries: Canaries | None
    heartbeat: Heartbeat


def watch(wiring: Wiring, late_stages: Callable[[timedelta], Sequence[str]]) -> Watch:
    """Put together what watches over tipline; ``late_stages`` names those that stand still."""
    settings = wiring.outfit.settings
    canaries = _canaries(wiring) if is_canary_on(settings) else None
    return Watch(
        looks=tuple(_looks(wiring, canaries, late_stages)),
        canaries=canaries,
        heartbeat=Heartbeat(
            url_file=heartbeat_url_file(settings), file=settings.watching.heartbeat_file
        ),
    )


def is_canary_on(settings: Settings) -> bool:
    """Tell whether tipline mails itself."""
    choice = settings.watching.canary
    possible = settings.relay is not None and settings.listens
    return choice == "on" or (choice == "auto" and possible)


def _canaries(wiring: Wiring) -> Canaries:
    settings = wiring.outfit.settings
    course = Course(every=settings.watching.canary_every, within=settings.watching.canary_within)
    return Canaries(
        store=wiring.installation.store,
        composer=wiring.outfit.composer,
        course=course,
        manners=manners(settings),
        key=wiring.installation.token_key,
        clock=wiring.clock,
    )


def _looks(
    wiring: Wiring,
    canaries: Canaries | None,
    late_stages: Callable[[timedelta], Sequence[str]],
) -> list[Look]:
    settings = wiring.outfit.settings
    store = wiring.installation.store
    watching = settings.watching
    looks = [
        Look(
            kind="stage_stuck",
            title="{} stages of the daemon stand still",
            look=lambda *_: [f"stage {name}" for name in late_stages(STAGE_LATE_AFTER)],
        ),
        Look(
            kind="expiring",
            title="{} certificates or logins run out soon",
            look=Expiries(
                [*expiries(settings), *login_expiries(settings, store)], watching.expiry_warning
            ).look,
        ),
        Look(
            kind="login_failing",
            title="{} logins get no access token; their mail can soon be neither fetched nor sent",
            look=FailingLogins(settings).look,
        ),
        Look(
            kind="channel_unusable",
            title="{} channels cannot be used; who would be told by them is told by mail",
            look=_Channels(settings).look,
        ),
    ]
    looks.append(look_at_room(wiring.installation.evidence.room))
    if settings.mailboxes:
        looks.append(
            Look(
                kind="mailbox_failing",
                title="{} mailboxes are not in order",
                look=lambda work, now: failing_mailboxes(settings.mailboxes, work, now),
            )
        )
    if settings.relay is not None:
        title = "The relay takes no mail; it is tried again and again, and nothing is lost"
        after = watching.relay_down_after
        looks.append(
            Look(
                kind="relay_down",
                title=title,
                look=lambda work, now: int(is_down(work, now, after)),
            )
        )
    if canaries is not None:
        title = "Something is wrong on the way of a mail out and in again (the canary)"
        looks.append(Look(kind="canary", title=title, look=canaries.look))
    if watching.silence_reports:
        title = "No report has come for much longer than usual"
        look = Silence(watching.silence_reports).look
        looks.append(Look(kind="silence", title=title, look=look))
    return looks


def look_at_folders(folders: Sequence[FolderRounds]) -> Look:
    """Look for folders that are not in order, as the daemon found them last."""
    return Look(
        kind="folder_failing",
        title="{} folders are not in order",
        # What exactly is in the log: a file more makes it no other fault.
        look=lambda *_: [f"folder {each.name}" for each in folders if each.fault],
    )


def failing_mailboxes(names: Iterable[str], work: UnitOfWork, now: datetime) -> list[str]:
    """Name the mailboxes whose mails cannot be fetched, or not be moved after it."""
    found = []
    for name in names:
        state = work.mailboxes.state(name)
        since = state.failing_since if state else None
        if since is not None and now - since >= MAILBOX_FAILING_AFTER:
            found.append(f"mailbox {name}: its mails cannot be fetched")
        elif state is not None and state.trouble:
            found.append(f"mailbox {name}: its mails are taken in and not moved or marked there")
    return found


def expiries(settings: Settings) -> list[Callable[[], Expiry | None]]:
    """List what of our own runs out on a certain day."""
    certificate = settings.smtp.tls_certificate
    if certificate is None:
        return []

    # The one in use was read at the start: a renewed file alone does not help.
    at = expires_at(certificate)
    in_use = (
        Expiry(what=f"the certificate {certificate} as read at the start", at=at) if at else None
    )
    return [lambda: in_use]


class _Channels:
    """Looks at the URLs of all channels from time to time; each look starts a process."""

    def __init__(self, settings: Settings) -> None:
        self._channels = tuple(channels(settings).values())
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._found: list[str] = []

    def look(self, work: UnitOfWork, now: datetime) -> list[str]:
        """Name the channels that cannot be used, and why; nothing of their URLs."""
        del work
        every = CHANNELS_AGAIN if self._found else CHANNELS_EVERY
        if not timedelta(0) <= now - self._looked_at < every:
            looks = [look_at_channel(channel) for channel in self._channels]
            self._found = [
                f"channel {one.channel.name}: {one.trouble}" for one in looks if one.trouble
            ]
            self._looked_at = now
        return self._found
