from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.directory import Directory, Recipient
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
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
