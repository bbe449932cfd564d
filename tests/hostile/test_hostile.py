"""Every family of hostile mails is read to its end, within bounds that the kernel keeps.

Nothing here is timed. A mail of each family is so large that work which grows with its square
would take minutes to hours; the reader may take a hundred times what it needs, counted by the
kernel in processor time, so that a busy machine fails no test. A reading that overruns comes
back as not read, and that is what is asserted.
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

OCTETS = 300_000
SMALL_OCTETS = 2_000
# Twice the share of a test, so that the reader's own limit comes first.
LIMITS = ReadingLimits(workers=1, time=timedelta(seconds=50), memory=400_000_000)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(ReadingRules(), LIMITS)
    yield pool
    pool.close()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_large_hostile_mail_is_read_within_bounds(pool: ReadingPool, family: str) -> None:
    ((_, read),) = next(pool.read_as_done([(FAMILIES[family](OCTETS), None)]))

    assert not isinstance(read, NotRead)
    assert_bounded(read)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_small_hostile_mail_is_read_without_failing(family: str) -> None:
    read = read_message(FAMILIES[family](SMALL_OCTETS), None, ReadingRules())

    assert not [defect for defect in read.defects if "Error" in defect]
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - our own


def assert_bounded(read: ParsedMessage) -> None:
    assert len(read.text) <= MAX_TEXT + 100
    assert len(read.subject) <= 1000
    assert len(read.attachments) <= 500
    assert len(read.sightings) <= 1000
    assert len(read.urls) <= 1000
    assert len(read.defects) <= 40
    assert not [defect for defect in read.defects if "Error" in defect]
