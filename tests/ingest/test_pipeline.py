from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from ingest.pipeline import BATCH_MESSAGES, LEASE, RETRY_AFTER
from ingest.reading import ParsedMessage
from store.errors import StorageUnavailable
from store.evidence import Evidence
from store.keys import Identity
from store.model import Envelope, InboundId
from store.states import InboxState
from store.unit_of_work import DATABASE_NAME, Store
from tests.ingest.desk import Desk, Readers, mail

Mail = tuple[bytes, Envelope | None]
RECEIVED, FILED, QUARANTINED = InboxState.RECEIVED, InboxState.FILED, InboxState.QUARANTINED


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


class UnstorableReaders(Readers):
    """Reads text into some mails that no database can take."""

    def _read(self, raw: bytes, envelope: Envelope | None) -> ParsedMessage:
        parsed = super()._read(raw, envelope)
        return replace(parsed, sender="\ud800@mail.example") if b"POISON" in raw else parsed


@contextmanager
def database_held(state_dir: Path) -> Iterator[None]:
    """Keep every other writer out of the database for a while."""
    holder = sqlite3.connect(state_dir / DATABASE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.close()


def impatient(store: Store) -> None:
    event.listen(store._reads, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=50"))


def accept(desk: Desk, count: int) -> list[InboundId]:
    return [desk.accept(mail(Message_ID=f"<{n}@mail.example>")) for n in range(count)]


def states(desk: Desk, numbers: list[InboundId]) -> list[InboxState]:
    return [desk.message(number).state for number in numbers]


def test_a_step_works_off_one_batch_and_tells_how_much(desk: Desk) -> None:
    numbers = accept(desk, BATCH_MESSAGES + 1)
    steps = [desk.pipeline.step() for _ in range(3)]
    assert (steps, desk.filed) == ([BATCH_MESSAGES, 1, 0], 2)
    assert set(states(desk, numbers)) == {FILED}


def test_mails_are_worked_off_in_the_order_they_came(desk: Desk) -> None:
    accept(desk, 5)
    desk.pipeline.step()
    assert [report.inbound_id for report in desk.reports()] == [1, 2, 3, 4, 5]


def test_a_mail_that_cannot_be_filed_holds_up_none_of_its_batch(
    store: Store, evidence: Evidence
) -> None:
    desk = Desk(store, evidence, UnstorableReaders())
    numbers = [desk.accept(mail(Subject=s, Message_ID=f"<{s}@x>")) for s in ("a", "POISON", "b")]
    desk.pipeline.step()
    assert states(desk, numbers) == [FILED, RECEIVED, FILED]
    assert desk.message(numbers[1]).reason == "could not be worked on: UnicodeEncodeError"


def test_a_mail_that_fails_three_times_is_put_before_a_person(
    store: Store, evidence: Evidence
) -> None:
    desk = Desk(store, evidence, UnstorableReaders())
    number = desk.accept(mail(Subject="POISON"))
    found = []
    for _ in range(3):
        desk.pipeline.step()
        found.append(desk.message(number).state)
        desk.clock.now += RETRY_AFTER
    assert found == [RECEIVED, RECEIVED, QUARANTINED]
    assert (desk.cases(), desk.pipeline.step()) == ([], 0)


def test_a_failed_mail_waits_before_it_is_tried_again(store: Store, evidence: Evidence) -> None:
    desk = Desk(store, evidence, UnstorableReaders())
    desk.accept(mail(Subject="POISON"))
    assert [desk.pipeline.step(), desk.pipeline.step()] == [1, 0]
    desk.clock.now += RETRY_AFTER
    assert desk.pipeline.step() == 1


def test_a_body_that_cannot_be_opened_is_quarantined_and_the_others_are_filed(
    desk: Desk, state_dir: Path
) -> None:
    stranger = Evidence(state_dir / "evidence", Identity.generate())
    ours = desk.evidence
    desk.evidence = stranger
    sealed_for_another = desk.accept(mail())
    desk.evidence = ours
    other = desk.accept(mail(Message_ID="<2@mail.example>"))
    for _ in range(3):
        desk.pipeline.step()
        desk.clock.now += RETRY_AFTER
    assert states(desk, [sealed_for_another, other]) == [QUARANTINED, FILED]
    assert desk.message(sealed_for_another).reason == "could not be worked on: SealError"


def test_a_quarantined_mail_that_was_mended_is_filed_after_all(
    store: Store, evidence: Evidence
) -> None:
    desk = Desk(store, evidence, UnstorableReaders())
    number = desk.accept(mail(Subject="POISON"))
    for _ in range(3):
        desk.pipeline.step()
        desk.clock.now += RETRY_AFTER
    with store.transaction() as work:
        work.inbox.requeue(number)
        work.commit()
    assert Desk(store, evidence).pipeline.step() == 1
    assert states(desk, [number]) == [FILED]


def test_a_database_that_cannot_be_used_leaves_nothing_half_done(
    desk: Desk, state_dir: Path
) -> None:
    impatient(desk.store)
    numbers = accept(desk, 3)

    class Holding(Readers):
        def read_as_done(self, mails: Iterable[Mail]) -> Iterator[list[tuple[int, ParsedMessage]]]:
            for group in super().read_as_done(mails):
                held.__enter__()
                yield group

    held = database_held(state_dir)
    desk.pipeline._readers = Holding()  # type: ignore[assignment]  # a reader of the test's own
    with pytest.raises(StorageUnavailable):
        desk.pipeline.step()
    held.__exit__(None, None, None)
    assert (states(desk, numbers), desk.cases()) == ([RECEIVED] * 3, [])


def test_after_a_fault_the_next_step_picks_everything_up_without_counting_it(desk: Desk) -> None:
    numbers = accept(desk, 3)
    desk.readers.failure = StorageUnavailable("the disk is away")
    with pytest.raises(StorageUnavailable):
        desk.pipeline.step()
    desk.readers.failure = None
    assert desk.pipeline.step() == 3
    assert {desk.message(number).attempts for number in numbers} == {0}


def test_a_successor_takes_over_what_a_killed_predecessor_had_claimed(desk: Desk) -> None:
    numbers = accept(desk, 2)
    desk.pipeline._claim()
    assert desk.new_pipeline("elsewhere").step() == 0
    assert desk.new_pipeline("here").step() == 2
    assert states(desk, numbers) == [FILED] * 2


def test_somebody_else_takes_over_when_the_lease_has_run_out(desk: Desk) -> None:
    numbers = accept(desk, 1)
    desk.pipeline._claim()
    desk.clock.now += LEASE
    assert desk.new_pipeline("elsewhere").step() == 1
    assert states(desk, numbers) == [FILED]


def test_two_workers_on_one_mail_file_it_once(desk: Desk) -> None:
    (number,) = accept(desk, 1)
    late = desk.pipeline._claim()
    desk.clock.now += LEASE
    desk.new_pipeline("elsewhere").step()
    before = desk.message(number)
    desk.pipeline._work_off(late)
    assert (desk.message(number), desk.case().reports) == (before, 1)


def test_the_notifier_is_woken_only_when_something_was_filed(desk: Desk) -> None:
    desk.pipeline.step()
    assert desk.filed == 0


URGENT = "She is in danger: https://chirper.example/somebody"


def burst(desk: Desk, count: int) -> InboundId:
    """Accept so many mails, the last of them urgent; gives its number."""
    accept(desk, count - 1)
    return desk.accept(mail(URGENT, Message_ID="<urgent@mail.example>"))


def test_in_a_burst_what_looks_urgent_is_read_with_the_next_batch(desk: Desk) -> None:
    urgent = burst(desk, BATCH_MESSAGES * 3)
    assert desk.pipeline.step() == BATCH_MESSAGES
    assert desk.message(urgent).state is FILED
    assert desk.message(InboundId(1)).state is FILED
    assert desk.readers.looked_at == BATCH_MESSAGES * 3


def test_each_mail_of_a_burst_is_looked_at_once_and_every_one_is_filed(desk: Desk) -> None:
    burst(desk, BATCH_MESSAGES * 3)
    while desk.pipeline.step():
        pass
    assert desk.readers.looked_at == BATCH_MESSAGES * 3
    with desk.store.snapshot() as work:
        assert work.inbox.count(FILED) == BATCH_MESSAGES * 3


def test_what_fits_into_one_batch_is_read_without_a_first_look(desk: Desk) -> None:
    burst(desk, BATCH_MESSAGES)
    desk.pipeline.step()
    assert desk.readers.looked_at == 0


def test_a_body_that_cannot_be_opened_is_left_to_its_turn(desk: Desk, state_dir: Path) -> None:
    ours, desk.evidence = desk.evidence, Evidence(state_dir / "evidence", Identity.generate())
    sealed_for_another = desk.accept(mail(Message_ID="<0@mail.example>"))
    desk.evidence = ours
    urgent = burst(desk, BATCH_MESSAGES * 2)
    desk.pipeline.step()
    assert desk.message(urgent).state is FILED
    assert desk.message(sealed_for_another).reason == "could not be worked on: SealError"


def test_a_look_that_this_machine_broke_off_costs_no_mail_anything(desk: Desk) -> None:
    urgent = burst(desk, BATCH_MESSAGES * 2)
    desk.readers.failure = OSError("no reading process could be started")
    with pytest.raises(OSError, match="no reading process"):
        desk.pipeline.step()
    desk.readers.failure = None
    desk.pipeline.step()
    assert desk.message(urgent).state is FILED
    assert desk.message(urgent).attempts == 0
