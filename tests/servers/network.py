"""A network of a test's own: machines that are network namespaces, and a line that can fail.

The line is a program: every packet between the machines passes it, and it loses, delays, doubles
and reorders them as the test has it. So nothing of the kernel is needed but namespaces and TUN.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import pytest

# linux/if_tun.h
_TUNSETIFF: Final = 0x400454CA
_IFF_TUN: Final = 0x0001
_IFF_NO_PI: Final = 0x1000
_LARGEST_PACKET: Final = 65_535
# Where the address of the target stands in a packet (RFC 791 section 3.1).
_TARGET: Final = slice(16, 20)
# A line holds so many packets back at most; a full one loses what comes.
_LONGEST_LINE: Final = 5_000


@dataclass(slots=True)
class Weather:
    """What the line of one machine does to packets; shares are from 0 to 1, times in seconds."""

    lost: float = 0.0
    doubled: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0


@dataclass(slots=True)
class Machine:
    """A namespace with one address. ``weather`` counts in both directions."""

    name: str
    address: str
    device: int
    weather: Weather = field(default_factory=Weather)

    def command(self, *arguments: str) -> list[str]:
        """Give a command that is run on this machine."""
        return ["ip", "netns", "exec", self.name, *arguments]

    def take_down(self) -> None:
        """Pull the plug."""
        _ip("-n", self.name, "link", "set", "line", "down")

    def bring_up(self) -> None:
        """Put it in again."""
        _ip("-n", self.name, "link", "set", "line", "up")

    def reset_connections(self) -> None:
        """Have the kernel end every connection over the line, with a reset to both sides."""
        subprocess.run(
            self.command("ss", "-K", "src", self.address), capture_output=True, check=False
        )


class Network:
    """Machines that reach each other by one line; passes a test over where that cannot be had."""

    def __init__(self, *names: str, seed: int | None = None) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the weather of a test
        self._stopping = threading.Event()
        self.machines: dict[str, Machine] = {}
        try:
            for number, name in enumerate(names, 1):
                self.machines[name] = _machine(f"tipline-{os.getpid()}-{name}", number)
        except (OSError, subprocess.CalledProcessError) as error:
            self.remove()
            pytest.skip(f"network namespaces with TUN cannot be had here: {error}")
        self._by_address = {
            bytes(map(int, machine.address.split("."))): machine
            for machine in self.machines.values()
        }
        self.carried = self.lost = 0
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def __getitem__(self, name: str) -> Machine:
        return self.machines[name]

    def _carry(self) -> None:
        """Pass packets on until the end, each when its time has come."""
        sources = {machine.device: machine for machine in self.machines.values()}
        line: list[tuple[float, int, bytes, Machine]] = []
        number = 0
        while not self._stopping.is_set():
            wait = min(0.2, max(0.0, line[0][0] - time.monotonic())) if line else 0.2
            for device in select.select(list(sources), [], [], wait)[0]:
                for packet in _packets(device):
                    target = self._by_address.get(packet[_TARGET])
                    if target is None:
                        continue
                    for after in self._fates(sources[device], target):
                        number += 1
                        if len(line) < _LONGEST_LINE:
                            due = time.monotonic() + after
                            heapq.heappush(line, (due, number, packet, target))
            now = time.monotonic()
            while line and line[0][0] <= now:
                _, _, packet, target = heapq.heappop(line)
                # One whose plug is pulled takes nothing.
                with suppress(OSError):
                    os.write(target.device, packet)
                    self.carried += 1

    def _fates(self, source: Machine, target: Machine) -> list[float]:
        """Tell after how long a packet arrives: once, twice or never."""
        delay = 0.0
        copies = 1
        for weather in (source.weather, target.weather):
            if self._chance.random() < weather.lost:
                self.lost += 1
                return []
            copies += self._chance.random() < weather.doubled
            delay += weather.delay + self._chance.random() * weather.jitter
        return [delay + copy * 0.01 for copy in range(copies)]

    def remove(self) -> None:
        self._stopping.set()
        if hasattr(self, "_thread"):
            self._thread.join()
        for machine in self.machines.values():
            os.close(machine.device)
            subprocess.run(["ip", "netns", "del", machine.name], capture_output=True, check=False)


def _machine(name: str, number: int) -> Machine:
    """Make a namespace whose only way out is a device that packets are read from here."""
    address = f"10.77.0.{number}"
    if not shutil.which("ip"):
        raise FileNotFoundError("iproute2 is not installed")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        here = f"tl{os.getpid() % 100_000}n{number}"
        flags = _IFF_TUN | _IFF_NO_PI
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", here.encode(), flags))
        _ip("netns", "add", name)
        _ip("link", "set", here, "netns", name, "name", "line")
        _ip("-n", name, "address", "add", f"{address}/24", "dev", "line")
        for link in ("lo", "line"):
            _ip("-n", name, "link", "set", link, "up")
    except BaseException:
        os.close(device)
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        raise
    return Machine(name=name, address=address, device=device)


def _packets(device: int) -> list[bytes]:
    """Read what a machine sends; a few packets at once."""
    packets: list[bytes] = []
    with suppress(OSError):
        while len(packets) < 64:
            packets.append(os.read(device, _LARGEST_PACKET))
    return packets


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], capture_output=True, check=True, text=True)
