from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from notifier.deliver import Deliverer
from notifier.outcomes import Deferred, Outcome, Sent
from notifier.return_paths import ReturnPaths
from store.model import Attempt, OutboxKind, OutboxMessage, ReportId
from store.states import AcknowledgementState, OutboxState
from store.tokens import read_return_token
from tests.notifier.house import IDENTITY, MESSAGE, START, House, RememberingCourier
from tests.notifier.test_decisions import KEY

PATHS = ReturnPaths(identity=IDENTITY, key=KEY)


@pytest.mark.parametrize(
    "kind", [OutboxKind.ACKNOWLEDGEMENT, OutboxKind.ALERT, OutboxKind.ALARM, OutboxKind.DECISION]
)
def test_a_mail_leaves_with_a_signed_address_to_come_back_to(kind: OutboxKind) -> None:
    message = replace(MESSAGE, mail=replace(MESSAGE.mail, kind=kind))
    local, _, domain = PATHS.of(message, START).rpartition("@")
    name, _, tag = local.partition("+")
    assert (name, domain, len(local) <= 64) == ("cp", "chirper.example", True)
    assert read_return_token(tag, KEY, START) == message.id


def test_the_canary_and_an_address_outside_ascii_have_the_null_path() -> None:
    canary = replace(MESSAGE, mail=replace(MESSAGE.mail, kind=OutboxKind.CANARY))
    assert PATHS.of(canary, START) == ""
    abroad = replace(IDENTITY, address="сообщить@chirper.example")
    assert ReturnPaths(identity=abroad, key=KEY).of(MESSAGE, START) == ""


def test_each_try_counts_its_own_days(house: House) -> None:
    house.deliverer._return_paths = PATHS
    house.report()
    house.planner.step()
    house.courier.outcome = Deferred(detail="later")
    house.deliverer.step()
    house.clock.turn(days=3)
    house.courier.outcome = Sent()
    house.deliverer.step()
    first, second = (message.mail.sender for message in house.courier.seen[:2])
    assert first != second
    assert len({message.id for message in house.courier.seen}) == 1


@dataclass
class QuickBounce(RememberingCourier):
    """Sends a receipt, which comes back before that is noted."""

    house: House | None = None

    def send(self, message: OutboxMessage) -> Outcome:
        assert self.house is not None
        with self.house.store.transaction() as work:
            work.outbox.note_bounce(message, Attempt(at=START, outcome="bounced"))
            work.receipts.set_outcome(
                ReportId(message.mail.report_id or 0), AcknowledgementState.FAILED, "came back"
            )
            work.commit()
        return Sent()


def test_a_receipt_that_came_back_at_once_is_not_noted_as_sent(house: House) -> None:
    report, _ = house.report()
    house.planner.step()
    Deliverer(
        store=house.store, courier=QuickBounce(house=house), owner="there", clock=house.clock
    ).step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    assert receipt.state is OutboxState.BOUNCED
    assert house.reread(report).acknowledgement is AcknowledgementState.FAILED
