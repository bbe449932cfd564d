"""Every family of hostile mails is read to its end, within bounds that the kernel keeps.

Nothing here is timed. A mail of each family is so large that work which grows with its square
would take minutes to hours; the reader may take many times what it needs, counted by the kernel in
processor time, so that a busy machine fails no test. A reading that overruns comes back as not
read, and that is what is asserted. ``make test-long`` reads mails three times as large.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ingest.reading import ParsedMessage, ReadingRules, read_message
from ingest.reading.bounds import MAX_TEXT
from ingest.workers import NotRead, ReadingLimits, ReadingPool
from tests.hostile.makers import FAMILIES

SMALL_OCTETS = 2_000
MEMORY = 400_000_000


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    yield from opened(seconds=15)


@pytest.fixture(scope="module")
def patient_pool() -> Iterator[ReadingPool]:
    # Less than the share of a test, so that the reader's own limit comes first.
    yield from opened(seconds=50)


def opened(seconds: int) -> Iterator[ReadingPool]:
    limits = ReadingLimits(workers=1, time=timedelta(seconds=seconds), memory=MEMORY)
    pool = ReadingPool(ReadingRules(), limits)
    yield pool
    pool.close()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_large_hostile_mail_is_read_within_bounds(pool: ReadingPool, family: str) -> None:
    assert_read_within_bounds(pool, FAMILIES[family](100_000))


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_a_very_large_hostile_mail_is_read_within_bounds(
    patient_pool: ReadingPool, family: str
) -> None:
    assert_read_within_bounds(patient_pool, FAMILIES[family](300_000))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_small_hostile_mail_is_read_without_failing(family: str) -> None:
    read = read_message(FAMILIES[family](SMALL_OCTETS), None, ReadingRules())

    assert not [defect for defect in read.defects if "Error" in defect]
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - our own


def assert_read_within_bounds(pool: ReadingPool, raw: bytes) -> None:
    ((_, read),) = next(pool.read_as_done([(raw, None)]))

    assert not isinstance(read, NotRead)
    assert_bounded(read)


def assert_bounded(read: ParsedMessage) -> None:
    assert len(read.text) <= MAX_TEXT + 100
    assert len(read.subject) <= 1000
    assert len(read.attachments) <= 500
    assert len(read.sightings) <= 1000
    assert len(read.urls) <= 1000
    assert len(read.defects) <= 40
    assert not [defect for defect in read.defects if "Error" in defect]
