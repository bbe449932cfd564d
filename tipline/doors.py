"""The doors by which mail is brought to us: SMTP and LMTP, on sockets of our own or systemd's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from ingest.accept import Acceptor
from ingest.smtp import Listener
from ingest.sockets import UnixPlace, bind_unix
from store.model import Door
from tipline.activation import Sockets
from tipline.settings import ConfigurationError, Fault
from tipline.settings.sections.intake import Lmtp
from tipline.wiring import Wiring


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDoors:
    """Where we listen: the port of SMTP (0 for none), and all of it in words."""

    port: int
    places: tuple[str, ...]


async def open_doors(
    wiring: Wiring, acceptor: Acceptor, handed: Sockets, stack: AsyncExitStack
) -> OpenDoors:
    """Listen wherever the settings or systemd say, until the stack is closed.

    Raises OSError, with the remedy, where it cannot; ConfigurationError for a socket of systemd
    that nobody would listen on.
    """
    port = 0
    places: list[str] = []
    for place in _smtp(wiring, handed):
        listener = wiring.listener(acceptor, Door.SMTP, place.sockets)
        port = await _begin(listener, place, stack)
        places.append(f"smtp on {place.said(port)}")
    for place in _lmtp(wiring.outfit.settings.lmtp, handed):
        if place.key == "lmtp.socket":
            stack.callback(Path(place.where).unlink, missing_ok=True)
        listener = wiring.listener(acceptor, Door.LMTP, place.sockets, place.port)
        places.append(f"lmtp on {place.said(await _begin(listener, place, stack))}")
    return OpenDoors(port=port, places=tuple(places))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """One place to listen on; ``key`` is the setting that says where."""

    where: str
    key: str
    port: int = 0
    sockets: tuple[socket.socket, ...] = ()

    def said(self, port: int) -> str:
        return f"{self.where} port {port}" if self.key.endswith("port") else self.where


def _smtp(wiring: Wiring, handed: Sockets) -> Iterator[_Place]:
    smtp = wiring.outfit.settings.smtp
    given = handed.get("smtp", [])
    if given and not smtp.enabled:
        message = (
            "systemd hands over a socket for smtp, and smtp.enabled is false; "
            "disable the socket unit, or enable smtp"
        )
        raise ConfigurationError(Fault(place="socket activation", message=message))
    if given:
        yield _of_systemd(given)
    elif smtp.enabled:
        yield _Place(where=smtp.host, key="smtp.port", port=smtp.port)


def _lmtp(lmtp: Lmtp, handed: Sockets) -> Iterator[_Place]:
    given = handed.get("lmtp", [])
    if given:
        yield _of_systemd(given)
        return
    if lmtp.port is not None:
        yield _Place(where=lmtp.host, key="lmtp.port", port=lmtp.port)
    if lmtp.socket is not None:
        yield _Place(where=str(lmtp.socket), key="lmtp.socket", sockets=(_unix(lmtp.socket, lmtp),))


def _of_systemd(given: list[socket.socket]) -> _Place:
    names = ", ".join(_name(each) for each in given)
    return _Place(where=f"{names} (from systemd)", key="", sockets=tuple(given))


def _name(given: socket.socket) -> str:
    name = given.getsockname()
    return f"{name[0]} port {name[1]}" if isinstance(name, tuple) else str(name)


def _unix(path: Path, lmtp: Lmtp) -> socket.socket:
    place = UnixPlace(
        path=path,
        mode=int(lmtp.socket_mode, 8),
        owner=lmtp.socket_owner,
        group=lmtp.socket_group,
    )
    try:
        return bind_unix(place)
    except LookupError as error:
        message = f"{error}; see lmtp.socket_owner and lmtp.socket_group"
        raise OSError(0, f"cannot listen on {path}: {message}") from error
    except OSError as error:
        remedy = "see lmtp.socket, and its mode, owner and group"
        reason = error.strerror or str(error)
        raise OSError(error.errno, f"cannot listen on {path}: {reason}; {remedy}") from error


async def _begin(listener: Listener, place: _Place, stack: AsyncExitStack) -> int:
    try:
        port = await listener.start()
    except OSError as error:
        name = place.key.upper().replace(".", "__")
        remedy = f"set {place.key} (TIPLINE_{name})" if place.key else "look at the socket unit"
        raise OSError(
            error.errno,
            f"cannot listen on {place.said(place.port)}: {error.strerror}; stop the other program, "
            f"or {remedy}",
        ) from error
    stack.push_async_callback(listener.stop)
    return port
