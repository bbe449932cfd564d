"""How the pieces are put together from the settings, for the daemon and for single commands."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.filing import Filing
from ingest.folders.rounds import FolderRounds
from ingest.forwarded import ForwardedConnection
from ingest.imap.rounds import Rounds
from ingest.limits import SmtpSettings
from ingest.lmtp import LmtpConnection
from ingest.origin import Networks
from ingest.pipeline import Pipeline
from ingest.placing import ReplyTerms
from ingest.smtp import Dialogues, Listener
from ingest.workers import ReadingLimits, ReadingPool
from notifier.actions import Actions
from notifier.auditor import Auditor
from notifier.calendars import Calendars
from notifier.channels import ChannelCourier
from notifier.compose import Composer
from notifier.courier import Courier
from notifier.deliver import BATCH, Deliverer
from notifier.directory import Directory
from notifier.escalate import Escalator
from notifier.last_word import LastWord
from notifier.looks import Look
from notifier.mail_commands import MailCommands
from notifier.plan import Planner
from notifier.regular import RegularMails
from notifier.return_paths import ReturnPaths
from notifier.second_way import SecondWay
from store.model import TO_REPORTERS, TO_STAFF, Clock, Door, OutboxKind, Way
from tipline.installation import Installation
from tipline.settings import ConfigurationError, Fault, Settings
from tipline.settings.channels import channels, detour, operator_channels
from tipline.settings.duty import directory, pace, progress, regular
from tipline.settings.folders import folders
from tipline.settings.home import operator_languages, reading_rules, receptions
from tipline.settings.mail import (
    courier,
    identity,
    mail_rules,
    manners,
    notice_rules,
    promises,
    quotas,
)
from tipline.settings.mailboxes import mailbox_login, mailboxes
from tipline.settings.places import relay_password
from tipline.tls import server_context


@dataclass(frozen=True, kw_only=True, slots=True)
class Outfit:
    """What the settings alone determine; made before anything is opened or written."""

    settings: Settings
    directory: Directory
    composer: Composer
    channels: ChannelCourier
    tls: ssl.SSLContext | None


def outfit(settings: Settings) -> Outfit:
    """Make what the settings determine. Raises ConfigurationError for what cannot be used."""
    composer = Composer(
        identity(settings), operator_channels(settings), operator_languages(settings)
    )
    _try_templates(composer)
    smtp = settings.smtp
    # What cannot be read is told before anything is opened.
    relay_password(settings)
    tls = None
    if smtp.tls_certificate and smtp.tls_key:
        tls = server_context(smtp.tls_certificate, smtp.tls_key)
    return Outfit(
        settings=settings,
        directory=directory(settings),
        composer=composer,
        channels=ChannelCourier(channels(settings)),
        tls=tls,
    )


def _try_templates(composer: Composer) -> None:
    """Try the operator's own templates; ours were tried before they came here."""
    if not composer.has_own_templates:
        return
    # The invented values are needed by nobody else, and slow to make.
    from notifier.samples import template_faults  # noqa: PLC0415

    if faults := template_faults(composer):
        raise ConfigurationError(
            *(Fault(place="template", key="outgoing.templates", message=text) for text in faults),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """Puts the pieces together over one opened installation."""

    outfit: Outfit
    installation: Installation
    clock: Clock

    def readers(self) -> ReadingPool:
        """Start the reading processes."""
        settings = self.outfit.settings
        limits = ReadingLimits(
            workers=settings.reading.workers,
            time=settings.reading.time_limit,
            memory=settings.reading.memory_limit,
        )
        return ReadingPool(reading_rules(settings), limits)

    def pipeline(
        self,
        readers: ReadingPool,
        owner: str,
        on_filed: Callable[[], None] = lambda: None,
    ) -> Pipeline:
        """Put together what reads and files accepted mail."""
        installation = self.installation
        home = self.outfit.settings.platform.key
        terms = ReplyTerms(
            token_key=installation.token_key,
            reopen_months=self.outfit.settings.notices.reopen_months,
        )
        return Pipeline(
            store=installation.store,
            evidence=installation.evidence,
            readers=readers,
            filing=Filing(installation.evidence, home, terms, receptions(self.outfit.settings)),
            clock=self.clock,
            owner=owner,
            on_filed=on_filed,
        )

    def planner(self) -> Planner:
        """Put together what decides on receipts and starts escalations."""
        return Planner(
            store=self.installation.store,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            reply_key=self.installation.token_key,
            clock=self.clock,
            manners=manners(self.outfit.settings),
            quotas=quotas(self.outfit.settings),
            promises=promises(self.outfit.settings),
            answering=self.outfit.settings.acknowledgement.enabled,
            notices=notice_rules(self.outfit.settings),
            quiet_for=self.outfit.settings.archives.quiet_for,
        )

    def actions(self) -> Actions:
        """Put together what signs the links in alerts."""
        rules = mail_rules(self.outfit.settings)
        return Actions(self.outfit.composer.identity, self.installation.token_key, rules)

    def mail_commands(self) -> MailCommands:
        """Put together what does what the people on duty ask for by mail."""
        return MailCommands(
            store=self.installation.store,
            evidence=self.installation.evidence,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            actions=self.actions(),
            token_key=self.installation.token_key,
            manners=manners(self.outfit.settings),
            clock=self.clock,
            promises=promises(self.outfit.settings),
        )

    def escalator(self) -> Escalator:
        """Put together what alerts the people on duty."""
        return Escalator(
            store=self.installation.store,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            clock=self.clock,
            pace=pace(self.outfit.settings),
            progress=progress(self.outfit.settings),
            actions=self.actions(),
            promises=promises(self.outfit.settings),
        )

    def last_word(self, carrier: Courier) -> LastWord:
        """Put together what tells the operators that nothing can be written."""
        return LastWord(
            store=self.installation.store,
            composer=self.outfit.composer,
            address=self.outfit.directory.fallback,
            couriers={Way.MAIL: carrier, Way.CHANNEL: self.outfit.channels},
            clock=self.clock,
        )

    def second_way(self) -> SecondWay:
        """Put together what goes by channels while the relay is down."""
        return SecondWay(
            store=self.installation.store,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            detour=detour(self.outfit.settings),
            clock=self.clock,
        )

    def regular_mails(self) -> RegularMails:
        """Put together what sends digests and handovers by the clock."""
        return RegularMails(
            store=self.installation.store,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            clock=self.clock,
            regular=regular(self.outfit.settings),
        )

    @property
    def connections(self) -> int:
        """How many mails to reporters are on their way at one time; one into a Maildir."""
        relay = self.outfit.settings.relay
        return relay.connections if relay else 1

    def courier(self) -> Courier:
        """Put together what carries mails, with a connection of its own."""
        return courier(self.outfit.settings, self.installation.tokens.source)

    def staff_deliverer(
        self, owner: str, stopping: Callable[[], bool], carrier: Courier
    ) -> Deliverer:
        """Put together what sends to staff: one at a time, so that the most urgent is next."""
        return self._deliverer(owner, stopping, carrier, TO_STAFF, 1)

    def reporter_deliverer(
        self, owner: str, stopping: Callable[[], bool], carrier: Courier
    ) -> Deliverer:
        """Put together what sends to reporters, by a connection of its own."""
        return self._deliverer(owner, stopping, carrier, TO_REPORTERS, BATCH)

    def _deliverer(
        self,
        owner: str,
        stopping: Callable[[], bool],
        carrier: Courier,
        kinds: frozenset[OutboxKind],
        batch: int,
    ) -> Deliverer:
        return Deliverer(
            store=self.installation.store,
            courier=carrier,
            owner=owner,
            clock=self.clock,
            stopping=stopping,
            return_paths=ReturnPaths(
                identity=self.outfit.composer.identity, key=self.installation.token_key
            ),
            kinds=kinds,
            batch=batch,
        )

    def channel_deliverer(self, owner: str, stopping: Callable[[], bool]) -> Deliverer:
        """Put together what tells somebody by other ways than mail, one message at a time."""
        return Deliverer(
            store=self.installation.store,
            courier=self.outfit.channels,
            owner=owner,
            clock=self.clock,
            stopping=stopping,
            way=Way.CHANNEL,
            batch=1,
        )

    def auditor(self, looks: Sequence[Look], on_well: Callable[[], None]) -> Auditor:
        """Put together what looks over the whole installation, ``looks`` besides the usual."""
        return Auditor(
            store=self.installation.store,
            directory=self.outfit.directory,
            composer=self.outfit.composer,
            clock=self.clock,
            looks=looks,
            on_well=on_well,
        )

    def calendars(self) -> Calendars:
        """Put together what reads the calendars of the rotas."""
        return Calendars(
            store=self.installation.store, directory=self.outfit.directory, clock=self.clock
        )

    def folders(self, on_taken: Callable[[], None]) -> list[FolderRounds]:
        """Put together what takes in what is put into folders, one for each."""
        return [
            FolderRounds(
                settings=folder,
                store=self.installation.store,
                evidence=self.installation.evidence,
                clock=self.clock,
                on_taken=on_taken,
            )
            for folder in folders(self.outfit.settings)
        ]

    def mailboxes(self, on_taken: Callable[[], None]) -> list[Rounds]:
        """Put together what fetches mails, one for each mailbox."""
        settings = self.outfit.settings
        return [
            Rounds(
                settings=mailbox,
                login=mailbox_login(settings, name, self.installation.tokens.source),
                store=self.installation.store,
                evidence=self.installation.evidence,
                clock=self.clock,
                on_taken=on_taken,
            )
            for name, mailbox in mailboxes(settings).items()
        ]

    def listener(
        self,
        acceptor: Acceptor,
        door: Door = Door.SMTP,
        sockets: Sequence[socket.socket] = (),
        port: int | None = None,
    ) -> Listener:
        """Put together a listener for SMTP or LMTP; for the sockets there are, else a port."""
        settings = self.outfit.settings
        smtp, lmtp = settings.smtp, settings.lmtp
        is_lmtp = door is Door.LMTP
        addresses = ReportingAddresses(settings.addresses.reporting)
        who = lmtp if is_lmtp else smtp
        return Listener(
            Dialogues(acceptor, addresses, smtp.max_recipients, self.clock, door),
            SmtpSettings(
                host=who.host,
                port=smtp.port if port is None else port,
                hostname=smtp.hostname or settings.addresses.reporting[0].rpartition("@")[2],
                max_size=smtp.max_size,
                max_connections=smtp.max_connections,
                max_connections_per_peer=smtp.max_connections_per_peer,
                max_recipients=smtp.max_recipients,
                max_commands=smtp.max_commands,
                idle_timeout=smtp.idle_timeout,
                max_session=smtp.max_session,
                tls=self.outfit.tls,
                proxies=Networks(who.proxies),
                forwarders=Networks(who.forwarders),
            ),
            LmtpConnection if is_lmtp else ForwardedConnection,
            sockets,
        )
