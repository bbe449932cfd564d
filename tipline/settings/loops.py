"""Find addresses at which tipline would write to itself: every alert would come in as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notifier.addresses import without_tag
from store.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tipline.settings.lines import Path
    from tipline.settings.model import Settings
    from tipline.settings.sections.staff import CategoryPolicies, Policies

_ADDRESS: Final = "address:"
_SEVERITIES: Final = tuple(severity.label for severity in Severity)


def find_loops(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield the path and the fault of each address that alerts go to and reports come in at."""
    own = {without_tag(address) for address in settings.addresses.reporting}
    for path, address in _told(settings):
        if without_tag(address) in own:
            yield path, f"{address} is where reports come in; alerts sent there would be reports"


def _told(settings: Settings) -> Iterator[tuple[Path, str]]:
    if settings.addresses.operator:
        yield ("addresses", "operator"), settings.addresses.operator
    for key, person in settings.people.items():
        for address in person.address:
            yield ("people", key, "address"), address
    policies = settings.policies
    entries: list[tuple[Path, Policies | CategoryPolicies]] = [(("policies",), policies)]
    entries += [(("policies", "categories", key), one) for key, one in policies.categories.items()]
    entries += [
        (("addresses", "defaults", key, "policies"), one.policies)
        for key, one in settings.addresses.defaults.items()
        if one.policies
    ]
    named = [((*at, name), getattr(one, name)) for at, one in entries for name in _SEVERITIES]
    for path, policy in named:
        for number, step in enumerate(policy.steps if policy else ()):
            for index, target in enumerate(step.notify):
                if target.startswith(_ADDRESS):
                    yield (*path, "steps", number, "notify", index), target[len(_ADDRESS) :]
