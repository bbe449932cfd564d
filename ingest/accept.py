"""The durable accept: when ``accept`` returns, the mail is on disk; otherwise it was not taken.

Mails that arrive together share one commit, so that a storm costs few fsyncs. A fault of the
disk fails everybody who waits for that commit, who are told to come again; any other fault of a
commit is narrowed down to the one mail that causes it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import structlog

from store.errors import StoreError
from store.evidence import Evidence, SealedBody
from store.inbox import NewMessage
from store.model import ORDINARY, Envelope, InboundId, Treatment
from store.unit_of_work import Store, UnitOfWork

# One commit takes at most so many mails, and stops taking more beyond so many octets.
BATCH_MESSAGES: Final = 64
BATCH_OCTETS: Final = 8 * 1024 * 1024
# Larger mails are sealed on their own first, so that small ones need not wait for them.
ALONE_OCTETS: Final = 256 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A mail at the door; ``body`` when it was sealed before.

    ``size`` is that of the whole mail in octets, where ``raw`` is only a part of it.
    """

    envelope: Envelope
    raw: bytes
    body: SealedBody | None = None
    treatment: Treatment = ORDINARY
    size: int | None = None


Note = Callable[[UnitOfWork, list[InboundId]], None]


def _nothing_more(work: UnitOfWork, ids: list[InboundId]) -> None:
    del work, ids


def write_down(
    store: Store, evidence: Evidence, arrivals: Sequence[Arrival], also: Note = _nothing_more
) -> list[InboundId]:
    """Seal, insert and commit mails together; they are durable when this returns.

    ``also`` writes down what belongs to them, in the same transaction. Raises StorageFull or
    StorageUnavailable, and what ``also`` raises; then nothing that was written here is left.
    """
    evidence.require_room()
    messages: list[NewMessage] = []
    try:
        messages.extend(_sealed(evidence, arrival) for arrival in arrivals)
        with store.transaction() as work:
            ids = work.inbox.add(messages)
            also(work, ids)
            work.commit()
    except BaseException:
        for arrival, message in zip(arrivals, messages, strict=False):
            if arrival.body is None:
                evidence.discard(message.body)
        raise
    return ids


def _sealed(evidence: Evidence, arrival: Arrival) -> NewMessage:
    return NewMessage(
        envelope=arrival.envelope,
        digest=hashlib.sha256(arrival.raw).hexdigest(),
        size=len(arrival.raw) if arrival.size is None else arrival.size,
        body=arrival.body or evidence.seal_body(arrival.raw),
        treatment=arrival.treatment,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    arrival: Arrival
    done: asyncio.Future[InboundId]


class Acceptor:
    """Takes mails in; belongs to one event loop."""

    def __init__(self, store: Store, evidence: Evidence, on_accepted: Callable[[], None]) -> None:
        self._store = store
        self._evidence = evidence
        self._on_accepted = on_accepted
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="accept")

    async def accept(self, envelope: Envelope, raw: bytes) -> InboundId:
        """Take one mail; it is durable when this returns.

        Raises StorageFull or StorageUnavailable when it could not be taken; trying again later
        can help. Any other exception is a fault of ours and the mail was not taken either.
        """
        loop = asyncio.get_running_loop()
        body = None
        if len(raw) > ALONE_OCTETS:
            body = await self._seal_alone(raw)
        done: asyncio.Future[InboundId] = loop.create_future()
        arrival = Arrival(envelope=envelope, raw=raw, body=body)
        self._waiting.append(_Waiting(arrival=arrival, done=done))
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write_waiting())
        return await done

    async def close(self) -> None:
        """Finish what was begun."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _seal_alone(self, raw: bytes) -> SealedBody:
        """Seal a large mail in a thread; one whose sender goes away meanwhile leaves no file."""
        sealing = asyncio.get_running_loop().run_in_executor(None, self._evidence.seal_body, raw)
        try:
            return await asyncio.shield(sealing)
        except asyncio.CancelledError:
            sealing.add_done_callback(self._discard_sealed)
            raise

    def _discard_sealed(self, sealing: asyncio.Future[SealedBody]) -> None:
        if not sealing.cancelled() and sealing.exception() is None:
            self._evidence.discard(sealing.result())

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            await self._write_batch(batch)
            self._on_accepted()

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        octets = 0
        while self._waiting and len(batch) < BATCH_MESSAGES and octets < BATCH_OCTETS:
            batch.append(self._waiting.pop(0))
            octets += len(batch[-1].arrival.raw)
        return batch

    async def _write_batch(self, batch: Sequence[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        try:
            ids = await loop.run_in_executor(self._thread, self._commit, batch)
        except StoreError as error:
            self._fail(batch, error)
        except Exception as error:
            if len(batch) == 1:
                log.exception("accept.failed")
                self._fail(batch, error)
                return
            for one in batch:
                await self._write_batch([one])
        else:
            for waiting, number in zip(batch, ids, strict=True):
                # A sender that went away meanwhile has cancelled its future.
                if not waiting.done.done():
                    waiting.done.set_result(number)

    def _commit(self, batch: Sequence[_Waiting]) -> list[InboundId]:
        arrivals = [waiting.arrival for waiting in batch]
        return write_down(self._store, self._evidence, arrivals)

    def _fail(self, batch: Sequence[_Waiting], error: Exception) -> None:
        for waiting in batch:
            if waiting.arrival.body is not None:
                self._evidence.discard(waiting.arrival.body)
            if not waiting.done.done():
                waiting.done.set_exception(error)
