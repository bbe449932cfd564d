from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifier.authentication import Finding, Verdict, findings, judge, server_of
from store.model import UNNAMED_SERVER

OURS = frozenset({"mx.chirper.example"})
ANNA = ("anna@mail.example",)


def verdict(*fields: str, senders: tuple[str, ...] = ANNA) -> Verdict:
    return judge(fields, senders, OURS).verdict


def ours(results: str) -> str:
    return f"mx.chirper.example; {results}"


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=pass header.from=mail.example",
        "dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=Mail.Example",
        "dmarc=pass",
        "dkim=pass header.d=mail.example",
        "dkim=pass (2048-bit key; unprotected) header.d=news.mail.example header.b=ab/c=",
        "dkim=pass header.i=@mail.example header.s=s1; spf=softfail smtp.mailfrom=x@y.example",
        "dkim=fail header.d=mail.example; dkim=pass header.d=mail.example",
        "spf=pass smtp.mailfrom=anna@mail.example",
        "spf=pass (mx.chirper.example: domain of anna@mail.example) smtp.mailfrom=mail.example",
        'SPF=PASS SMTP.MAILFROM="anna"@bounce.mail.example',
        "dkim/1=pass header.d=mail.example",
        'dkim=pass reason="good; signature" header.d=mail.example',
        "dmarc=none header.from=mail.example; spf=pass smtp.mailfrom=mail.example",
        "dmarc=bestguesspass action=none header.from=mail.example;dkim=pass header.d=mail.example",
        "dkim = pass header . d = mail.example",
        "iprev=pass policy.iprev=192.0.2.1; dmarc=pass header.from=mail.example",
    ],
)
def test_a_mail_from_whose_domain_answers_for_it_is_authenticated(results: str) -> None:
    assert verdict(ours(results)) is Verdict.AUTHENTICATED


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=fail header.from=mail.example",
        "dmarc=fail header.from=mail.example; dkim=pass header.d=mail.example",
        "dmarc=pass header.from=other.example",
        "dmarc=pass header.from=mail.example; dmarc=fail header.from=mail.example",
        "dmarc=permerror header.from=mail.example",
        "dkim=pass header.d=other.example",
        "dkim=pass header.d=example",
        "dkim=fail header.d=mail.example",
        "dkim=policy header.d=mail.example",
        "dkim=pass",
        "spf=pass smtp.mailfrom=other.example",
        "spf=pass smtp.helo=mail.example",
        "spf=softfail smtp.mailfrom=mail.example",
        "spf=pass smtp.mailfrom=anna@mail.example.other.example",
        'spf=pass smtp.mailfrom="x; dkim=pass header.d=mail.example"@other.example',
        'spf=fail (from "x) smtp.mailfrom=other.example; dkim=none',
        "bestguesspass=pass; dmarc=bestguesspass header.from=mail.example",
    ],
)
def test_a_failed_or_unaligned_result_leaves_it_unauthenticated(results: str) -> None:
    assert verdict(ours(results)) is Verdict.UNAUTHENTICATED


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("other.example; dmarc=pass header.from=mail.example",),
        ("mx.chirper.example.evil.example; dmarc=pass header.from=mail.example",),
        ("dmarc=pass header.from=mail.example",),
        ("mx.chirper.example; none",),
        ("mx.chirper.example",),
        ("mx.chirper.example; spf=none smtp.mailfrom=mail.example; dkim=none; dmarc=none",),
        ("mx.chirper.example; spf=temperror smtp.mailfrom=mail.example; spf=neutral",),
        ("mx.chirper.example; auth=pass smtp.auth=anna",),
        ("mx.chirper.example; dmarc=pass header.from=mail.example and more",),
        ('"mx.chirper.example; dmarc=pass',),
        ("",),
    ],
)
def test_without_a_result_of_a_trusted_server_nothing_is_known(fields: tuple[str, ...]) -> None:
    assert verdict(*fields) is Verdict.UNKNOWN


