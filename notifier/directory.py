"""Who there is: people, rotas and policies as configured, and the way from a target to addresses.

Names are checked when the directory is made: a policy that tells an unknown person is refused with
the settings. A snapshot taken earlier may still name somebody who is gone; that resolves to nobody,
which the escalation treats like an empty rota: the fallback address is told and an alarm goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.addresses import is_well_formed
from notifier.policy import EscalationPolicy, Target, TargetKind
from notifier.rota import Person, Rota, on_duty
from store.model import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Where an alert goes, and to whom if the address is a known person's."""

    address: str
    person: Person | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """People, rotas, one policy per severity, and the address told when nobody else can be."""

    people: Mapping[str, Person]
    rotas: Mapping[str, Rota]
    policies: Mapping[Severity, EscalationPolicy]
    fallback: str

    def __post_init__(self) -> None:
        if not is_well_formed(self.fallback):
            raise ValueError("the fallback address is not an address")
        for person in self.people.values():
            if not is_well_formed(person.address):
                raise ValueError(f"person {person.key!r} has no usable address")
        for rota in self.rotas.values():
            unknown = [member for member in rota.members if member not in self.people]
            if unknown:
                raise ValueError(f"rota {rota.key!r} names an unknown person: {unknown[0]!r}")
        self._require_policies()

    def _require_policies(self) -> None:
        for severity in Severity:
            if severity not in self.policies:
                raise ValueError(f"no policy for cases of severity {severity.label}")
            policy = self.policies[severity]
            for step in policy.steps:
                for target in step.targets:
                    self._require_known(policy, target)

    def policy(self, severity: Severity) -> EscalationPolicy:
        """Give the policy for cases of this severity."""
        return self.policies[severity]

    def resolve(self, target: Target, moment: datetime) -> tuple[Recipient, ...]:
        """Turn a target into addresses at this moment; nobody there gives an empty tuple."""
        match target.kind:
            case TargetKind.ADDRESS:
                return (Recipient(address=target.name),)
            case TargetKind.PERSON:
                return self._person(target.name)
            case TargetKind.ROTA:
                rota = self.rotas.get(target.name)
                return self._person(on_duty(rota, moment)) if rota else ()

    def recipients(self, targets: tuple[Target, ...], moment: datetime) -> tuple[Recipient, ...]:
        """Turn the targets of a step into distinct addresses, in order."""
        found: dict[str, Recipient] = {}
        for target in targets:
            for recipient in self.resolve(target, moment):
                found.setdefault(recipient.address.lower(), recipient)
        return tuple(found.values())

    def _person(self, key: str) -> tuple[Recipient, ...]:
        person = self.people.get(key)
        return (Recipient(address=person.address, person=person),) if person else ()

    def _require_known(self, policy: EscalationPolicy, target: Target) -> None:
        known: Mapping[TargetKind, bool] = {
            TargetKind.ADDRESS: is_well_formed(target.name),
            TargetKind.PERSON: target.name in self.people,
            TargetKind.ROTA: target.name in self.rotas,
        }
        if not known[target.kind]:
            raise ValueError(
                f"policy {policy.key!r} names an unknown {target.kind}: {target.name!r}"
            )
