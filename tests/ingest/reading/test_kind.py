from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.automatic import perhaps_automatic
from ingest.reading.kind import KindFacts, decide_kind
from ingest.reading.machines import MachineSigns
from store.model import MailKind, MailTraits

FAILED = MachineSigns(bounce_subject=True, bounce_text=True, bounce_detail=True)
LONE_SIGNS = (
    "away_text",
    "auto_text",
    "ticket_text",
    "challenge_text",
    "receipt_text",
    "bulk_text",
)


def signs(*names: str) -> MachineSigns:
    return MachineSigns(**dict.fromkeys(names, True))


SCL = "x-ms-exchange-organization-scl"


def kind_of(*headers: tuple[str, str], **facts: Any) -> MailKind:
    traits = {
        name: facts.pop(name)
        for name in ("reverse_path", "from_addresses", "content_type", "report_type")
        if name in facts
    }
    traits = {"reverse_path": "anna@example.org", **traits}
    return decide_kind(KindFacts(traits=MailTraits(headers=headers, **traits), **facts))[0]


@pytest.mark.parametrize(
    "value",
    [
        "auto-replied",
        "Auto-Replied",
        'auto-generated; owner-email="a@example.org"',
        "(comment (nested)) auto-replied (more)",
        "auto-notified",
        "something-new",
    ],
)
def test_auto_submitted_with_any_keyword_but_no_is_automatic(value: str) -> None:
    assert kind_of(("auto-submitted", value)) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "header",
    [
        ("auto-submitted", "no"),
        ("auto-submitted", "No; x=y"),
        ("auto-submitted", "(auto-replied) no"),
        ("x-auto-response-suppress", "All"),
        ("precedence", "bulk"),
        ("precedence", "junk"),
        ("list-unsubscribe", "<mailto:a@example.org>"),
        ("x-loop", "somebody"),
        ("x-spam-status", "Yes, score=9"),
        ("feedback-id", "1:2:3"),
        ("x-autoreply", "no"),
    ],
)
def test_one_odd_header_field_does_not_make_a_machine(header: tuple[str, str]) -> None:
    assert kind_of(header) is MailKind.REPORT


