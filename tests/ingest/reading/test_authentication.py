from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.authentication import MAX_FIELDS, MAX_LENGTH

RULES = replace(ReadingRules(), authentication_servers=("mx.chirper.example",))
OURS = "Authentication-Results: mx.chirper.example; spf=pass smtp.mailfrom=mail.example"
STRANGER = "Authentication-Results: mx.other.example; dmarc=pass"
RECEIVED = "Received: from a by b; Sun, 22 Nov 2026 03:00:00 +0000"
KEPT = "mx.chirper.example; spf=pass smtp.mailfrom=mail.example"


def collected(*fields: str, rules: ReadingRules = RULES) -> tuple[str, ...]:
    raw = "\r\n".join([*fields, "From: anna@mail.example", "", "This account worries me."])
    return read_message(raw.encode(), None, rules).traits.authentication


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ((OURS,), (KEPT,)),
        ((RECEIVED, "X-A: b", OURS, RECEIVED), (KEPT,)),
        ((STRANGER, OURS), (KEPT,)),
        ((OURS, "X-A: b", OURS), (KEPT, KEPT)),
        ((OURS, RECEIVED, OURS), (KEPT,)),
        ((OURS, STRANGER, OURS), (KEPT,)),
        ((STRANGER,), ()),
        (("Authentication-Results:",), ()),
        (("Authentication-Results: ;",), ()),
        (("Authentication-Results: (mx.chirper.example) mx.other.example; none",), ()),
        (
            ('AUTHENTICATION-RESULTS: (c) "MX.chirper.example" 1;\r\n\tnone',),
            ('(c) "MX.chirper.example" 1; none',),
        ),
    ],
)
def test_only_the_uppermost_trusted_hop_is_collected(
    fields: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    assert collected(*fields) == kept


def test_nothing_is_collected_where_no_server_is_trusted() -> None:
    assert collected(OURS, rules=ReadingRules()) == ()


def test_what_is_collected_is_bounded_and_cut_after_a_whole_result() -> None:
    long = OURS + "; dkim=pass header.d=mail.example" * 1_000
    kept = collected(*[long] * 20)
    assert len(kept) == MAX_FIELDS
    assert all(len(value) <= MAX_LENGTH for value in kept)
    assert all(value.endswith("dkim=pass header.d=mail.example") for value in kept)
