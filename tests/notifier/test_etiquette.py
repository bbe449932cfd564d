from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.addresses import is_well_formed, labels_below_own, related_domains
from notifier.authentication import Required
from notifier.etiquette import RULES, Answer, ask_rules, may_answer
from notifier.manners import Manners
from notifier.signs import HEADERS, LIST_HEADERS
from store.model import MailKind, MailTraits

MANNERS = Manners(
    own_addresses=frozenset({"cp@chirper.example"}),
    own_domains=frozenset({"tipline.chirper.example"}),
    trusted_servers=frozenset({"mx.chirper.example"}),
)

PERSON = MailTraits(
    reverse_path="anna@mail.example",
    from_addresses=("anna@mail.example",),
    message_id="<1@mail.example>",
)


def decide(traits: MailTraits, kind: MailKind = MailKind.REPORT) -> Answer:
    return may_answer(traits, kind, MANNERS)


def with_header(name: str, value: str) -> MailTraits:
    return replace(PERSON, headers=((name, value),))


def sent_by(address: str) -> MailTraits:
    return replace(PERSON, reverse_path=address, from_addresses=(address,))


def test_a_person_is_answered() -> None:
    assert decide(PERSON) == Answer(send=True, reason="ok")


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.REPORT])
def test_only_a_report_is_answered(kind: MailKind) -> None:
    assert decide(PERSON, kind) == Answer(send=False, reason="not_a_report", detail=kind.value)


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (replace(PERSON, readable=False), "unreadable"),
        (replace(PERSON, archived=True), "archived"),
        (replace(PERSON, perhaps_automatic=True), "perhaps_automatic"),
        (replace(PERSON, reverse_path=""), "null_return_path"),
        (replace(PERSON, reverse_path="<>"), "null_return_path"),
        (replace(PERSON, reverse_path="anna"), "malformed_return_path"),
        (replace(PERSON, reverse_path="anna@"), "malformed_return_path"),
        (replace(PERSON, reverse_path="@mail.example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a b@mail.example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a@mail.example\r\nBcc: x@y"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a@mail..example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a%third.example@mail.example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="third.example!a@mail.example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a" * 65 + "@mail.example"), "malformed_return_path"),
        (replace(PERSON, reverse_path="a@" + "b" * 255), "malformed_return_path"),
        (sent_by("cp@chirper.example"), "own_address"),
        (sent_by("CP@Chirper.Example"), "own_address"),
        (sent_by("cp+token@chirper.example"), "own_address"),
        (replace(PERSON, from_addresses=("cp@chirper.example",)), "own_address"),
        (sent_by("owner-parents@lists.example"), "machine_address"),
        (sent_by("parents-owner@lists.example"), "machine_address"),
        (sent_by("parents-request@lists.example"), "machine_address"),
        (sent_by("MAILER-DAEMON@mail.example"), "machine_address"),
        (sent_by("postmaster@mail.example"), "machine_address"),
        (sent_by("listserv@mail.example"), "machine_address"),
        (sent_by("majordomo@mail.example"), "machine_address"),
        (sent_by("noreply@shop.example"), "machine_address"),
        (sent_by("no-reply@shop.example"), "machine_address"),
        (sent_by("no_reply+77@shop.example"), "machine_address"),
        (sent_by("do-not-reply@shop.example"), "machine_address"),
        (sent_by("donotreply@shop.example"), "machine_address"),
        (sent_by("news-noreply@shop.example"), "machine_address"),
        (sent_by("bounces+12-anna=mail.example@shop.example"), "machine_address"),
        (sent_by("parents-bounces@lists.example"), "machine_address"),
        (replace(PERSON, from_addresses=("noreply@mail.example",)), "machine_address"),
        (sent_by("parents-return-12-anna=mail.example@lists.example"), "machine_address"),
        (sent_by("parents-unsubscribe@lists.example"), "machine_address"),
        (sent_by("parents-errors@lists.example"), "machine_address"),
        (sent_by("root@host.example"), "machine_address"),
        (sent_by("abuse@provider.example"), "machine_address"),
        (sent_by("notifications@shop.example"), "machine_address"),
        (sent_by("ne-pas-repondre@shop.example"), "machine_address"),
        (sent_by("nichtantworten@shop.example"), "machine_address"),
        (sent_by("shop-noresponder@shop.example"), "machine_address"),
        (sent_by("naoresponda@shop.example"), "machine_address"),
        (sent_by("non.rispondere@shop.example"), "machine_address"),
        (sent_by("tracker-daemon@code.example"), "machine_address"),
        (sent_by("newsletter@shop.example"), "machine_address"),
        (sent_by("spring-newsletters@shop.example"), "machine_address"),
        (sent_by("rssfeeds@home.example"), "machine_address"),
        (sent_by("reply+a77@shop.example"), "machine_address"),
        (sent_by("weather-alerts@shop.example"), "machine_address"),
        (sent_by("dev-null@host.example"), "machine_address"),
        (sent_by("copier@school.example"), "machine_address"),
        (sent_by("logcheck@host.example"), "machine_address"),
        (sent_by("wordpress@school.example"), "machine_address"),
        (sent_by("anna@lists.mail.example"), "machine_address"),
        (sent_by("shop@77.bounces.shop.example"), "machine_address"),
        (sent_by("2.2112.29-GdCgE.1.b@mail.shop.example"), "machine_address"),
        (
            replace(PERSON, reverse_path="parents-77-ben=home.example@mail.example"),
            "machine_address",
        ),
        (with_header("errors-to", ""), "campaign"),
        (with_header("X-Cron-Env", ""), "notice"),
        (with_header("x-bugzilla-reason", ""), "notice"),
        (with_header("x-rss-feed", ""), "notice"),
        (with_header("sender", "list-owner"), "mailing_list"),
        (with_header("delivered-to", "mailing list"), "mailing_list"),
        (with_header("X-Campaign", ""), "campaign"),
        (with_header("x-vacation", "yes"), "auto_reply_header"),
        (with_header("auto-submit", "other"), "auto_reply_header"),
        (with_header("X-MS-Exchange-Inbox-Rules-Loop", ""), "auto_reply_header"),
        (replace(PERSON, content_type="message/disposition-notification"), "delivery_report"),
        (with_header("X-RT-Loop-Prevention", ""), "help_desk"),
        (with_header("x-roundup-loop", ""), "help_desk"),
        (with_header("x-no-ack", ""), "not_wanted"),
        (with_header("x-failed-recipients", ""), "delivery_report"),
        (with_header("x-spam-flag", "yes"), "marked_as_spam"),
        (with_header("auto-submitted", "auto-replied"), "auto_submitted"),
        (with_header("auto-submitted", "Auto-Generated; a=b"), "auto_submitted"),
        (with_header("auto-submitted", "(no) auto-replied"), "auto_submitted"),
        (with_header("auto-submitted", "x-something"), "auto_submitted"),
        (with_header("auto-submitted", ""), "auto_submitted"),
        (with_header("list-id", "<parents.lists.example>"), "mailing_list"),
        (with_header("list-unsubscribe", "<https://lists.example/u>"), "mailing_list"),
        (with_header("List-Post", "NO"), "mailing_list"),
        (with_header("precedence", "bulk"), "bulk_precedence"),
        (with_header("precedence", " Junk "), "bulk_precedence"),
        (with_header("Precedence", "LIST"), "bulk_precedence"),
        (with_header("precedence", "auto_reply"), "bulk_precedence"),
        (with_header("x-precedence", "bulk"), "bulk_precedence"),
        (with_header("x-autoreply", "yes"), "auto_reply_header"),
        (with_header("X-Autorespond", ""), "auto_reply_header"),
        (with_header("x-autoresponder", "1"), "auto_reply_header"),
        (with_header("x-fc-machinegenerated", "true"), "auto_reply_header"),
        (with_header("delivered-to", "Autoresponder"), "auto_reply_header"),
        (with_header("x-loop", "cp@chirper.example"), "loop"),
        (with_header("x-loop", "somebody@else.example, <CP@chirper.example>"), "loop"),
        (with_header("x-loop", "yes"), "loop"),
        (with_header("x-loop", "Anna@mail.example"), "loop"),
        (
            replace(PERSON, content_type="multipart/report", report_type="delivery-status"),
            "delivery_report",
        ),
        (
            replace(PERSON, message_id="<receipt.77@Tipline.Chirper.example>"),
            "own_message",
        ),
        (replace(PERSON, from_addresses=()), "from_missing"),
        (
            replace(PERSON, from_addresses=("anna@mail.example", "ben@mail.example")),
            "from_several",
        ),
        (replace(PERSON, from_addresses=("anna@other.example",)), "domains_differ"),
        (replace(PERSON, from_addresses=("anna@notmail.example",)), "domains_differ"),
        (replace(PERSON, from_addresses=("anna@example",)), "domains_differ"),
        (
            replace(PERSON, authentication=("mx.chirper.example; dmarc=fail",)),
            "unauthenticated",
        ),
    ],
)
def test_a_receipt_is_withheld_with_its_reason(traits: MailTraits, reason: str) -> None:
    answer = decide(traits)
    assert (answer.send, answer.reason) == (False, reason)
    assert "\n" not in answer.detail