@pytest.mark.parametrize(
    "header",
    [
        ("x-autoreply", "yes"),
        ("x-autorespond", "Out of office"),
        ("x-autoresponder", "5.0"),
        ("precedence", "auto_reply"),
        ("x-precedence", "auto_reply"),
        ("delivered-to", "autoresponder"),
        ("x-fc-machinegenerated", "true"),
    ],
)
def test_a_responder_is_known_by_its_fields(header: tuple[str, str]) -> None:
    assert kind_of(header, answers_us=True) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ([("list-id", "<safety.example.net>")], MailKind.LIST),
        ([("list-post", "<mailto:safety@example.net>")], MailKind.LIST),
        ([("precedence", "bulk"), ("list-unsubscribe", "<mailto:a@b.example>")], MailKind.LIST),
        ([("auto-submitted", "auto-generated"), ("list-id", "<l.example.net>")], MailKind.LIST),
        ([("x-mailing-list", "safety@example.net")], MailKind.LIST),
        ([("precedence", "bulk"), ("sender", "list-owner")], MailKind.LIST),
        ([("list-unsubscribe", "<mailto:a@b.example>"), ("feedback-id", "1")], MailKind.LIST),
        ([("precedence", "list")], MailKind.LIST),
        ([("delivered-to", "mailing list")], MailKind.LIST),
        ([("x-sequence", "")], MailKind.LIST),
        ([("x-ml-name", "")], MailKind.LIST),
        ([("sender", "list-owner")], MailKind.REPORT),
    ],
)
def test_a_list_is_known_by_its_fields(headers: list[tuple[str, str]], kind: MailKind) -> None:
    assert kind_of(*headers) is kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"content_type": "multipart/report", "report_type": "delivery-status"}, MailKind.BOUNCE),
        (
            {"content_type": "multipart/report", "report_type": "feedback-report"},
            MailKind.FEEDBACK_REPORT,
        ),
        (
            {"content_type": "multipart/report", "report_type": "disposition-notification"},
            MailKind.AUTO_REPLY,
        ),
        ({"reverse_path": "", "has_delivery_status": True}, MailKind.BOUNCE),
        ({"signs": MachineSigns(daemon=True)}, MailKind.BOUNCE),
        ({"signs": MachineSigns(perhaps_daemon=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(perhaps_daemon=True, bounce_text=True)}, MailKind.BOUNCE),
        ({"reverse_path": "", "signs": MachineSigns(bounce_subject=True)}, MailKind.BOUNCE),
        ({"signs": MachineSigns(bounce_text=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(bounce_subject=True)}, MailKind.REPORT),
        ({"signs": MachineSigns(bounce_subject=True, bounce_text=True)}, MailKind.REPORT),
        ({"signs": FAILED}, MailKind.BOUNCE),
        ({"signs": FAILED, "urgent": True}, MailKind.REPORT),
        ({"signs": FAILED, "names_home_account": True}, MailKind.REPORT),
        ({"signs": MachineSigns(auto_subject=True)}, MailKind.AUTO_REPLY),
        ({"signs": MachineSigns(auto_subject=True), "urgent": True}, MailKind.REPORT),
        ({"signs": MachineSigns(away_subject=True)}, MailKind.REPORT),
        ({"reverse_path": "", "signs": MachineSigns(away_subject=True)}, MailKind.AUTO_REPLY),
        ({"reverse_path": "", "from_addresses": ("anna@example.org",)}, MailKind.REPORT),
        ({"has_delivery_status": True}, MailKind.REPORT),
        ({"content_type": "multipart/report", "has_delivery_status": True}, MailKind.BOUNCE),
        ({"content_type": "multipart/report", "has_disposition": True}, MailKind.AUTO_REPLY),
        ({"signs": signs("auto_text", "away_text")}, MailKind.AUTO_REPLY),
        ({"signs": signs("away_subject", "away_text")}, MailKind.AUTO_REPLY),
        ({"signs": signs("away_subject", "away_text"), "urgent": True}, MailKind.REPORT),
        ({"signs": signs("ticket_subject", "ticket_text")}, MailKind.REPORT),
        ({"signs": signs("ticket_subject", "ticket_text", "auto_text")}, MailKind.AUTO_REPLY),
        ({"signs": signs("unattended", "ticket_text")}, MailKind.AUTO_REPLY),
        ({"signs": signs("ticket_subject", "ticket_text"), "answers_us": True}, MailKind.REPLY),
        ({"signs": signs("challenge_text", "auto_text")}, MailKind.AUTO_REPLY),
        ({"signs": signs("receipt_subject", "receipt_text")}, MailKind.AUTO_REPLY),
        ({"answers_invitation": True}, MailKind.AUTO_REPLY),
        ({"answers_invitation": True, "names_home_account": True}, MailKind.REPORT),
        ({"signs": signs("program")}, MailKind.AUTO_REPLY),
        *(({"signs": signs(sign)}, MailKind.REPORT) for sign in LONE_SIGNS),
        ({"reverse_path": "", "signs": signs("ticket_text")}, MailKind.AUTO_REPLY),
        ({"is_complaint": True}, MailKind.FEEDBACK_REPORT),
        ({"feedback_type": ""}, MailKind.FEEDBACK_REPORT),
        ({"feedback_type": "xarf"}, MailKind.XARF),
        ({"feedback_type": "abuse"}, MailKind.FEEDBACK_REPORT),
        ({"xarf": "XARF 4"}, MailKind.XARF),
        ({"answers_us": True}, MailKind.REPLY),
        ({"answers_us": True, "from_staff": True}, MailKind.STAFF_REPLY),
        ({"answers_us": True, "answers_alert": True}, MailKind.REPLY),
        ({"from_staff": True}, MailKind.REPORT),
        ({"has_subject": False, "has_text": False}, MailKind.EMPTY),
        ({"has_subject": False, "has_text": False, "has_attachments": True}, MailKind.REPORT),
    ],
)
def test_the_kind_follows_from_the_facts(facts: dict[str, Any], kind: MailKind) -> None:
    assert kind_of(**facts) is kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, MailKind.SPAM),
        ({"names_home_account": True}, MailKind.REPORT),
        ({"urgent": True}, MailKind.REPORT),
        ({"answers_us": True}, MailKind.REPLY),
    ],
)
def test_a_report_is_never_lost_as_spam(facts: dict[str, Any], kind: MailKind) -> None:
    assert kind_of(("x-spam-flag", "YES"), **facts) is kind


