from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notifier.compose import Composer
from notifier.last_word import LastWord
from notifier.outcomes import Deferred
from store.errors import StorageFull, StorageUnavailable
from store.model import Way
from tests.notifier.house import IDENTITY, House, RememberingCourier

if TYPE_CHECKING:
    from collections.abc import Callable

OPS, ROOM = "ops@chirper.example", "channel:room"
FULL = StorageFull("no space is left for the database")


class Watched:
    """A step that finds the disk full, or does its work."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.relay, self.gateways = RememberingCourier(), RememberingCourier()
        self.fault: StorageUnavailable | None = FULL
        last_word = LastWord(
            store=house.store,
            composer=Composer(IDENTITY, (ROOM,)),
            address=OPS,
            couriers={Way.MAIL: self.relay, Way.CHANNEL: self.gateways},
            clock=house.clock,
        )
        self._step: Callable[[], int] = last_word.watch(self._work)

    def _work(self) -> int:
        if self.fault:
            raise self.fault
        return 0

    def goes_on(self, seconds: int) -> list[str]:
        """Have it tried again and again; give the subjects of the mails since before."""
        before = len(self.relay.seen)
        for _ in range(0, seconds, 2):
            if self.fault:
                with pytest.raises(StorageUnavailable):
                    self._step()
            else:
                self._step()
            self.house.clock.turn(seconds=2)
        return [message.mail.subject for message in self.relay.seen[before:]]


TITLE = "Nothing can be written down, so alerts stand still"


def test_the_operators_hear_after_a_minute_past_the_database_and_when_it_is_over(
    house: House,
) -> None:
    case = house.opened()
    house.clock.turn(minutes=20)
    watched = Watched(house)
    assert watched.goes_on(60) == []
    assert watched.goes_on(4) == [f"[tipline] ALARM: {TITLE}"]
    (mail,) = watched.relay.seen
    told = mail.mail.content.decode()
    assert mail.mail.recipient == OPS
    assert "no space is left for the database" in told
    assert f"case {case.reference}, high" in told
    assert [message.mail.recipient for message in watched.gateways.seen] == [ROOM]
    # Nothing of it is in the tables.
    assert all(message.mail.recipient != OPS for message in house.outbox())

    assert watched.goes_on(3000) == []
    assert watched.goes_on(600) == [f"[tipline] ALARM: {TITLE}"]
    watched.fault = None
    assert watched.goes_on(60) == [f"[tipline] OVER: {TITLE}"]


def test_a_moment_of_trouble_is_not_told(house: House) -> None:
    watched = Watched(house)
    for _ in range(5):
        watched.fault = FULL
        assert watched.goes_on(50) == []
        watched.fault = None
        assert watched.goes_on(4) == []


def test_a_relay_that_is_away_as_well_is_tried_each_minute(house: House) -> None:
    watched = Watched(house)
    watched.relay.outcome = watched.gateways.outcome = Deferred(detail="away")
    assert len(watched.goes_on(300)) in {4, 5}
    watched.fault = None
    # Nobody was told that it began.
    assert watched.goes_on(60) == []


def test_what_is_no_fault_of_the_storage_is_nobodys_last_word(house: House) -> None:
    watched = Watched(house)
    watched.relay.outcome = Deferred(detail="away")

    def fails() -> int:
        raise KeyError

    step = LastWord(
        store=house.store,
        composer=house.composer,
        address=OPS,
        couriers={Way.MAIL: watched.relay},
        clock=house.clock,
    ).watch(fails)
    for _ in range(9):
        with pytest.raises(KeyError):
            step()
        house.clock.turn(minutes=1)
    assert watched.relay.seen == []


def test_a_relay_whose_login_cannot_be_written_down_keeps_no_channel_from_telling(
    house: House,
) -> None:
    watched = Watched(house)
    # As a token does that has to be renewed, and kept, first.
    watched.relay.outcome = FULL
    watched.goes_on(62)
    assert [message.mail.recipient for message in watched.gateways.seen] == [ROOM]
    watched.goes_on(3600)
    assert [message.mail.recipient for message in watched.gateways.seen] == [ROOM, ROOM]