@pytest.mark.parametrize(
    "traits",
    [
        with_header("auto-submitted", "no"),
        with_header("Auto-Submitted", " No (written by hand); x=1"),
        with_header("auto-submitted", "(one (two \\) three)) no ; reason=(x)"),
        with_header("x-auto-response-suppress", "All"),
        with_header("precedence", "first-class"),
        with_header("x-loop", "parents@lists.example"),
        with_header("x-autoreply", "no"),
        with_header("x-spam-flag", "no"),
        with_header("feedback-id", ""),
        with_header("sender", ""),
        replace(
            with_header("x-spam-flag", "yes"), authentication=("mx.chirper.example; dmarc=pass",)
        ),
        sent_by("prvs=1234abcdef=anna@mail.example"),
        sent_by("prvs=1234abcdef=anna.berg@mail.example"),
        sent_by("SRS0=ab=cd=home.example=anna@mail.example"),
        sent_by("anna.maria.31.12.1990@mail.example"),
        sent_by("anna@alerts.example"),
        sent_by("alertanna@mail.example"),
        sent_by("feedsomebody@mail.example"),
        sent_by("info@news.example"),
        sent_by("n.reply@mail.example"),
        sent_by("faxon@mail.example"),
        sent_by("monit@mail.example"),
        sent_by("rooter@mail.example"),
        sent_by("noreplyfan@mail.example"),
        sent_by("postmaster.anna@mail.example"),
        sent_by("requester@mail.example"),
        sent_by("änna@mail.example"),
        replace(PERSON, reverse_path="anna@smtp.mail.example"),
        replace(
            PERSON, from_addresses=("anna@home.mail.example",), reverse_path="anna@a.mail.example"
        ),
        replace(PERSON, from_addresses=("ANNA@MAIL.EXAMPLE",)),
        replace(PERSON, from_addresses=("anna@mail.example", "Anna@mail.example")),
        replace(PERSON, message_id=None),
        replace(PERSON, content_type="multipart/mixed", report_type="delivery-status"),
    ],
)
def test_what_only_looks_odd_is_answered(traits: MailTraits) -> None:
    assert decide(traits).reason == "ok"


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("mail.example", "MAIL.example.", True),
        ("mail.example", "a.b.mail.example", True),
        ("a.mail.example", "b.mail.example", True),
        ("a.github.io", "b.github.io", False),
        ("mail.co.uk", "other.co.uk", False),
        ("co.uk", "mail.co.uk", False),
        ("", "", False),
        ("example", "mail.example", False),
        ("münchen.example", "xn--mnchen-3ya.example", True),
    ],
)
def test_domains_are_related_when_one_organisation_has_both(
    one: str, other: str, *, related: bool
) -> None:
    assert related_domains(one, other) is related
    assert related_domains(other, one) is related


