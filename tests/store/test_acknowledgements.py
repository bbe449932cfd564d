from __future__ import annotations

from datetime import timedelta

import pytest

from store.acknowledgements import Grant, Standing
from store.unit_of_work import Store
from tests.store.samples import NOW, add_report

HOUR = timedelta(hours=1)


def note(store: Store, grant: Grant, minutes: int = 0, sender: str = "maria@mail.example") -> None:
    with store.transaction() as work:
        report = work.reports.get(add_report(work))
        domain = sender.partition("@")[2]
        work.acknowledgements.note(
            report.id, sender, domain, grant, NOW + timedelta(minutes=minutes)
        )
        work.commit()


def standing(store: Store, minutes: int = 0, sender: str = "maria@mail.example") -> Standing:
    with store.snapshot() as work:
        since = NOW + timedelta(minutes=minutes) - HOUR
        return work.acknowledgements.standing(sender, since)


def test_a_sender_unknown_so_far_asked_nothing(store: Store) -> None:
    assert standing(store) == Standing(asked=0, told=False)


def test_what_a_sender_asked_is_counted_within_the_span(store: Store) -> None:
    note(store, Grant.RECEIPT)
    note(store, Grant.NOTHING, minutes=30)
    note(store, Grant.RECEIPT, minutes=30, sender="ben@mail.example")
    assert standing(store, minutes=59).asked == 2
    assert standing(store, minutes=60).asked == 1
    assert standing(store, minutes=90).asked == 0


@pytest.mark.parametrize(
    ("grants", "told"),
    [
        ([Grant.RECEIPT], False),
        ([Grant.RECEIPT, Grant.COLLECTIVE], True),
        ([Grant.RECEIPT, Grant.COLLECTIVE, Grant.NOTHING, Grant.NOTHING], True),
        ([Grant.COLLECTIVE, Grant.NOTHING, Grant.RECEIPT], False),
    ],
)
def test_a_sender_is_told_until_the_next_receipt(
    store: Store, grants: list[Grant], *, told: bool
) -> None:
    for minutes, grant in enumerate(grants):
        note(store, grant, minutes)
    # However long ago it was.
    assert standing(store, minutes=10_000).told is told


def test_mails_are_counted_by_domain_and_in_all(store: Store) -> None:
    note(store, Grant.RECEIPT)
    note(store, Grant.COLLECTIVE, sender="ben@mail.example")
    note(store, Grant.NOTHING)
    note(store, Grant.RECEIPT, sender="cleo@other.example")
    with store.snapshot() as work:
        assert work.acknowledgements.mails_to("mail.example", NOW - HOUR) == 2
        assert work.acknowledgements.mails(NOW - HOUR) == 3
        assert work.acknowledgements.mails(NOW) == 0


def test_a_turn_can_be_taken_any_number_of_times(store: Store) -> None:
    for _ in range(2):
        with store.transaction() as work:
            work.acknowledgements.take_turn()
            work.acknowledgements.take_turn()
            work.commit()
