"""The notifier over a relay that is away, refuses, is slow or breaks off, on the loopback."""

from __future__ import annotations

import re
import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from notifier.courier import RelayCourier
from notifier.deliver import Deliverer
from store.model import OutboxKind
from store.states import OutboxState
from tests.notifier.fake_relay import FakeRelay, Monotonic, courier_to, running
from tests.notifier.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator

ANNA = "anna@chirper.example"
OPS = "ops@chirper.example"


class Line:
    """The house with a real courier; the clocks of both pass together."""

    def __init__(self, house: House, relay: FakeRelay) -> None:
        self.house, self.relay = house, relay
        self.passing = Monotonic()
        self.courier: RelayCourier = courier_to(relay, self.passing, timeout=0.5)
        self.deliverer = Deliverer(
            store=house.store,
            courier=self.courier,
            owner="here",
            clock=house.clock,
            chance=lambda: 0.5,
        )

    def minute(self) -> None:
        """Let a minute pass and do what is due."""
        self.house.clock.turn(minutes=1)
        self.passing.seconds += 60
        while self.house.planner.step() + self.house.escalator.step() + self.deliverer.step():
            pass

    def message_ids(self) -> list[str]:
        pattern = re.compile(rb"^Message-ID: *(?:\r\n )?(<.*?>)", re.MULTILINE | re.IGNORECASE)
        found = [pattern.search(content) for content in self.relay.contents]
        return [match[1].decode() for match in found if match]

    def recipients(self) -> list[str]:
        return [line.partition("<")[2].partition(">")[0] for line in self.relay.commands("RCPT")]


@pytest.fixture
def line(house: House) -> Iterator[Line]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = Line(house, FakeRelay(port=port))
    yield line
    line.courier.close()


def test_after_an_hour_without_a_relay_everybody_gets_the_newest_once(line: Line) -> None:
    cases = [line.house.report(account=None)[1] for _ in range(3)]
    for minute in range(60):
        if minute == 30:
            cases.append(line.house.report(account=None)[1])
        line.minute()
    assert line.relay.connections == 0
    with running(line.relay):
        for _ in range(8):
            line.minute()
        told = Counter(line.recipients())
        assert set(told) >= {ANNA, "ben@chirper.example", "lead@chirper.example", OPS}
        by_kind = Counter(
            (message.mail.kind, message.mail.recipient)
            for message in line.house.outbox()
            if message.state is OutboxState.SENT
        )
        assert by_kind[OutboxKind.ALERT, ANNA] == 1
        assert by_kind[OutboxKind.ALERT, "ben@chirper.example"] == 1
        ids = line.message_ids()
        assert len(ids) == len(set(ids)) == len(line.relay.contents)
    to_anna = next(content for content in line.relay.contents if b"To: anna@" in content)
    assert all(case.reference.encode() in to_anna for case in cases)
    assert any(b"wait for the relay" in content for content in line.relay.contents)


def test_a_relay_that_says_later_for_hours_gets_each_mail_once_in_the_end(line: Line) -> None:
    line.house.report()
    line.relay.replies["END"] = "451 later"
    with running(line.relay):
        for _ in range(120):
            line.minute()
        tries = Counter(line.message_ids())
        assert max(tries.values()) > 1
        del line.relay.replies["END"]
        line.relay.contents.clear()
        for _ in range(61):
            line.minute()
        sent = Counter(line.message_ids())
    assert set(sent.values()) == {1}
    queued = [m for m in line.house.outbox() if m.state is OutboxState.QUEUED]
    assert queued == []


def test_a_mail_taken_by_a_relay_that_broke_off_is_repeated_under_its_message_id(
    line: Line,
) -> None:
    report, _ = line.house.report()
    line.relay.hang_up_at = "END"
    with running(line.relay):
        line.minute()
        first = line.message_ids()
        line.relay.hang_up_at = ""
        for _ in range(5):
            line.minute()
        again = line.message_ids()[len(first) :]
    assert set(first) <= set(again)
    assert len(again) == len(set(again))
    assert line.house.reread(report).acknowledgement == "sent"


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA"])
def test_a_relay_that_breaks_off_in_the_middle_loses_nothing(line: Line, word: str) -> None:
    line.house.report()
    line.relay.hang_up_at = word
    with running(line.relay):
        line.minute()
        assert line.relay.contents == []
        line.relay.hang_up_at = ""
        for _ in range(5):
            line.minute()
    ids = line.message_ids()
    assert len(ids) == len(set(ids)) == 2


def test_a_relay_that_falls_silent_is_no_loss(line: Line) -> None:
    line.house.report()
    line.relay.silent_at = "DATA"
    with running(line.relay):
        line.minute()
        line.relay.silent_at = ""
        for _ in range(5):
            line.minute()
    assert len(set(line.message_ids())) == 2


def test_a_relay_that_refuses_everything_is_asked_a_bounded_number_of_times(line: Line) -> None:
    line.house.report()
    line.relay.replies["RCPT"] = "550 no such user"
    with running(line.relay):
        for _ in range(120):
            line.minute()
    asked = Counter(line.recipients())
    # One each step, and the last one every half hour; the fallback address in their place.
    assert asked[ANNA] == asked["ben@chirper.example"] == 1
    assert asked["lead@chirper.example"] <= 5
    assert line.relay.contents == []