@given(
    reverse_path=st.text(max_size=80),
    senders=st.lists(st.text(max_size=80), max_size=2),
    header=st.tuples(
        st.sampled_from(["auto-submitted", "precedence", "x-loop", "list-id"]), st.text()
    ),
    message_id=st.none() | st.text(max_size=80),
)
def test_any_mail_at_all_gets_a_decision(
    reverse_path: str, senders: list[str], header: tuple[str, str], message_id: str | None
) -> None:
    traits = MailTraits(
        reverse_path=reverse_path,
        from_addresses=tuple(senders),
        headers=(header,),
        message_id=message_id,
    )
    answer = decide(traits)
    assert not answer.send or is_well_formed(reverse_path)
    asked = list(ask_rules(traits, MailKind.REPORT, MANNERS))
    objections = [each.name for each in asked if each.objects]
    assert [answer.reason] == (objections or ["ok"])[:1]
    assert [each.name for each in asked] == [name for name, _ in RULES]


def test_each_rule_tells_what_it_objects_to() -> None:
    traits = replace(PERSON, reverse_path="", headers=(("auto-submitted", "auto-replied"),))
    asked = ask_rules(traits, MailKind.BOUNCE, MANNERS)
    objections = {each.name: each.detail for each in asked if each.objects}
    assert objections["not_a_report"] == "bounce"
    assert objections["auto_submitted"] == "auto-replied"
    assert objections["null_return_path"] == "the reverse-path is null"
    assert "mailing_list" not in objections


