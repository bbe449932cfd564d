from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.model import Canary, MailTraits
from tests.store.samples import NOW

if TYPE_CHECKING:
    from store.unit_of_work import Store

TRAITS = MailTraits(
    reverse_path="", from_addresses=("cp@chirper.example",), headers=(("auto-submitted", "x"),)
)
LATER = NOW + timedelta(seconds=3)


def test_a_canary_is_followed_on_its_whole_way(store: Store) -> None:
    with store.transaction() as work:
        work.canaries.add("one", NOW)
        assert work.canaries.newest() == Canary(name="one", queued_at=NOW)
        assert work.canaries.came_back("one", LATER, TRAITS)
        returned = Canary(name="one", queued_at=NOW, returned_at=LATER)
        assert work.canaries.undecided() == [(returned, TRAITS)]
        assert work.canaries.newest_whole() is None
        work.canaries.decide("one", "our own address", LATER)
        assert work.canaries.undecided() == []
        whole = work.canaries.newest_whole()
    assert whole is not None
    assert (whole.decided_at, whole.verdict) == (LATER, "our own address")


def test_a_canary_comes_back_once_and_only_if_it_was_sent(store: Store) -> None:
    with store.transaction() as work:
        work.canaries.add("one", NOW)
        back = [work.canaries.came_back(name, LATER, TRAITS) for name in ("one", "one", "two")]
    assert back == [True, False, False]


def test_the_newest_canary_need_not_be_the_newest_that_came_through(store: Store) -> None:
    with store.transaction() as work:
        for name in ("one", "two"):
            work.canaries.add(name, NOW)
        work.canaries.came_back("one", LATER, TRAITS)
        work.canaries.decide("one", "our own address", LATER)
        newest, whole = work.canaries.newest(), work.canaries.newest_whole()
    assert newest is not None
    assert whole is not None
    assert (newest.name, whole.name) == ("two", "one")


def test_a_canary_is_missed_since_the_first_after_the_last_that_came_through(store: Store) -> None:
    with store.transaction() as work:
        assert work.canaries.waits_since() is None
        for hours, name in enumerate(("one", "two", "three")):
            work.canaries.add(name, NOW + timedelta(hours=hours))
        assert work.canaries.waits_since() == NOW
        work.canaries.came_back("one", LATER, TRAITS)
        work.canaries.decide("one", "our own address", LATER)
        assert work.canaries.waits_since() == NOW + timedelta(hours=1)
        work.canaries.came_back("three", LATER, TRAITS)
        work.canaries.decide("three", "our own address", LATER)
        assert work.canaries.waits_since() is None
