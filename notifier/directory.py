"""Who there is: people, rotas and policies, and the way from a target to addresses.

People, rotas and policies are as configured; ``with_shifts`` puts above the rotas what stands in
the database, overrides and the shifts of calendars (``notifier/duty.py``).

Names are checked when the directory is made: a policy that tells an unknown person is refused with
the settings. A snapshot taken earlier may still name somebody who is gone; that resolves to nobody,
which the escalation treats like an empty rota: the fallback address is told and an alarm goes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from notifier.addresses import is_well_formed
from notifier.channels import channel_recipient
from notifier.policy import BY_MAIL, EscalationPolicy, Target, TargetKind
from notifier.rota import Person, Rota, Shift, on_duty, shifts
from store.model import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Where an alert goes, and to whom if the address is a known person's.

    ``address`` is a mail address, or what the outbox calls a channel.
    """

    address: str
    person: Person | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """People, rotas, one policy per severity, and the address told when nobody else can be.

    ``categories`` holds the policies for cases of a category, which win over those for all of a
    severity, and ``by_address`` those for cases whose first report came to an address of ours with
    its own; ``least`` tells how severe what comes to such an address is at least. Addresses are
    folded. ``above`` holds the shifts that win over the layers of a rota, those that win first;
    ``channels`` names the channels that are nobody's own.
    """

    people: Mapping[str, Person]
    rotas: Mapping[str, Rota]
    policies: Mapping[Severity, EscalationPolicy]
    fallback: str
    categories: Mapping[tuple[str, Severity], EscalationPolicy] = field(default_factory=dict)
    by_address: Mapping[tuple[str, Severity], EscalationPolicy] = field(default_factory=dict)
    least: Mapping[str, Severity] = field(default_factory=dict)
    above: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not is_well_formed(self.fallback):
            raise ValueError("the fallback address is not an address")
        for person in self.people.values():
            if not all(map(is_well_formed, person.addresses)):
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
        for policy in self.all_policies():
            for step in policy.steps:
                for target in step.targets:
                    self._require_known(policy, target)

    def all_policies(self) -> tuple[EscalationPolicy, ...]:
        """List every policy: those for severities, for categories and for addresses, each once."""
        listed = (*self.policies.values(), *self.categories.values(), *self.by_address.values())
        return tuple({policy.key: policy for policy in listed}.values())

    def policy(
        self, severity: Severity, category: str | None = None, addresses: Sequence[str] = ()
    ) -> EscalationPolicy:
        """Give the policy for cases of this severity: of its category, its address, or for all.

        Of the addresses the first that has one for this severity counts.
        """
        if category and (category, severity) in self.categories:
            return self.categories[category, severity]
        for address in addresses:
            if (address, severity) in self.by_address:
                return self.by_address[address, severity]
        return self.policies[severity]

    def with_shifts(self, above: Mapping[str, tuple[Shift, ...]]) -> Directory:
        """Give this directory with shifts above the rotas' layers.

        Who is no longer known is left out, so that the layers below show through.
        """
        known = {
            rota: tuple(shift for shift in listed if shift.person in self.people)
            for rota, listed in above.items()
            if rota in self.rotas
        }
        # What else is in it was checked when it was made, and this is done for every alert.
        present = copy(self)
        object.__setattr__(present, "above", known)
        return present

    def on_duty(self, rota: str, moment: datetime) -> Person | None:
        """Give the person on duty in a rota at a moment; None for nobody, or an unknown rota."""
        if rota not in self.rotas:
            return None
        name = on_duty(self.rotas[rota], moment, self.above.get(rota, ()))
        return self.people.get(name) if name else None

    def shifts(self, rota: str, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """List a rota's shifts that touch the time between two moments, in order."""
        return shifts(self.rotas[rota], since, until, self.above.get(rota, ()))

    def resolve(self, target: Target, moment: datetime) -> tuple[Recipient, ...]:
        """Turn a target into addresses at this moment; nobody there gives an empty tuple."""
        match target.kind:
            case TargetKind.ADDRESS:
                return (Recipient(address=target.name),)
            case TargetKind.PERSON:
                return _recipients(self.people.get(target.name), target.via)
            case TargetKind.ROTA:
                return _recipients(self.on_duty(target.name, moment), target.via)
            case TargetKind.CHANNEL:
                known = target.name in self.channels
                return (Recipient(address=channel_recipient(target.name)),) if known else ()

    def recipients(self, targets: tuple[Target, ...], moment: datetime) -> tuple[Recipient, ...]:
        """Turn the targets of a step into distinct addresses, in order."""
        found: dict[str, Recipient] = {}
        for target in targets:
            for recipient in self.resolve(target, moment):
                found.setdefault(recipient.address.lower(), recipient)
        return tuple(found.values())

    def _require_known(self, policy: EscalationPolicy, target: Target) -> None:
        known: Mapping[TargetKind, bool] = {
            TargetKind.ADDRESS: is_well_formed(target.name),
            TargetKind.PERSON: target.name in self.people,
            TargetKind.ROTA: target.name in self.rotas,
            TargetKind.CHANNEL: target.name in self.channels,
        }
        if not known[target.kind]:
            raise ValueError(
                f"policy {policy.key!r} names an unknown {target.kind}: {target.name!r}"
            )


def _recipients(person: Person | None, via: tuple[str, ...]) -> tuple[Recipient, ...]:
    if person is None:
        return ()
    found: list[str] = []
    for way in via:
        if way == BY_MAIL:
            found += person.addresses
        elif way in person.channels:
            found.append(channel_recipient(f"{person.key}/{way}"))
    return tuple(Recipient(address=one, person=person) for one in found or person.addresses)
