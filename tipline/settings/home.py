"""The pieces that say who we are: the home platform, our addresses, the rules for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.addresses import fold_address
from ingest.reading.rules import HomePlatform, ReadingRules
from ingest.receptions import Receptions
from notifier.letters import FALLBACK_LANGUAGE
from store.model import Severity
from tipline.settings.values.addresses import leaves_room

if TYPE_CHECKING:
    from tipline.settings.model import Settings


def home_platform(settings: Settings) -> HomePlatform:
    """Hand out the platform whose reporting address this is."""
    return HomePlatform(**settings.platform.model_dump())


def message_id_domain(settings: Settings) -> str:
    """Tell which domain the Message-IDs of our mails end in."""
    return settings.addresses.message_id_domain or domain_of(main_address(settings))


def main_address(settings: Settings) -> str:
    """Tell which reporting address our mails come from."""
    return settings.addresses.reporting[0]


def reply_address(settings: Settings) -> str:
    """Tell which reporting address replies come to, with a tag: one that leaves room for it.

    That is the main address if it does, else one at the same domain, else the first that does.
    """
    fitting = [one for one in settings.addresses.reporting if leaves_room(one)]
    home = domain_of(main_address(settings))
    return next((one for one in fitting if domain_of(one) == home), fitting[0])


def operator_address(settings: Settings) -> str:
    """Tell who is told when nobody is on duty, or when tipline itself needs a person."""
    first, *_ = settings.people.values()
    return settings.addresses.operator or first.address[0]


def operator_languages(settings: Settings) -> tuple[str, ...]:
    """Tell in which languages the operators read alarms: their own, if they are a person's."""
    if settings.addresses.operator_languages:
        return settings.addresses.operator_languages
    wanted = fold_address(operator_address(settings))
    for person in settings.people.values():
        if wanted in map(fold_address, person.address):
            return person.languages
    return (FALLBACK_LANGUAGE,)


def own_addresses(settings: Settings) -> frozenset[str]:
    """Collect the addresses we receive and send at, in lower case."""
    return frozenset(address.lower() for address in settings.addresses.reporting)


def own_domains(settings: Settings) -> frozenset[str]:
    """Collect the domains our Message-IDs end in."""
    return frozenset({message_id_domain(settings)})


def receptions(settings: Settings) -> Receptions:
    """Hand out our addresses, and how severe what comes to each is at least."""
    return Receptions(
        addresses=tuple(map(fold_address, settings.addresses.reporting)),
        least={
            fold_address(address): Severity.from_label(entry.severity)
            for entry in settings.addresses.defaults.values()
            for address in entry.addresses
        },
    )


def reading_rules(settings: Settings) -> ReadingRules:
    """Hand out what the reading processes know of us."""
    addresses = tuple(sorted(own_addresses(settings)))
    domains = {message_id_domain(settings), *map(domain_of, addresses)}
    return ReadingRules(
        home=home_platform(settings),
        reporting_addresses=addresses,
        own_domains=tuple(sorted(domains)),
        authentication_servers=settings.authentication.trusted_servers,
        unnamed_from=settings.authentication.unnamed_from,
        spam_fields=tuple(name.lower() for name in settings.reading.spam_fields),
        staff_addresses=tuple(
            sorted({one.lower() for person in settings.people.values() for one in person.address})
        ),
    )


def domain_of(address: str) -> str:
    """Give what is behind the @, in lower case."""
    return address.rpartition("@")[2].lower()
