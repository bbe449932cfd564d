"""A step that tells people by channels, and what follows when a channel fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifier.deliver import Deliverer
from notifier.escalate import Escalator
from notifier.outcomes import Deferred, Outcome, Refused, Sent
from notifier.policy import EscalationPolicy
from store.model import Case, Disposition, OutboxKind, Severity, Way
from tests.notifier.house import House, RememberingCourier, directory, person, policy

ANNA, BEN, SMS = "anna@chirper.example", "ben@chirper.example", "channel:anna/sms"
FALLBACK = "ops@chirper.example"


def by_channel(policy: EscalationPolicy, *via: str) -> EscalationPolicy:
    """Let the first step tell Anna by these ways."""
    first, *others = policy.steps
    targets = tuple(replace(target, via=via) for target in first.targets)
    return replace(policy, steps=(replace(first, targets=targets), *others))


def opened(house: House, *via: str) -> Case:
    everybody = replace(
        directory(),
        people={key: person(key, channels=("sms",)) for key in ("anna", "ben", "cleo")},
        policies={s: by_channel(policy(s.label), *via) for s in Severity},
    )
    house.directory = everybody
    house.planner._directory = everybody
    house.escalator = Escalator(
        store=house.store, directory=everybody, composer=house.composer, clock=house.clock
    )
    return house.opened()


def deliver(house: House, outcome: Outcome) -> RememberingCourier:
    """Send what waits for channels and mails, then let follow what follows."""
    gateway = RememberingCourier(outcome=outcome)
    telling = Deliverer(
        store=house.store,
        courier=gateway,
        owner="telling",
        clock=house.clock,
        chance=lambda: 0.5,
        way=Way.CHANNEL,
        batch=1,
    )
    while telling.step() + house.deliverer.step():
        pass
    house.escalator.step()
    house.escalator.step()
    return gateway


def told(house: House) -> list[str]:
    return [message.mail.recipient for message in house.outbox(OutboxKind.ALERT)]


def test_a_step_tells_by_the_ways_it_names(house: House) -> None:
    case = opened(house, "mail", "sms")
    assert told(house) == [ANNA, SMS]
    gateway = deliver(house, Sent())
    assert [case.reference.encode() in m.mail.content for m in gateway.seen] == [True]
    assert [m.mail.recipient for m in house.courier.seen if m.mail.kind is OutboxKind.ALERT] == [
        ANNA
    ]


def test_a_channel_that_refuses_has_its_person_told_by_mail_and_the_next_step_at_once(
    house: House,
) -> None:
    opened(house, "sms")
    assert told(house) == [SMS]
    deliver(house, Refused(detail="HTTP status 401"))
    assert told(house) == [SMS, ANNA, BEN]
    (alarm,) = house.outbox(OutboxKind.ALARM)
    assert "could not be delivered" in alarm.mail.subject


def test_a_channel_that_refuses_beside_a_mail_hurries_nobody(house: House) -> None:
    opened(house, "mail", "sms")
    deliver(house, Refused(detail="HTTP status 401"))
    assert told(house) == [ANNA, SMS]


def test_a_channel_that_does_not_answer_is_given_up_after_minutes(house: House) -> None:
    opened(house, "sms")
    for _ in range(6):
        deliver(house, Deferred(detail="no answer within 20 seconds"))
        assert FALLBACK not in told(house)
        house.clock.turn(minutes=1)
    assert told(house)[:1] == [SMS]
    assert {ANNA, BEN} <= set(told(house))


@pytest.mark.parametrize("via", [("sms",), ("mail", "sms")])
def test_a_taken_case_is_told_to_nobody_when_its_channel_fails(
    house: House, via: tuple[str, ...]
) -> None:
    case = opened(house, *via)
    with house.store.transaction() as work:
        work.cases.close(work.cases.get(case.id), "anna", Disposition.NO_VIOLATION, house.clock())
        work.commit()
    before = told(house)
    deliver(house, Refused(detail="HTTP status 401"))
    assert told(house) == before
