"""How the pieces are put together from the settings, for the daemon and for single commands."""

from __future__ import annotations

from collections.abc import Callable

from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.filing import Filing
from ingest.pipeline import Pipeline
from ingest.smtp import Dialogues, Listener, SmtpSettings
from ingest.workers import ReadingLimits, ReadingPool
from notifier.compose import Composer
from notifier.plan import Planner
from store.model import Clock
from tipline.installation import Installation
from tipline.settings import Settings
from tipline.settings.duty import directory
from tipline.settings.home import reading_rules
from tipline.settings.mail import identity
from tipline.tls import server_context


def readers(settings: Settings) -> ReadingPool:
    """Start the reading processes."""
    reading = settings.reading
    limits = ReadingLimits(
        workers=reading.workers,
        time=reading.time_limit,
        memory=reading.memory_limit,
    )
    return ReadingPool(reading_rules(settings), limits)


def pipeline(  # noqa: PLR0913 - the wiring names every dependency
    settings: Settings,
    installation: Installation,
    reading: ReadingPool,
    clock: Clock,
    *,
    owner: str,
    on_filed: Callable[[], None] = lambda: None,
) -> Pipeline:
    """Put together what reads and files accepted mail."""
    return Pipeline(
        store=installation.store,
        evidence=installation.evidence,
        readers=reading,
        filing=Filing(installation.evidence, settings.platform.key, installation.token_key),
        clock=clock,
        owner=owner,
        on_filed=on_filed,
    )


def planner(settings: Settings, installation: Installation, clock: Clock) -> Planner:
    """Put together what decides on receipts and starts escalations."""
    return Planner(
        store=installation.store,
        directory=directory(settings),
        composer=Composer(identity(settings)),
        reply_key=installation.token_key,
        clock=clock,
        answering=settings.acknowledgement.enabled,
    )


def listener(settings: Settings, acceptor: Acceptor, clock: Clock) -> Listener:
    """Put together the SMTP listener. Raises ConfigurationError for an unusable certificate."""
    smtp = settings.smtp
    tls = None
    if smtp.tls_certificate and smtp.tls_key:
        tls = server_context(smtp.tls_certificate, smtp.tls_key)
    addresses = ReportingAddresses(settings.addresses.reporting)
    return Listener(
        Dialogues(acceptor, addresses, smtp.max_recipients, clock),
        SmtpSettings(
            host=smtp.host,
            port=smtp.port,
            hostname=smtp.hostname or settings.addresses.reporting[0].rpartition("@")[2],
            max_size=smtp.max_size,
            max_connections=smtp.max_connections,
            max_connections_per_peer=smtp.max_connections_per_peer,
            max_recipients=smtp.max_recipients,
            max_commands=smtp.max_commands,
            idle_timeout=smtp.idle_timeout,
            tls=tls,
        ),
    )
