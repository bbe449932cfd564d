"""Sockets that systemd opened for us (sd_listen_fds(3)): port 25 without any privilege.

A socket unit names what it is for with ``FileDescriptorName=``: ``smtp`` or ``lmtp``. While the
daemon is started afresh, connections wait in the socket instead of being refused.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, MutableMapping
from typing import Final

import structlog

from tipline.settings import ConfigurationError, Fault

FIRST_DESCRIPTOR: Final = 3
DOORS: Final = ("smtp", "lmtp")

log = structlog.get_logger()

Sockets = dict[str, list[socket.socket]]


def handed_over(
    environment: MutableMapping[str, str] = os.environ,
    open_socket: Callable[[int], socket.socket] = lambda number: socket.socket(fileno=number),
) -> Sockets:
    """Take what systemd hands over, by what it is for; a child would not be handed it again.

    Raises ConfigurationError for what is no listening socket, or has another name.
    """
    pid, count, names = (
        environment.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
    )
    if pid != str(os.getpid()) or not count.isdigit():
        return {}
    sockets: Sockets = {}
    told = names.split(":") if names else []
    for place in range(int(count)):
        name = told[place] if place < len(told) else ""
        sockets.setdefault(_checked(name), []).append(
            _listening(name, FIRST_DESCRIPTOR + place, open_socket)
        )
    return sockets


def _checked(name: str) -> str:
    if name in DOORS:
        return name
    raise _fault(
        f'systemd hands over a socket named "{name}"; write FileDescriptorName=smtp or '
        "FileDescriptorName=lmtp into the socket unit"
    )


def _listening(
    name: str, number: int, open_socket: Callable[[int], socket.socket]
) -> socket.socket:
    try:
        given = open_socket(number)
        if given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            given.set_inheritable(False)
            return given
        given.close()
    except OSError as error:
        log.info("activation.no_socket", name=name, reason=error.strerror)
    raise _fault(f"what systemd hands over for {name} does not listen; use ListenStream=")


def _fault(message: str) -> ConfigurationError:
    return ConfigurationError(Fault(place="socket activation", message=message))
