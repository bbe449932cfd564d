from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.directory import Directory, Recipient
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.rota import Shift
from store.model import Severity
from tests.notifier.house import START, directory, person

ANNA = Target(kind=TargetKind.PERSON, name="anna")
NIGHT = Target(kind=TargetKind.ROTA, name="night")
LEAD = Target(kind=TargetKind.ADDRESS, name="lead@chirper.example")


def with_target(target: Target) -> Directory:
    step = Step(after=timedelta(0), targets=(target,))
    policy = EscalationPolicy(key="odd", steps=(step,), repeat=timedelta(minutes=5))
    return replace(directory(), policies=dict.fromkeys(Severity, policy))


@pytest.mark.parametrize(
    ("target", "address"),
    [
        (ANNA, "anna@chirper.example"),
        (NIGHT, "ben@chirper.example"),
        (LEAD, "lead@chirper.example"),
    ],
)
def test_a_target_is_turned_into_an_address(target: Target, address: str) -> None:
    (recipient,) = directory().resolve(target, START)
    assert recipient.address == address


@pytest.mark.parametrize("kind", [TargetKind.PERSON, TargetKind.ROTA])
def test_somebody_who_is_gone_is_nobody(kind: TargetKind) -> None:
    assert directory().resolve(Target(kind=kind, name="gone"), START) == ()


def test_an_address_is_told_once() -> None:
    ben = Target(kind=TargetKind.PERSON, name="ben")
    told = directory().recipients((NIGHT, ben, LEAD, LEAD), START)
    assert [recipient.address for recipient in told] == [
        "ben@chirper.example",
        "lead@chirper.example",
    ]
    assert told[0] == Recipient(address="ben@chirper.example", person=person("ben"))


@pytest.mark.parametrize(
    "target",
    [
        Target(kind=TargetKind.PERSON, name="gone"),
        Target(kind=TargetKind.ROTA, name="gone"),
        Target(kind=TargetKind.ADDRESS, name="gone"),
    ],
)
def test_a_policy_that_names_nobody_is_refused(target: Target) -> None:
    with pytest.raises(ValueError, match="unknown"):
        with_target(target)


def test_a_severity_without_a_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="severity critical"):
        replace(
            directory(),
            policies={s: p for s, p in directory().policies.items() if s is not Severity.CRITICAL},
        )


def test_a_rota_with_an_unknown_member_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown person: 'ben'"):
        replace(directory(), people={"anna": person("anna")})


def test_a_fallback_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="fallback"):
        replace(directory(), fallback="ops")


def test_the_most_specific_policy_wins() -> None:
    special = replace(directory().policy(Severity.HIGH), key="categories.sextortion.high")
    everybody = replace(directory(), categories={("sextortion", Severity.HIGH): special})

    assert everybody.policy(Severity.HIGH, "sextortion") is special
    assert everybody.policy(Severity.HIGH, "bullying").key == "high"
    assert everybody.policy(Severity.HIGH).key == "high"
    assert everybody.policy(Severity.LOW, "sextortion").key == "low"


def test_a_policy_for_a_category_that_names_nobody_is_refused() -> None:
    gone = Target(kind=TargetKind.PERSON, name="gone")
    policy = with_target(ANNA).policy(Severity.HIGH)
    odd = replace(policy, steps=(Step(after=timedelta(0), targets=(gone,)),))
    with pytest.raises(ValueError, match="unknown person"):
        replace(directory(), categories={("bullying", Severity.LOW): odd})


def test_every_address_of_a_person_is_told() -> None:
    anna = person("anna", more_addresses=("anna@phone.example",))
    everybody = replace(directory(), people=dict(directory().people) | {"anna": anna})

    told = everybody.recipients((ANNA,), START)

    assert [recipient.address for recipient in told] == list(anna.addresses)
    assert {recipient.person for recipient in told} == {anna}


def test_shifts_above_win_while_their_person_is_known() -> None:
    above = tuple(
        Shift(
            person=name,
            begins_at=START + timedelta(hours=hour),
            ends_at=START + timedelta(hours=hour + 1),
            source="override",
        )
        for hour, name in enumerate(("cleo", "gone"))
    )
    everybody = directory().with_shifts({"night": above, "no rota": above})

    assert everybody.on_duty("night", START) == person("cleo")
    assert everybody.on_duty("night", START + timedelta(hours=1)) == person("ben")
    listed = everybody.shifts("night", START, START + timedelta(hours=2))
    assert [shift.person for shift in listed] == ["cleo", "ben"]


def resolved(via: tuple[str, ...], channels: tuple[str, ...]) -> list[str]:
    known = replace(
        directory(), people={key: person(key, channels=channels) for key in ("anna", "ben", "cleo")}
    )
    target = Target(kind=TargetKind.PERSON, name="anna", via=via)
    return [recipient.address for recipient in known.recipients((target,), START)]


@pytest.mark.parametrize(
    ("via", "channels", "addresses"),
    [
        (("mail",), ("sms",), ["anna@chirper.example"]),
        (("sms",), ("sms", "push"), ["channel:anna/sms"]),
        (("mail", "sms"), ("sms",), ["anna@chirper.example", "channel:anna/sms"]),
        (("sms", "push"), ("push",), ["channel:anna/push"]),
        (("sms",), ("push",), ["anna@chirper.example"]),
        (("sms",), (), ["anna@chirper.example"]),
    ],
)
def test_a_person_is_told_by_the_ways_of_the_step_or_else_by_mail(
    via: tuple[str, ...], channels: tuple[str, ...], addresses: list[str]
) -> None:
    assert resolved(via, channels) == addresses


def test_a_channel_of_nobodys_own_is_told_while_it_is_configured() -> None:
    room = Target(kind=TargetKind.CHANNEL, name="room")
    with_room = replace(directory(), channels=frozenset({"room"}))
    assert [one.address for one in with_room.recipients((room,), START)] == ["channel:room"]
    assert directory().recipients((room,), START) == ()


def test_the_policy_of_an_address_stands_between_those_of_category_and_severity() -> None:
    high = directory().policy(Severity.HIGH)
    by_category = replace(high, key="categories.sextortion.high")
    by_address = replace(high, key="addresses.safety.high")
    everybody = replace(
        directory(),
        categories={("sextortion", Severity.HIGH): by_category},
        by_address={(each, Severity.HIGH): by_address for each in ("a@x.example", "b@x.example")},
    )
    came_to = ("cp@x.example", "a@x.example")
    assert everybody.policy(Severity.HIGH, "bullying", came_to) is by_address
    assert everybody.policy(Severity.HIGH, "sextortion", came_to) is by_category
    assert everybody.policy(Severity.LOW, None, came_to).key == "low"
    assert everybody.policy(Severity.HIGH, None, ("cp@x.example",)).key == "high"
    assert [each.key for each in everybody.all_policies()].count("addresses.safety.high") == 1


def test_a_policy_for_an_address_that_names_nobody_is_refused() -> None:
    gone = Target(kind=TargetKind.PERSON, name="gone")
    odd = replace(
        directory().policy(Severity.HIGH), steps=(Step(after=timedelta(0), targets=(gone,)),)
    )
    with pytest.raises(ValueError, match="unknown person"):
        replace(directory(), by_address={("a@x.example", Severity.LOW): odd})