FORM = ("auto-submitted", "auto-generated")


@pytest.mark.parametrize(
    ("header", "facts", "kind"),
    [
        (FORM, {}, MailKind.REPORT),
        (FORM, {"answers_us": True}, MailKind.AUTO_REPLY),
        (FORM, {"signs": signs("auto_subject")}, MailKind.AUTO_REPLY),
        (FORM, {"reverse_path": ""}, MailKind.AUTO_REPLY),
        (("auto-submitted", "auto-replied"), {}, MailKind.AUTO_REPLY),
    ],
)
def test_what_a_web_form_passes_on_about_an_account_of_ours_is_a_report(
    header: tuple[str, str], facts: dict[str, Any], kind: MailKind
) -> None:
    assert kind_of(header, reports_home_account=True, **facts) is kind


@pytest.mark.parametrize(
    ("field", "trusted", "kind"),
    [
        ("X-Spam-Status: Yes, score=9.1", ("x-spam-status",), MailKind.SPAM),
        ("X-Spam-Status: No, score=0.1", ("x-spam-status",), MailKind.REPORT),
        ("X-Spam-Status: Yes, score=9.1", ("x-spam-flag",), MailKind.REPORT),
        ("X-MS-Exchange-Organization-SCL: 7", (SCL,), MailKind.SPAM),
        ("X-MS-Exchange-Organization-SCL: -1", (SCL,), MailKind.REPORT),
        ("X-Rspamd-Action: add header", ("x-rspamd-action",), MailKind.SPAM),
        ("X-Rspamd-Action: no action", ("x-rspamd-action",), MailKind.REPORT),
        ("X-Spam-Flag: YES", (), MailKind.REPORT),
    ],
)
def test_only_the_marks_of_our_own_server_tell_spam(
    field: str, trusted: tuple[str, ...], kind: MailKind
) -> None:
    raw = f"From: a@example.org\nSubject: offers\n{field}\n\nbuy now\n".encode()
    assert read_message(raw, None, ReadingRules(spam_fields=trusted)).kind is kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("auto_inside", "auto_end", "away_text"), MailKind.AUTO_REPLY),
        (("auto_inside", "auto_end", "auto_text"), MailKind.AUTO_REPLY),
        (("auto_inside", "auto_text"), MailKind.REPORT),
        (("auto_inside", "away_text"), MailKind.REPORT),
    ],
)
def test_who_answers_an_absence_note_by_hand_is_a_person(
    names: tuple[str, ...], kind: MailKind
) -> None:
    assert kind_of(signs=signs(*names)) is kind


def test_a_program_that_marks_a_mail_with_its_own_address_wrote_it() -> None:
    mark = ("x-loop", "bugs@code.example")
    own = {"from_addresses": ("Bugs@code.example",), "reverse_path": "bugs@code.example"}
    assert kind_of(mark, **own) is MailKind.AUTO_REPLY
    assert kind_of(mark, **own, urgent=True) is MailKind.REPORT
    assert kind_of(mark, **own, speaks_of_child=True) is MailKind.REPORT
    assert kind_of(mark) is MailKind.REPORT
    # Whoever passes a mail on puts an own mark, and an own reverse path, above another's words.
    assert kind_of(mark, reverse_path="bugs@code.example") is MailKind.REPORT
    assert kind_of(("x-loop", ""), reverse_path="") is MailKind.REPORT


