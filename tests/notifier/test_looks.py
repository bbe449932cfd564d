from __future__ import annotations

import pytest

from notifier.looks import look_at_room
from store.evidence import Evidence, Room
from tests.notifier.house import House

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("free", "told"),
    [
        (256 * MIB, []),
        (256 * MIB - 1, ["it will be full soon"]),
        (64 * MIB, ["it will be full soon"]),
        (64 * MIB - 1, ["new mail is refused for the time being (452); its senders try again"]),
        (0, ["new mail is refused for the time being (452); its senders try again"]),
    ],
)
def test_a_disk_that_fills_up_is_told_before_it_is_full(
    house: House, free: int, told: list[str]
) -> None:
    look = look_at_room(lambda: Room(free=free, reserve=64 * MIB))
    with house.store.snapshot() as work:
        assert look.look(work, house.clock()) == told


def test_the_room_is_that_of_the_disk_with_the_evidence(evidence: Evidence) -> None:
    room = evidence.room()
    assert 0 < room.reserve <= 64 * MIB
    assert room.free > 0
