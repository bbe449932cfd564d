"""How much the listener takes on at one time: connections, and octets of mail in memory."""

from __future__ import annotations

import ssl
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ingest.origin import NOBODY, Networks

# Mail being received and not yet on disk, over all connections.
HELD_OCTETS: Final = 512 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """How the listener behaves.

    Sizes in octets; ``max_held`` is for all connections together, counts are per connection
    unless said. Connections from ``proxies`` begin with a PROXY header; ``forwarders`` may say by
    XCLIENT and XFORWARD for whom they speak.
    """

    host: str = "127.0.0.1"
    port: int = 8025
    hostname: str = "localhost"
    max_size: int = 35_000_000
    max_connections: int = 200
    max_connections_per_peer: int = 20
    max_recipients: int = 50
    max_commands: int = 1000
    max_held: int = HELD_OCTETS
    idle_timeout: timedelta = timedelta(minutes=5)
    max_session: timedelta = timedelta(hours=1)
    tls: ssl.SSLContext | None = None
    proxies: Networks = NOBODY
    forwarders: Networks = NOBODY


class Connections:
    """Counts who is connected, in all and per peer, and what all of them together hold."""

    def __init__(self, limit: int, limit_per_peer: int, held_limit: int) -> None:
        self._limit = limit
        self._limit_per_peer = limit_per_peer
        self._held_limit = held_limit
        self._peers: Counter[str] = Counter()
        self.held = 0

    def admit(self, peer: str, *, limited: bool = True) -> bool:
        """Count a new connection in, unless a limit is reached.

        One that is not ``limited`` only needs room among all.
        """
        if self._peers.total() >= self._limit:
            return False
        if limited and self._peers[peer] >= self._limit_per_peer:
            return False
        self._peers[peer] += 1
        return True

    def move(self, peer: str, origin: str) -> bool:
        """Count a connection under whoever it is made for, unless they have too many."""
        if self._peers[origin] >= self._limit_per_peer:
            return False
        self.leave(peer)
        self._peers[origin] += 1
        return True

    def leave(self, peer: str) -> None:
        """Count a connection out."""
        self._peers[peer] -= 1
        if self._peers[peer] <= 0:
            del self._peers[peer]

    def has_room(self, octets: int) -> bool:
        """Tell whether so many more octets may be held."""
        return self.held + octets <= self._held_limit


class Held:
    """What one mail on its way in holds; given back in any case at its end."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._octets = 0
        self._gave_up = False

    def take(self, octets: int) -> bool:
        """Hold more octets; False when there is no room, now or once before for this mail."""
        if self._gave_up or not self._connections.has_room(octets):
            return False
        self._octets += octets
        self._connections.held += octets
        return True

    def give_up(self) -> None:
        """Hold nothing, and nothing more of this mail."""
        self._gave_up = True
        self.release()

    def release(self) -> None:
        """Give back what is held."""
        self._connections.held -= self._octets
        self._octets = 0