def test_what_a_program_lists_may_be_what_people_reported() -> None:
    assert kind_of(signs=signs("program")) is MailKind.AUTO_REPLY
    assert kind_of(signs=signs("program"), names_home_account=True) is MailKind.REPORT


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mail.example!chirper.example!1622592000!1622678399.zip", MailKind.FEEDBACK_REPORT),
        ("mail.example!chirper.example!1622592000!1622678399!77.xml.gz", MailKind.FEEDBACK_REPORT),
        ("mail.example!chirper.example!1622592000!1622678399!1.json.gz", MailKind.FEEDBACK_REPORT),
        ("look!chirper.example!now.zip", MailKind.REPORT),
    ],
)
def test_what_a_mail_server_saw_of_a_domain_is_no_concern(name: str, kind: MailKind) -> None:
    mail = (
        "From: dmarc@mail.example\nSubject: Report Domain: chirper.example\n"
        f'Content-Type: application/gzip\nContent-Disposition: attachment; filename="{name}"\n'
        "Content-Transfer-Encoding: base64\n\nH4sIAAAAAAAA\n"
    )
    assert read_message(mail.encode(), None, ReadingRules()).kind is kind


def test_a_report_on_tls_is_one_of_a_mail_server() -> None:
    assert kind_of(is_aggregate=True) is MailKind.FEEDBACK_REPORT
    raw = (
        b"From: tls@mail.example\nSubject: Report Domain: chirper.example\n"
        b'Content-Type: multipart/report; report-type="tlsrpt"; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nThis is a report.\n--b--\n"
    )
    assert read_message(raw, None, ReadingRules()).kind is MailKind.FEEDBACK_REPORT


def test_a_newsletter_without_any_field_gets_no_receipt() -> None:
    newsletter = KindFacts(traits=MailTraits(reverse_path="shop@shop.example"), offers_leaving=True)
    assert perhaps_automatic(newsletter)
    assert decide_kind(newsletter)[0] is MailKind.REPORT
    # Its footer tells the members of our own group how to leave it, whoever wrote.
    group = replace(newsletter, is_own_group=True)
    assert not perhaps_automatic(group)
    assert not perhaps_automatic(replace(group, signs=signs("bulk_text")))
    # What a platform wrote about an account, and somebody shows to us.
    assert not perhaps_automatic(replace(newsletter, names_home_account=True))
    assert perhaps_automatic(replace(newsletter, names_home_account=True, has_many_links=True))
    assert not perhaps_automatic(replace(newsletter, urgent=True))


@pytest.mark.parametrize(
    ("head", "above"),
    [
        (b"In-Reply-To: <77@shop.example>\n", b"Please stop.\n\n"),
        (
            b"",
            b"Is this real?\n\n---------- Forwarded message ----------\nFrom: shop@shop.example\n",
        ),
    ],
)
def test_who_answers_a_newsletter_or_passes_it_on_is_a_person(head: bytes, above: bytes) -> None:
    newsletter = b"Our offers\n\nTo unsubscribe, go to https://shop.example/77\n"
    start = b"From: a@example.org\nSubject: offers\n"
    letter = start + head + b"\n" + above + newsletter
    assert not read_message(letter, None, ReadingRules()).traits.perhaps_automatic
    assert read_message(start + b"\n" + newsletter, None, ReadingRules()).traits.perhaps_automatic


def test_only_the_mail_itself_is_looked_at_for_how_one_leaves() -> None:
    letter = (
        b"From: Anna <anna@example.org>\nSubject: look at this\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nThis came to my son.\n"
        b"--b\nContent-Type: message/rfc822\n\n"
        b"From: shop@shop.example\nSubject: offers\nContent-Type: text/html\n\n"
        b'<p>offers <a href="https://shop.example/unsubscribe">leave</a></p>\n--b--\n'
    )
    assert not read_message(letter, None, ReadingRules()).traits.perhaps_automatic
    newsletter = letter.partition(b"message/rfc822\n\n")[2]
    assert read_message(newsletter, None, ReadingRules()).traits.perhaps_automatic


@pytest.mark.parametrize("sign", ["bounce_subject", "auto_inside", "auto_text", "bulk_text"])
def test_words_of_machines_withhold_the_receipt_where_nothing_else_matters(sign: str) -> None:
    facts = KindFacts(traits=MailTraits(reverse_path="anna@example.org"), signs=signs(sign))
    assert perhaps_automatic(facts)
    assert not perhaps_automatic(replace(facts, urgent=True))
    assert not perhaps_automatic(replace(facts, names_home_account=True))


