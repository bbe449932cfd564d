"""Channels: the other ways to tell somebody, beside mail, and the courier that uses them.

A channel is a text message, a chat, a pager or a webhook. What it is stands in an Apprise URL,
which is a secret: it is read anew for every message, given to the calling process only, and neither
it nor a word of what the gateway answers is kept anywhere. What is kept are our own words and an
HTTP status.

A call takes at most ``LIMIT``, and a gateway that did not answer is left alone for a while, so that
what waits for other channels is not held up; mails have a queue of their own and never wait for a
channel.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from notifier.outcomes import Deferred, Outcome, Refused, Sent
from outside.bounded import NoAnswerError, call
from store.model import OutboxMessage

PREFIX: Final = "channel:"
LIMIT: Final = timedelta(seconds=20)
"""How long one call of a gateway may take in all."""
REST_SECONDS: Final = 30.0
"""How long a gateway that did not answer in time is left alone."""
AT_ONCE: Final = 4
"""How many gateways are called at one time; each call is a process."""
_CALL: Final = "notifier.channel_call"
_REDIRECT: Final = 300
_SERVER_FAULT: Final = 500
# RFC 9110 sections 15.5.9 and 15.5.21; RFC 8470 section 5.2; RFC 6585 section 4.
_TRY_AGAIN: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One way to tell somebody. ``name`` is "anna/sms", or "room" for one that is nobody's own.

    ``url_file`` holds its Apprise URL; None when neither a file nor a credential is there.
    """

    name: str
    url_file: Path | None

    @property
    def recipient(self) -> str:
        """What the outbox calls it."""
        return channel_recipient(self.name)

    def read_url(self) -> str:
        """Read the secret. Raises ValueError with what is wrong, and nothing of the secret."""
        if self.url_file is None:
            raise ValueError("it has no URL: name a url_file, or hand over its credential")
        try:
            lines = self.url_file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ValueError(f"{self.url_file} cannot be read: {reason}") from None
        urls = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if len(urls) != 1:
            raise ValueError(f"{self.url_file} must hold one URL, and holds {len(urls)}")
        return urls[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a channel is, as far as can be told without calling anybody."""

    channel: Channel
    service: str = ""
    trouble: str | None = None


def look(channel: Channel) -> Look:
    """Tell which service a channel is for, or why it cannot be used."""
    try:
        answer = call(_CALL, {"url": channel.read_url()}, LIMIT)
    except (ValueError, NoAnswerError) as error:
        return Look(channel=channel, trouble=str(error))
    if not answer.get("usable"):
        return Look(channel=channel, trouble=_unusable(channel))
    if answer.get("targets") != 1:
        # One that got it and one that did not would look like a failure, and be told again.
        trouble = f"the URL in {channel.url_file} names several recipients; make a channel of each"
        return Look(channel=channel, service=str(answer["service"]), trouble=trouble)
    return Look(channel=channel, service=str(answer["service"]))


def tell(channel: Channel, title: str, body: str, limit: timedelta = LIMIT) -> Outcome:
    """Call a channel's gateway once. Raises NoAnswerError when it did not answer in time."""
    try:
        request = {"url": channel.read_url(), "title": title, "body": body}
    except ValueError as error:
        return Refused(detail=str(error))
    return _judged(channel, call(_CALL, request, limit))


def channel_recipient(name: str) -> str:
    """Give what the outbox calls a channel."""
    return f"{PREFIX}{name}"


def is_channel(recipient: str) -> bool:
    """Tell whether a recipient of an outgoing message is a channel and no address."""
    return recipient.startswith(PREFIX)


class ChannelCourier:
    """Carries messages to channels, known by their recipients. May be used by several threads."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        limit: timedelta = LIMIT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channels = channels
        self._limit = limit
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._rest_until: dict[str, float] = {}

    def send(self, message: OutboxMessage) -> Outcome:
        """Call the gateway once."""
        mail = message.mail
        channel = self._channels.get(mail.recipient)
        if channel is None:
            return Refused(detail="no channel of this name is configured any more")
        if self._rests(channel):
            return Deferred(detail="the gateway did not answer just now; it is left alone a while")
        try:
            return tell(channel, mail.subject, mail.content.decode("utf-8"), self._limit)
        except NoAnswerError as error:
            self._let_rest(channel)
            return Deferred(detail=f"the gateway: {error}")

    @property
    def at_once(self) -> int:
        """How many threads should call: what was queued for channels now gone ends as well."""
        return max(1, min(len(self._channels), AT_ONCE))

    def check(self) -> str | None:
        """Tell which channels cannot be used, without calling anybody."""
        looks = [look(channel) for channel in self._channels.values()]
        troubles = [f"{one.channel.name}: {one.trouble}" for one in looks if one.trouble]
        return "; ".join(troubles) or None

    def close(self) -> None:
        """Do nothing: every call is a process of its own, and over."""

    def _rests(self, channel: Channel) -> bool:
        with self._lock:
            return self._monotonic() < self._rest_until.get(channel.name, 0.0)

    def _let_rest(self, channel: Channel) -> None:
        with self._lock:
            self._rest_until[channel.name] = self._monotonic() + REST_SECONDS


def _judged(channel: Channel, answer: Mapping[str, Any]) -> Outcome:
    """Judge an answer: a gateway's own no is final, whatever else is temporary."""
    if not answer.get("usable"):
        return Refused(detail=_unusable(channel))
    service, status = answer.get("service"), answer.get("status")
    if answer.get("taken"):
        return Sent(detail=f"{service} took it")
    if not isinstance(status, int):
        reached = answer.get("reached")
        return Deferred(detail=f"{service} {'did not take it' if reached else 'is out of reach'}")
    told = f"{service} answered with HTTP status {status}"
    if _REDIRECT <= status < _SERVER_FAULT and status not in _TRY_AGAIN:
        return Refused(detail=told)
    return Deferred(detail=told)


def _unusable(channel: Channel) -> str:
    return f"Apprise cannot use the URL in {channel.url_file}; compare it with Apprise's pages"
