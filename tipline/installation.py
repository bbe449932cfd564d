"""What every command and the daemon need of an installation: its keys, evidence and database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from outside.oauth.tokens import Tokens
from store.errors import SealError, StorageUnavailable
from store.evidence import ORPHANS, Evidence
from store.keys import (
    Identity,
    create_identity,
    load_identity,
    load_or_create_token_key,
    parse_recipient,
)
from store.model import utc_now
from store.seals import Seal
from store.unit_of_work import Store, open_store
from store.upgrade import require_current
from tipline.settings import Settings
from tipline.settings.logins import grants
from tipline.settings.places import Places, places

# The name under which the database remembers the key it seals for.
SEALED_FOR = "sealed_for"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """An opened installation."""

    store: Store
    evidence: Evidence
    token_key: bytes
    tokens: Tokens


@contextmanager
def opened(settings: Settings, *, writing: bool = False) -> Iterator[Installation]:
    """Open the database and the keys for a while, making them at the first start.

    ``writing`` is for whoever takes mail in: it shares the evidence folder with others and tidies
    it first when alone. Raises SchemaMismatch, SealError or StorageUnavailable with the remedy.
    """
    where = places(settings)
    _refuse_to_begin_anew(where)
    require_current(where.database)
    store = open_store(where.state)
    try:
        identity = _identity(store, settings)
        recipients = [parse_recipient(key) for key in settings.sealing.recipients]
        evidence = Evidence(where.evidence, identity, recipients)
        token_key = load_or_create_token_key(where.token_key)
        if writing:
            _tidy(store, evidence)
        try:
            tokens = Tokens(
                store=store, seal=Seal(identity), grants=grants(settings), clock=utc_now
            )
            yield Installation(store=store, evidence=evidence, token_key=token_key, tokens=tokens)
        finally:
            evidence.close()
    finally:
        store.close()


def _refuse_to_begin_anew(where: Places) -> None:
    """Refuse to make a new database where an installation has lost its own."""
    began = where.token_key.exists()
    lost = not where.database.exists() or where.database.stat().st_size == 0
    if began and lost:
        raise StorageUnavailable(
            f"the database {where.database} is missing, but this folder was in use; restore it "
            f"from your backup, or move {where.state} away to begin anew",
        )


def _tidy(store: Store, evidence: Evidence) -> None:
    """Put evidence files aside that have no row."""

    def known_files() -> set[str]:
        with store.snapshot() as work:
            return work.inbox.body_files()

    moved = evidence.begin_writing(known_files)
    if moved:
        log.warning(
            "evidence.put_aside: sealed mails that the database does not know; a crash leaves "
            "them, and so does a database restored from an older backup",
            files=moved,
            folder=ORPHANS,
        )


def _identity(store: Store, settings: Settings) -> Identity:
    """Load the sealing key; a new one is made only while nothing was sealed for another."""
    path = places(settings).sealing_key
    with store.transaction() as work:
        known = work.installation_value(SEALED_FOR)
        if known is None and not path.exists():
            create_identity(path)
        if known is not None and not path.exists():
            raise SealError(
                f"the sealing key {path} is missing, and the mails in this database were sealed "
                f"for it ({known}); restore it from your backup",
            )
        identity = load_identity(path)
        public = str(identity.to_public())
        if known is None:
            work.set_installation_value(SEALED_FOR, public)
            work.commit()
    if known not in {None, public}:
        raise SealError(
            f"the sealing key {path} is not the one this database was sealed for ({known}); "
            "restore that key from your backup",
        )
    return identity