def test_a_delivery_status_that_stands_as_text_withholds_the_receipt() -> None:
    status = b"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822;ben@example.org\n"
    mail = b"From: desk@example.org\nSubject: your mail\n\nIt came back:\n\n" + status
    assert read_message(mail, None, ReadingRules()).traits.perhaps_automatic
    spoken = mail.replace(b"Reporting-MTA:", b"the Reporting-MTA").replace(b"Final-", b"a Final-")
    assert not read_message(spoken, None, ReadingRules()).traits.perhaps_automatic


@pytest.mark.parametrize("doubt", ["auto_subject", "challenge_text", "auto_end", "bulk_text"])
def test_one_sign_of_a_machine_withholds_the_receipt(doubt: str) -> None:
    traits = MailTraits(reverse_path="anna@example.org")
    assert perhaps_automatic(KindFacts(traits=traits, signs=signs(doubt)))
    assert not perhaps_automatic(KindFacts(traits=traits))


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        (b"<receipt.1@chirper.example>", MailKind.REPLY),
        (b"receipt.1@chirper.example", MailKind.REPLY),
        (b"<x@mail.chirper.example.evil.example>", MailKind.REPORT),
        (b"<x@example.org>", MailKind.REPORT),
    ],
)
def test_a_reply_names_an_id_of_ours(reference: bytes, kind: MailKind) -> None:
    raw = b"From: a@example.org\nSubject: Re: x\nReferences: " + reference + b"\n\nhello"
    assert read_message(raw, None, ReadingRules()).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        b"X-XARF: PLAIN\n\nhello",
        b"X-ARF: YES\n\nhello",
        b'Content-Type: application/json\n\n{"Version": "3", "ReporterInfo": {}}',
        b"Content-Type: message/feedback-report\n\nFeedback-Type: xarf\nVersion: 1\n",
    ],
)
def test_x_arf_is_recognised_in_each_shape(body: bytes) -> None:
    raw = b"From: a@example.org\nSubject: x\n" + body
    assert read_message(raw, None, ReadingRules()).kind is MailKind.XARF


def test_deep_json_is_not_parsed() -> None:
    raw = b"From: a@example.org\nContent-Type: application/json\n\n" + b'{"xarf_version":' * 90_000
    assert read_message(raw, None, ReadingRules()).kind is MailKind.REPORT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "To ben@b.example it was not delivered\n\nReceived: from a.example\n\n@dark_wolf",
            MailKind.BOUNCE,
        ),
        ("To ben@b.example it was not delivered\n\n@dark_wolf", MailKind.REPORT),
    ],
)
def test_an_account_in_a_mail_that_comes_back_makes_no_report(text: str, kind: MailKind) -> None:
    raw = f"From: gate@mx.example\nSubject: Returned mail: hello\n\n{text}\n".encode()
    assert read_message(raw, None, ReadingRules()).kind is kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("List-ID: <cp.chirper.example>\nPrecedence: list", MailKind.REPORT),
        ("Mailing-list: list cp@chirper.example; contact x\nPrecedence: list", MailKind.REPORT),
        ("List-ID: <cp.chirper.example>\nList-ID: <parents.school.example>", MailKind.LIST),
        ("List-ID: <cp.chirper.example>\nAuto-Submitted: auto-replied", MailKind.AUTO_REPLY),
        ("List-ID: <parents.school.example>", MailKind.LIST),
    ],
)
def test_a_group_that_is_our_own_address_is_no_list(fields: str, kind: MailKind) -> None:
    raw = f"From: anna@example.org\nSubject: a profile\n{fields}\n\nIt worries me.\n".encode()
    assert read_message(raw, None, ReadingRules()).kind is kind


