from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.authentication import MAX_FIELDS, MAX_LENGTH
from store.model import UNNAMED_SERVER, Door, Envelope
from tests.store.samples import envelope

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


UNNAMED = replace(RULES, unnamed_from=("mailbox:reports", "192.0.2.0/24", "2001:db8::/32"))
# As Microsoft 365 writes them today, and as it did until 2021.
MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 198.51.100.7)\r\n"
    " smtp.mailfrom=mail.example; dkim=pass (signature was verified)\r\n"
    " header.d=mail.example;dmarc=pass action=none\r\n"
    " header.from=mail.example;compauth=pass reason=100"
)
MICROSOFT_BEFORE = (
    "Authentication-Results: spf=pass (sender IP is 198.51.100.7)\r\n"
    " smtp.mailfrom=mail.example; chirper.example; dkim=pass (signature was verified)\r\n"
    " header.d=mail.example;chirper.example; dmarc=pass action=none\r\n"
    " header.from=mail.example;"
)
HOPS = (
    (
        "Received: from BY1PR19MB0022.namprd19.prod.outlook.com (::1) by\r\n"
        " CH3PR12MB0001.namprd12.prod.outlook.com with HTTPS; Sun, 22 Nov 2026 03:00:02 +0000"
    ),
    (
        "Received: from DS7PR03CA0083.namprd03.prod.outlook.com (2603:10b6:5:3bb::28) by\r\n"
        " CY1PR12MB0002.namprd12.prod.outlook.com with Microsoft SMTP Server"
    ),
)
BELOW = (
    (
        "Received-SPF: Pass (protection.outlook.com: domain of mail.example designates\r\n"
        " 198.51.100.7 as permitted sender) receiver=protection.outlook.com;"
    ),
    (
        "Received: from mail.mail.example (198.51.100.7) by\r\n"
        " BN1PEPF00004687.mail.protection.outlook.com (10.167.243.132) with Microsoft SMTP Server"
    ),
)
FETCHED = envelope(door=Door.IMAP, peer="reports/INBOX/7", reverse_path="", recipients=())


def unnamed(*fields: str, origin: Envelope | None = FETCHED) -> tuple[str, ...]:
    raw = "\r\n".join([*fields, "From: anna@mail.example", "", "This account worries me."])
    return read_message(raw.encode(), origin, UNNAMED).traits.authentication


@pytest.mark.parametrize("field", [MICROSOFT, MICROSOFT_BEFORE])
def test_findings_that_name_no_server_count_in_a_mailbox_that_is_named(field: str) -> None:
    (kept,) = unnamed(*HOPS, field, *BELOW)
    assert kept.startswith(f"{UNNAMED_SERVER}; spf=pass (sender IP is 198.51.100.7) smtp.mailfrom=")
    # A sender's own, below, is never kept.
    forged = "Authentication-Results: dmarc=pass header.from=bank.example"
    assert unnamed(*HOPS, field, *BELOW, forged, OURS) == (kept,)


@pytest.mark.parametrize(
    ("origin", "counts"),
    [
        (FETCHED, True),
        (replace(FETCHED, peer="reports/Junk/8"), True),
        (replace(FETCHED, peer="other/INBOX/7"), False),
        (replace(FETCHED, peer="reports2/INBOX/7"), False),
        (replace(FETCHED, door=Door.ARCHIVE), False),
        (envelope(peer="192.0.2.9:25"), True),
        (envelope(door=Door.LMTP, peer="2001:db8::5:2525"), True),
        (envelope(peer="::ffff:192.0.2.9:25"), True),
        (envelope(peer="198.51.100.7:25"), False),
        (envelope(peer="local"), False),
        (envelope(peer=""), False),
        (None, False),
    ],
)
def test_findings_that_name_no_server_count_only_from_where_the_operator_says(
    origin: Envelope | None, *, counts: bool
) -> None:
    assert bool(unnamed(*HOPS, MICROSOFT, *BELOW, origin=origin)) is counts


def test_findings_that_name_no_server_count_only_uppermost() -> None:
    assert unnamed(STRANGER, MICROSOFT) == ()
    assert unnamed(OURS, MICROSOFT) == (KEPT,)
    assert unnamed("Authentication-Results: chirper.example; none", MICROSOFT) == ()
    assert unnamed("Authentication-Results:", MICROSOFT) == ()


@pytest.mark.parametrize(
    "value",
    [
        "mx.other.example; dmarc=pass header.from=mail.example",
        f"{UNNAMED_SERVER}; dmarc=pass header.from=mail.example",
        "(spf=pass) mx.other.example; dmarc=pass",
        "dmarc; pass",
        "x=y; dmarc=pass",
    ],
)
def test_what_names_somebody_or_no_result_is_no_such_finding(value: str) -> None:
    assert unnamed(f"Authentication-Results: {value}") == ()


def test_a_long_unnamed_field_is_cut_after_a_whole_result() -> None:
    (kept,) = unnamed(f"Authentication-Results: spf=pass{'; dkim=pass header.d=a.example' * 900}")
    assert len(kept) <= MAX_LENGTH
    assert kept.endswith("header.d=a.example")