def test_a_method_passes_where_no_field_contradicts() -> None:
    fields = (
        ours("spf=none; dkim=fail header.d=mail.example"),
        ours("dkim=pass header.d=mail.example"),
    )
    assert verdict(*fields) is Verdict.UNAUTHENTICATED
    # It may be that only the sender's words pass there, as in OpenDMARC's field for SPF.
    assert verdict(*reversed(fields)) is Verdict.UNAUTHENTICATED


def test_methods_of_one_hop_may_stand_in_fields_of_their_own() -> None:
    fields = (ours("spf=none"), ours("dkim=pass header.d=mail.example"))
    assert verdict(*fields) is Verdict.AUTHENTICATED


@pytest.mark.parametrize(
    "senders", [(), ("anna",), ("anna@mail.example", "ben@other.example"), ("anna@",)]
)
def test_a_from_without_one_domain_is_never_authenticated(senders: tuple[str, ...]) -> None:
    field = ours("dmarc=pass; dkim=pass header.d=mail.example")
    assert verdict(field, senders=senders) is Verdict.UNAUTHENTICATED


def test_customers_of_one_hoster_do_not_answer_for_each_other() -> None:
    field = ours("dkim=pass header.d=other.github.io")
    assert verdict(field, senders=("anna@anna.github.io",)) is Verdict.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("field", "server"),
    [
        ("mx.chirper.example; none", "mx.chirper.example"),
        (" (ours) MX.Chirper.Example 1 ; none", "mx.chirper.example"),
        ('"mx.chirper.example"; none', "mx.chirper.example"),
        ("(mx.chirper.example) other; none", "other"),
        ("spf=pass smtp.mailfrom=a; none", None),
        ("two words; none", None),
        ("", None),
    ],
)
def test_the_server_is_the_one_named_at_the_opening(field: str, server: str | None) -> None:
    assert server_of(field) == server


def test_a_field_is_read_as_the_standard_writes_it() -> None:
    # The form of RFC 8601 appendix B.6.
    field = (
        'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net;'
        ' dkim=fail reason="bad signature" header.i=@newyork.example.com'
    )
    assert findings(field) == (
        Finding(
            method="dkim",
            result="pass",
            properties=(("reason", "good signature"), ("header.i", "@mail-router.example.net")),
        ),
        Finding(
            method="dkim",
            result="fail",
            properties=(("reason", "bad signature"), ("header.i", "@newyork.example.com")),
        ),
    )


PIECES = st.sampled_from(
    [*'();="\\ ', "mx.chirper.example", "dkim", "pass", "dmarc", "spf", "header.d", "mail.example"]
)


@given(st.lists(st.text(max_size=60) | st.lists(PIECES, max_size=40).map("".join), max_size=3))
@example(["mx.chirper.example;" + '"(' * 2_000])
@example(["mx.chirper.example;" + "a=" * 2_000])
def test_any_text_gets_a_verdict(fields: list[str]) -> None:
    assert judge(fields, ANNA, OURS).verdict in set(Verdict)
    assert judge(fields, ANNA, frozenset()).verdict is Verdict.UNKNOWN


@given(st.lists(PIECES, max_size=40).map("".join))
def test_what_a_sender_puts_into_a_quoted_value_is_no_result(words: str) -> None:
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    field = ours(f'spf=pass smtp.mailfrom="{quoted}"@other.example')
    assert verdict(field) is Verdict.UNAUTHENTICATED


@given(st.lists(PIECES, max_size=40).map("".join))
def test_a_field_of_a_stranger_changes_nothing(words: str) -> None:
    stranger = f"evil.example; {words}; dmarc=pass header.from=mail.example"
    assert verdict(stranger) is Verdict.UNKNOWN
    assert verdict(stranger, ours("spf=fail")) is Verdict.UNAUTHENTICATED


