from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.quotas import Counts, Quotas, grant
from store.acknowledgements import Grant, Standing

QUOTAS = Quotas(per_sender=2, per_domain=5, in_all=7)


TOLD, UNTOLD = True, False


@pytest.mark.parametrize(
    ("asked", "told", "counts", "granted"),
    [
        (0, UNTOLD, (0, 0), "ok"),
        (1, UNTOLD, (4, 6), "ok"),
        (1, TOLD, (0, 0), "ok"),
        (2, UNTOLD, (0, 0), "collective"),
        (9, UNTOLD, (4, 6), "collective"),
        (2, TOLD, (0, 0), "quota_sender"),
        (2, TOLD, (5, 7), "quota_sender"),
        (0, UNTOLD, (5, 6), "quota_domain"),
        (2, UNTOLD, (5, 6), "quota_domain"),
        (0, UNTOLD, (0, 7), "quota_all"),
        (2, UNTOLD, (0, 7), "quota_all"),
    ],
)
def test_what_a_report_is_granted(
    asked: int, counts: tuple[int, int], granted: str, *, told: bool
) -> None:
    standing = Standing(asked=asked, told=told)
    found = grant(QUOTAS, standing, Counts(to_domain=counts[0], to_all=counts[1]))
    grants = {"ok": Grant.RECEIPT, "collective": Grant.COLLECTIVE}
    assert (found.grant, found.reason) == (grants.get(granted, Grant.NOTHING), granted)


@given(st.integers(1, 30))
def test_a_flood_of_any_length_brings_one_mail_more_than_the_limit(length: int) -> None:
    mails, told = 0, False
    for asked in range(length):
        found = grant(QUOTAS, Standing(asked=asked, told=told), Counts())
        mails += found.grant is not Grant.NOTHING
        told = found.grant is Grant.COLLECTIVE or (told and found.grant is Grant.NOTHING)
    assert mails == min(length, QUOTAS.per_sender + 1)