def test_the_names_of_the_header_fields_are_told_as_they_are_compared() -> None:
    assert {"auto-submitted", "x-precedence", "x-autoreply", "delivered-to", "x-loop"} <= HEADERS
    assert all(name == name.lower() for name in HEADERS)


@pytest.mark.parametrize("name", sorted(LIST_HEADERS))
def test_a_list_that_knows_no_list_fields_is_not_answered(name: str) -> None:
    assert decide(with_header(name, "")).reason == "mailing_list"


@pytest.mark.parametrize("name", ["X-Mailer-Autoreply", "X-Autogenerated"])
def test_less_known_marks_of_automatic_answers_count_too(name: str) -> None:
    assert decide(with_header(name, "yes")).reason == "auto_reply_header"


@pytest.mark.parametrize(
    ("results", "answered"),
    [
        ("dmarc=pass", {Required.ALWAYS, Required.WHEN_AVAILABLE, Required.NEVER}),
        ("dmarc=fail", {Required.NEVER}),
        ("dkim=pass header.d=other.example", {Required.NEVER}),
        ("none", {Required.WHEN_AVAILABLE, Required.NEVER}),
    ],
)
def test_how_far_a_sender_must_be_authenticated_is_configured(
    results: str, answered: set[Required]
) -> None:
    traits = replace(PERSON, authentication=(f"mx.chirper.example; {results}",))
    asked = {
        required: may_answer(traits, MailKind.REPORT, replace(MANNERS, authentication=required))
        for required in Required
    }
    assert {required for required, answer in asked.items() if answer.send} == answered
    assert {answer.reason for answer in asked.values()} <= {"ok", "unauthenticated"}


def test_what_a_stranger_writes_about_the_sender_changes_nothing() -> None:
    for results in ("dmarc=pass", "dmarc=fail"):
        traits = replace(PERSON, authentication=(f"mx.other.example; {results}",))
        assert decide(traits).send


@pytest.mark.parametrize(
    ("domain", "labels"),
    [
        ("a.lists.mail.example", ("a", "lists")),
        ("lists.mail.co.uk", ("lists",)),
        ("Mail.example.", ()),
        ("co.uk", ()),
        ("", ()),
    ],
)
def test_hosts_are_told_from_the_domain_that_somebody_registered(
    domain: str, labels: tuple[str, ...]
) -> None:
    assert labels_below_own(domain) == labels
