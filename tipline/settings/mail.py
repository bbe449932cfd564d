"""The pieces about the mails we send: who we are in them, and what carries them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.addresses import fold_address
from notifier.actions import MailRules
from notifier.authentication import Required
from notifier.compose import Greeting, Identity
from notifier.courier import Courier, MaildirCourier, Relay, RelayCourier, Security
from notifier.decisions import NoticeRules
from notifier.manners import Manners
from notifier.promises import Promises
from notifier.quotas import Quotas
from outside.oauth import BearerSource
from store.model import UNNAMED_SERVER, StaffAction
from tipline.settings.home import (
    domain_of,
    main_address,
    message_id_domain,
    own_addresses,
    own_domains,
    reply_address,
)
from tipline.settings.logins import relay_oauth
from tipline.settings.places import places, relay_password

if TYPE_CHECKING:
    from tipline.settings.model import Settings


def identity(settings: Settings) -> Identity:
    """Hand out who we are in the mails we send."""
    return Identity(
        address=main_address(settings),
        name=settings.addresses.from_name,
        domain=message_id_domain(settings),
        aliases=own_addresses(settings),
        templates=settings.outgoing.templates,
        greetings=greetings(settings),
        time_zone=settings.acknowledgement.time_zone,
        replies=reply_address(settings),
        senders=senders(settings),
    )


def senders(settings: Settings) -> dict[str, str]:
    """Hand out which of our addresses write to whoever wrote to them, by folded address."""
    first, *others = settings.addresses.reporting
    # A mail from outside ASCII cannot go by every system (RFC 6532).
    others = [one for one in others if one.isascii()]
    match settings.addresses.answer_from:
        case "first":
            others = []
        case "same-domain":
            home = domain_of(first)
            others = [one for one in others if domain_of(one) == home]
    return {fold_address(address): address for address in (first, *others)}


def greetings(settings: Settings) -> dict[str, Greeting]:
    """Hand out how reporters are written to who wrote to an address with defaults of its own."""
    return {
        fold_address(address): Greeting(
            name=name, language=entry.language, templates=entry.templates
        )
        for name, entry in settings.addresses.defaults.items()
        for address in entry.addresses
    }


def manners(settings: Settings) -> Manners:
    """Hand out what decides whether a mail may be answered."""
    return Manners(
        own_addresses=own_addresses(settings),
        own_domains=own_domains(settings),
        trusted_servers=trusted_servers(settings),
        authentication=Required(settings.acknowledgement.authentication),
    )


def trusted_servers(settings: Settings) -> frozenset[str]:
    """Hand out whose findings about a sender are believed, by name."""
    believed = settings.authentication
    unnamed = {UNNAMED_SERVER} if believed.unnamed_from else set[str]()
    return frozenset({*believed.trusted_servers, *unnamed})


def quotas(settings: Settings) -> Quotas:
    """Hand out how many receipts may go out in an hour."""
    limits = settings.acknowledgement
    return Quotas(per_sender=limits.per_sender, per_domain=limits.per_domain, in_all=limits.in_all)


def mail_rules(settings: Settings) -> MailRules:
    """Hand out what the people on duty may do by mail."""
    commands = settings.commands
    return MailRules(
        allowed=frozenset(map(StaffAction, commands.allowed)),
        valid_for=commands.links_valid_for,
        take_for=settings.cases.take_for,
        snooze_for=commands.snooze_for,
        longest_snooze=commands.longest_snooze,
        authentication=Required(
            "when-available" if commands.authentication == "confirm" else commands.authentication
        ),
        confirm=commands.authentication == "confirm",
        trusted_servers=trusted_servers(settings),
    )


def notice_rules(settings: Settings) -> NoticeRules:
    """Hand out of which decisions reporters are told, and when."""
    notices = settings.notices
    return NoticeRules(
        dispositions=frozenset(notices.dispositions),
        send_after=notices.send_after,
        reopen_months=notices.reopen_months,
    )


def promises(settings: Settings) -> Promises:
    """Hand out what receipts say about what happens next."""
    return Promises(
        look_within=settings.acknowledgement.look_within,
        decide_within=settings.acknowledgement.decide_within,
        notices=bool(settings.notices.dispositions),
    )


def courier(settings: Settings, bearers: Callable[[str], BearerSource] | None = None) -> Courier:
    """Hand out what carries our mails: the relay if one is configured, else the Maildir.

    ``bearers`` gives the tokens of a login where the relay logs in by OAuth 2. Raises
    ConfigurationError when the relay's password cannot be read.
    """
    relay = settings.relay
    if relay is None:
        return MaildirCourier(places(settings).outgoing)
    password = relay_password(settings)
    login = relay_oauth(settings)
    if login and bearers is None:
        raise ValueError("the relay logs in by OAuth 2 and is given no tokens")
    return RelayCourier(
        Relay(
            host=relay.host,
            port=relay.port,
            security=Security(relay.security),
            username=relay.username,
            password=password.get_secret_value() if password else None,
            timeout=relay.timeout.total_seconds(),
            helo=settings.smtp.hostname,
            ca_file=relay.ca_file,
            bearers=bearers(login.grant) if login and bearers else None,
            mechanism=login.mechanism if login else None,
        )
    )