@pytest.mark.parametrize(("method", "kind"), [("REPLY", "auto_reply"), ("REQUEST", "report")])
@pytest.mark.parametrize("alone", [True, False])
def test_an_answer_to_an_invitation_is_automatic(method: str, kind: str, *, alone: bool) -> None:
    calendar = f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n"
    part = f"Content-Type: text/calendar; method={method}\n\n{calendar}"
    parts = f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nyes\n--b\n{part}--b--\n"
    raw = f"From: anna@example.org\nSubject: feast\n{part if alone else parts}".encode()
    assert read_message(raw, None, ReadingRules()).kind == kind


def test_a_failure_that_calls_itself_automatic_needs_no_address() -> None:
    words = "This message was created automatically. A message could not be delivered."
    raw = f"From: gate@mx.example\nSubject: Mail delivery failed\n\n{words}\n".encode()
    assert read_message(raw, None, ReadingRules()).kind is MailKind.BOUNCE


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("Anna", "Your case 77", "The case number is 77. He wrote to us again."),
        ("Anna", "Your case 77", "The case number is 77. He still writes to my daughter."),
        ("Anna", "Your request", "Thank you for your message. He still writes to my son."),
        (
            "Anna",
            "Ihre Anfrage",
            "Vielen Dank für Ihre Nachricht. Er schreibt meiner Tochter weiter.",
        ),
        ("Anna", "Votre demande", "Merci pour votre message. Cet homme écrit encore à ma fille."),
        ("Anna", "On maternity leave", "I am on maternity leave and see who writes to my kid."),
        ("Anna", "Automated message my son got", "It asks for the name of his school."),
        ("Anna", "Read: he writes to my child", "What I wrote has been read by nobody."),
        (
            "Anna",
            "Mail could not be delivered: my daughter",
            "My mail to help@chirper.example could not be delivered. A man writes to my daughter.",
        ),
        ("Postmaster", "worried", "The pupils say that your mail could not be delivered."),
        ("Zabbix Berg", "worried", "A man writes to my niece."),
        ("Desk", "Case #4711", "A mother says that a man writes to her girl. Your case number?"),
    ],
)
def test_words_of_machines_make_none_of_who_writes_to_us(
    sender: str, subject: str, text: str
) -> None:
    mail = f"From: {sender} <a@example.org>\nSubject: {subject}\n\n{text}\n"
    assert read_message(mail.encode(), None, ReadingRules()).kind is MailKind.REPORT


@pytest.mark.parametrize(
    "names",
    [("ticket_subject", "ticket_text"), ("away_subject", "away_text"), ("auto_subject",)],
)
def test_what_only_a_child_keeps_from_being_a_machines_gets_no_receipt(
    names: tuple[str, ...],
) -> None:
    traits = MailTraits(reverse_path="desk@example.org")
    facts = KindFacts(traits=traits, signs=signs(*names), speaks_of_child=True)
    assert decide_kind(facts)[0] is MailKind.REPORT
    assert perhaps_automatic(facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"reverse_path": "", "signs": signs("ticket_text")},
        {"reverse_path": "", "signs": signs("bounce_subject")},
        {"signs": signs("auto_subject", "away_text")},
    ],
)
def test_fields_tell_a_machine_that_speaks_of_a_child(facts: dict[str, Any]) -> None:
    assert kind_of(**facts, speaks_of_child=True) in {MailKind.AUTO_REPLY, MailKind.BOUNCE}


def test_what_a_mail_system_gives_back_speaks_for_nobody() -> None:
    mail = (
        "From: Mail <mail@mx.example.org>\nSubject: Undeliverable: your mail\n\n"
        "It could not be delivered to ben@example.org.\n\n"
        "Received: from mx.example.org\nSubject: my daughter\n\nHe writes to my daughter.\n"
    )
    assert read_message(mail.encode(), None, ReadingRules()).kind is MailKind.BOUNCE


def test_a_newsletter_that_somebody_quotes_withholds_no_receipt() -> None:
    text = "A man writes to my son.\n\n> To unsubscribe, go to https://shop.example/77\n"
    mail = f"From: Anna <anna@example.org>\nSubject: worried\n\n{text}".encode()
    assert not read_message(mail, None, ReadingRules()).traits.perhaps_automatic
    bare = mail.replace(b"> ", b"")
    assert read_message(bare, None, ReadingRules()).traits.perhaps_automatic