@pytest.mark.parametrize(
    "results",
    [
        'dkim=none; spf=none (mx: domain of "a(b"@e.example has no policy); dmarc=fail',
        'spf=none smtp.mailfrom="a; dkim=none; dmarc=fail header.from=mail.example',
        "dkim=none; spf=none smtp.mailfrom=a(b@e.example; dmarc=fail header.from=mail.example",
        'dmarc=pass header.from=mail.example; spf=none smtp.mailfrom="a',
    ],
)
def test_a_parenthesis_or_quote_of_the_sender_hides_no_finding(results: str) -> None:
    assert verdict(ours(results)) is Verdict.UNAUTHENTICATED


RSPAMD_PASS = (
    "mx.chirper.example;\tdkim=pass header.d=example.org header.s=s1 header.b=K21lWIpB;\t"
    "dmarc=pass (policy=reject) header.from=example.org;\t"
    "spf=pass (mx.chirper.example: domain of maria@example.org designates 203.0.113.10 as "
    "permitted sender) smtp.mailfrom=maria@example.org"
)
RSPAMD_FORGED = (
    "mx.chirper.example;\tdkim=none;\tspf=fail (mx.chirper.example: domain of boss@example.net "
    "does not designate 203.0.113.66 as permitted sender) smtp.mailfrom=boss@example.net;\t"
    'dmarc=fail reason="No valid SPF, No valid DKIM" header.from=example.net (policy=reject)'
)
RSPAMD_TEMPERROR = (
    'mx.chirper.example;\tdkim=temperror ("DNS error when getting key") header.d=example.org '
    "header.s=s1 header.b=AXmpyRRU;\tspf=temperror (mx.chirper.example: error in processing during "
    "lookup of maria@example.org: DNS error) smtp.mailfrom=maria@example.org"
)
RSPAMD_LOCAL = "mx.chirper.example;\tnone"
OPENDMARC_PASS = (
    "mx.chirper.example; dmarc=pass (p=reject dis=none) header.from=example.org",
    "mx.chirper.example; spf=pass smtp.mailfrom=example.org",
    (
        "mx.chirper.example;\tdkim=pass (1024-bit key; unprotected) header.d=example.org "
        "header.i=@example.org header.a=rsa-sha256 header.s=s1 header.b=YX+rIB53;"
        "\tdkim-atps=neutral"
    ),
)
OPENDMARC_FORGED = (
    "mx.chirper.example; dmarc=fail (p=reject dis=none) header.from=example.net",
    "mx.chirper.example; spf=fail smtp.mailfrom=example.net",
    "mx.chirper.example; dkim=none; dkim-atps=neutral",
)
MARIA, BOSS = "maria@example.org", "boss@example.net"


@pytest.mark.parametrize(
    ("fields", "sender", "expected"),
    [
        ((RSPAMD_PASS,), MARIA, Verdict.AUTHENTICATED),
        ((RSPAMD_FORGED,), BOSS, Verdict.UNAUTHENTICATED),
        ((RSPAMD_TEMPERROR,), MARIA, Verdict.UNKNOWN),
        ((RSPAMD_LOCAL,), BOSS, Verdict.UNKNOWN),
        (OPENDMARC_PASS, MARIA, Verdict.AUTHENTICATED),
        (OPENDMARC_FORGED, BOSS, Verdict.UNAUTHENTICATED),
    ],
)
def test_what_rspamd_and_opendmarc_found_is_read_as_they_write_it(
    fields: tuple[str, ...], sender: str, expected: Verdict
) -> None:
    assert verdict(*fields, senders=(sender,)) is expected


# What they write when the reverse-path or the HELO of a mail from nodmarc.org looks like results.
RSPAMD_REVERSE_PATH = (
    'mx.chirper.example;\tdkim=none;\tdmarc=none;\tspf=pass (mx.chirper.example: domain of "x) '
    'smtp.mailfrom=a@b;\tdmarc=pass header.from=nodmarc.org (y@example.com" designates '
    '203.0.113.66 as permitted sender) smtp.mailfrom="x) smtp.mailfrom=a@b;\tdmarc=pass '
    'header.from=nodmarc.org (y@example.com"'
)
RSPAMD_HELO = (
    "mx.chirper.example;\tdkim=none;\tdmarc=none;\tspf=temperror (mx.chirper.example: error in "
    'processing during lookup of "x);\tdmarc=pass(y": DNS error) smtp.helo="x);\tdmarc=pass(y"'
)
OPENDMARC_NONE = "mx.chirper.example; dmarc=none (p=none dis=none) header.from=nodmarc.org"
OPENDMARC_REVERSE_PATH = (
    "mx.chirper.example; spf=pass smtp.mailfrom=b;dkim=pass header.d=nodmarc.org;"
    'z=\\" "@example.com'
)
OPENDMARC_HELO = "mx.chirper.example; spf=none smtp.helo=x;dkim=pass header.d=nodmarc.org"
OPENDKIM_NONE = "mx.chirper.example; dkim=none; dkim-atps=neutral"
OPENDKIM_OTHER = "mx.chirper.example;\tdkim=pass (1024-bit key) header.d=example.com"


@pytest.mark.parametrize(
    "fields",
    [
        (RSPAMD_REVERSE_PATH,),
        (RSPAMD_HELO,),
        (OPENDMARC_NONE, OPENDMARC_REVERSE_PATH, OPENDKIM_NONE),
        (OPENDMARC_NONE, OPENDMARC_HELO, OPENDKIM_NONE),
        (OPENDMARC_NONE, OPENDMARC_HELO, OPENDKIM_OTHER),
        # A server that quotes nothing.
        ("mx.chirper.example; spf=none (of x) smtp.mailfrom=a; dmarc=pass) smtp.mailfrom=x",),
    ],
)
def test_what_a_sender_says_in_the_words_of_a_server_is_no_result(fields: tuple[str, ...]) -> None:
    assert verdict(*fields, senders=("maria@nodmarc.org",)) is Verdict.UNAUTHENTICATED


def test_quotes_without_an_end_are_looked_for_once() -> None:
    field = ours('a="' + '\\"' * 200_000)
    assert verdict(field) is Verdict.UNAUTHENTICATED


UNNAMED = frozenset({UNNAMED_SERVER})
SENT_BY = "(sender IP is 198.51.100.7) smtp.mailfrom"
SIGNED = "dkim=pass (signature was verified) header.d"
UNSIGNED = "dkim=none (message not signed) header.d=none"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            (
                f"spf=pass {SENT_BY}=mail.example; {SIGNED}=mail.example;dmarc=pass action=none "
                "header.from=mail.example;compauth=pass reason=100"
            ),
            Verdict.AUTHENTICATED,
        ),
        (
            (
                f"spf=pass {SENT_BY}=mail.example; chirper.example; {UNSIGNED};chirper.example; "
                "dmarc=pass action=none header.from=mail.example;"
            ),
            Verdict.AUTHENTICATED,
        ),
        (
            (
                f"spf=softfail {SENT_BY}=mail.example; {UNSIGNED};dmarc=fail action=quarantine "
                "header.from=mail.example;compauth=fail reason=000"
            ),
            Verdict.UNAUTHENTICATED,
        ),
        (
            (
                f"spf=pass {SENT_BY}=bulk.example; {SIGNED}=bulk.example;dmarc=fail action=oreject "
                "header.from=mail.example;compauth=none reason=451"
            ),
            Verdict.UNAUTHENTICATED,
        ),
        (
            (
                f"spf=none {SENT_BY}=mail.example; {UNSIGNED};dmarc=none action=none "
                "header.from=mail.example;"
            ),
            Verdict.UNKNOWN,
        ),
    ],
)
def test_what_microsoft_365_found_is_read_as_it_writes_it(results: str, expected: Verdict) -> None:
    field = f"{UNNAMED_SERVER}; {results}"
    assert judge((field,), ANNA, UNNAMED).verdict is expected
    assert judge((field,), ANNA, OURS).verdict is Verdict.UNKNOWN
