from __future__ import annotations

import base64
import hashlib
import json
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading import ParsedMessage, ReadingRules, read_message
from store.model import MailKind, Role

CONTACT = {"org": "Hotline", "contact": "reports@hotline.example", "domain": "hotline.example"}
SAMPLE = base64.b64encode(b"a neutral note").decode()
V4: dict[str, Any] = {
    "xarf_version": "4.2.0",
    "report_id": "550e8400-e29b-41d4-a716-446655440000",
    "timestamp": "2026-11-02T21:14:05+01:00",
    "reporter": CONTACT,
    "sender": CONTACT,
    "source_identifier": "198.51.100.7",
    "category": "content",
    "type": "csem",
    "url": "https://chirper.example/dark_wolf",
    "exploitation_type": "grooming",
    "detection_method": "user_report",
    "perpetrator_indicators": {"account_id": "second_wolf"},
    "reporting_obligations": ["NCMEC", "europol"],
    "ncmec_report_id": "4711",
    "evidence": [{"content_type": "text/plain", "payload": SAMPLE}],
    "_internal": {"analyst": "SECRET"},
}
V3: dict[str, Any] = {
    "Version": "3",
    "Disclosure": False,
    "ReporterInfo": {
        "ReporterType": "Org",
        "ReporterOrg": "Hotline",
        "ReporterOrgDomain": "hotline.example",
        "ReporterOrgEmail": "reports@hotline.example",
    },
    "Report": {
        "ReportClass": "Content",
        "ReportType": "ChildAbuse",
        "ReporterCaseID": "H-77",
        "ReporterSeverity": "high",
        "Date": "2026-11-02T20:14:05Z",
        "SourceUrl": "https://chirper.example/dark_wolf",
        "Account": {"AccountIdentifier": "second_wolf@chirper"},
        "Samples": [{"ContentType": "text/plain", "Payload": SAMPLE, "Base64Encoded": True}],
    },
}
V2 = """---
Reported-From: reports@hotline.example
Report-ID: 1700000000@hotline.example
Category: abuse
Report-Type: harassment
Date: Mon, 02 Nov 2026 21:14:05 +0100
Source: https://chirper.example/dark_wolf
Source-Type: uri
Schema-URL: https://hotline.example/schema.json
"""
ARF = """Feedback-Type: abuse
User-Agent: Reporter/1.0
Version: 1
Reporting-MTA: dns; mx.hotline.example
Arrival-Date: Mon, 02 Nov 2026 21:14:05 +0100
Reported-URI: https://chirper.example/dark_wolf
Reported-URI:
 https://chirper.example/i/user/4711
"""


def read(message: EmailMessage | bytes) -> ParsedMessage:
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return read_message(raw, None, ReadingRules())


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "reports@hotline.example"
    message["To"] = "cp@chirper.example"
    message["Subject"] = "A report"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Please see the report.\n")
    return message


def with_json(report: object, filename: str = "xarf.json", subtype: str = "json") -> EmailMessage:
    message = mail()
    octets = json.dumps(report).encode()
    message.add_attachment(octets, maintype="application", subtype=subtype, filename=filename)
    return message


def with_feedback(fields: str, *parts: str) -> bytes:
    head = "From: reports@hotline.example\nSubject: A report\nContent-Type: multipart/report; "
    head += "report-type=feedback-report; boundary=b\n\n--b\n\nwords\n--b\n"
    body = f"Content-Type: message/feedback-report\n\n{fields}\n"
    return (head + body + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n").encode()


def with_yaml(text: str, field: str = "X-XARF", filename: str = "report.txt") -> EmailMessage:
    message = mail(**{field: "PLAIN", "Auto-Submitted": "auto-generated"})
    message.add_attachment(text, filename=filename)
    return message


def accounts(message: ParsedMessage) -> set[tuple[str, str | None]]:
    assert {each.role for each in message.sightings} <= {Role.REPORTED}
    return {
        (each.account.platform, each.account.handle or each.account.user_id)
        for each in message.sightings
    }


BOTH = {("chirper", "dark_wolf"), ("chirper", "second_wolf")}
FORMS = {
    "v4": (with_json(V4).as_bytes(), BOTH),
    "v4 by another name": (with_json(V4, "report.bin", "octet-stream").as_bytes(), BOTH),
    "v4 by its own type": (with_json(V4, "a", "xarf+json").as_bytes(), BOTH),
    "v3": (with_json(V3).as_bytes(), BOTH),
    "v2": (with_yaml(V2).as_bytes(), {("chirper", "dark_wolf")}),
    "v1": (with_yaml(V2, "X-ARF", "report.yaml").as_bytes(), {("chirper", "dark_wolf")}),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_x_arf_names_the_reported_accounts(form: str) -> None:
    raw, expected = FORMS[form]
    message = read(raw)
    assert (message.kind, accounts(message), message.defects) == (MailKind.XARF, expected, ())
    assert {each.method for each in message.sightings} == {"xarf"}


def test_a_feedback_report_names_what_its_fields_point_to() -> None:
    message = read(with_feedback(ARF, "Content-Type: message/rfc822\n\nSubject: x\n\nx"))
    assert message.kind is MailKind.FEEDBACK_REPORT
    assert accounts(message) == {("chirper", "dark_wolf"), ("chirper", "4711")}
    assert message.machine_report is not None
    assert message.machine_report.reporter == "mx.hotline.example"


def test_xarf_within_a_feedback_report_is_read_from_its_json() -> None:
    part = f"Content-Type: application/json; name=xarf.json\n\n{json.dumps(V4)}"
    message = read(with_feedback("Feedback-Type: xarf\nUser-Agent: a/1\nVersion: 1\n", part))
    assert (message.kind, accounts(message)) == (MailKind.XARF, BOTH)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (FORMS["v4"][0], ("hotline.example:550e8400-e29b-41d4-a716-446655440000", None)),
        (FORMS["v3"][0], ("hotline.example:H-77", False)),
        (FORMS["v2"][0], ("hotline.example:1700000000@hotline.example", None)),
    ],
)
def test_the_senders_number_and_wish_are_kept(
    raw: bytes, expected: tuple[str, bool | None]
) -> None:
    report = read(raw).machine_report
    assert report is not None
    assert (report.external_id, report.may_be_passed_on) == expected


def test_the_fields_of_a_report_are_read() -> None:
    report = read(FORMS["v4"][0]).machine_report
    assert report is not None
    assert (report.category, report.is_severe) == ("grooming_contact", True)
    assert (report.obligations, report.references) == (("NCMEC", "europol"), ("NCMEC 4711",))
    assert report.occurred_at is not None
    assert report.occurred_at.isoformat() == "2026-11-02T20:14:05+00:00"
    assert "SECRET" not in repr(report)


@pytest.mark.parametrize("form", ["v4", "v3"])
def test_what_a_report_carries_inside_is_listed_by_size_and_digest(form: str) -> None:
    message = read(FORMS[form][0])
    inside = message.attachments[-1]
    assert (inside.size, inside.content_type) == (14, "text/plain")
    assert inside.sha256 == hashlib.sha256(b"a neutral note").hexdigest()


def test_a_large_report_is_read_whole() -> None:
    payload = base64.b64encode(b"a neutral note\n" * 250_000).decode()
    message = read(with_json({**V4, "evidence": [{"payload": payload}]}))
    assert (message.kind, message.defects) == (MailKind.XARF, ())
    assert message.attachments[-1].size == 3_750_000


@pytest.mark.parametrize(
    ("change", "defect"),
    [
        ({"timestamp": "2026-11-02 20:14"}, "XARF 4: timestamp is no time with a zone"),
        ({"timestamp": "2026-11-02T20:14:05"}, "XARF 4: timestamp is no time with a zone"),
        ({"timestamp": "yesterday"}, "XARF 4: timestamp is no time with a zone"),
        ({"report_id": None}, "XARF 4: report_id is missing"),
        ({"reporter": ["x"]}, "XARF 4: reporter is no object"),
        ({"url": {"a": 1}}, "XARF 4: url is no text"),
        ({"url": "https://chirper.example/" + "x" * 3000}, "XARF 4: url is longer than 2000"),
        ({"evidence": [{"payload": "!!!"}]}, "XARF 4: a payload is no base64"),
        (
            {"evidence": [{"payload": SAMPLE, "hash": "md5:" + "0" * 32}]},
            "XARF 4: a payload differs from its stated size or digest",
        ),
        (
            {"evidence": [{"payload": SAMPLE, "size": 3}]},
            "XARF 4: a payload differs from its stated size or digest",
        ),
        ({"evidence": [{}] * 51}, "XARF 4: evidence has more than 50 items"),
    ],
)
def test_a_faulty_field_is_a_defect_and_the_rest_is_read(
    change: dict[str, Any], defect: str
) -> None:
    message = read(with_json({**V4, **change}))
    assert message.kind is MailKind.XARF
    assert ("chirper", "second_wolf") in accounts(message)
    assert any(each.startswith(defect) for each in message.defects)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b'{"xarf_version": "4.2.0", ', "it is no JSON"),
        (b'{"xarf_version": "4.2.0", "a": NaN}', "it is no JSON"),
        (b'{"xarf_version": "4.2.0", "a": ' + b"[" * 30 + b"]" * 30 + b"}", "it is nested"),
        (b'{"xarf_version": "9.0.0"}', "its version is not known"),
        (b'{"xarf_version": "4.2.0", "a": [' + b"1," * 30_000 + b"1]}", "it has more than"),
        (b'{"xarf_version": "4.2.0", "a": "' + b"x" * 8_000_001 + b'"}', "it is larger than"),
    ],
)
def test_a_report_that_cannot_be_had_leaves_a_plain_mail(octets: bytes, reason: str) -> None:
    message = mail()
    message.add_attachment(octets, maintype="application", subtype="json", filename="xarf.json")
    parsed = read(message)
    assert (parsed.kind, parsed.text) == (MailKind.REPORT, "Please see the report.")
    assert any(f"could not be read: {reason}" in defect for defect in parsed.defects)
    # One that a program sent is not answered, whatever became of it.
    assert parsed.traits.perhaps_automatic


BILLION = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nReport-ID: 1\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BILLION, "it repeats parts by reference"),
        ("Report-ID: " + "[" * 20 + "]" * 20, "it is nested more than 8 deep"),
        ("Report-ID: !!python/object/apply:os.getcwd []", "it is no YAML"),
        ("Report-ID: {", "it is no YAML"),
        ("- a\n- 'Report-ID': 1\nReport-ID: 1", "it is no YAML"),
        ("Report-ID: [" + "1," * 3000 + "1]", "it has more than 2000 values"),
        ("Report-ID: " + "x" * 70_000, "it is larger than"),
    ],
)
def test_yaml_is_read_within_limits(text: str, reason: str) -> None:
    message = read(with_yaml(text))
    # Its header field says what it is, and the mail is there for a person.
    assert message.kind is MailKind.XARF
    assert f"the X-ARF report could not be read: {reason}" in " ".join(message.defects)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("dark_wolf@chirper", ("chirper", "dark_wolf")),
        ("dark_wolf@chirper.example", ("chirper", "dark_wolf")),
        ("@dark_wolf", ("chirper", "dark_wolf")),
        ("Instagram:dark_wolf", ("instagram", "dark_wolf")),
        ("4711000", ("chirper", "4711000")),
        ("https://www.instagram.com/dark_wolf/", ("instagram", "dark_wolf")),
    ],
)
def test_an_identifier_is_read_by_the_table_of_platforms(
    value: str, expected: tuple[str, str]
) -> None:
    assert accounts(read(with_json({**V3, "Report": {"Harasser": value}}))) == {expected}


@pytest.mark.parametrize(
    "value",
    ["198.51.100.7", "2001:db8::1", "anna@example.org", "bad.example.net", "support", "a b", ""],
)
def test_what_names_no_account_gives_none(value: str) -> None:
    report = {**V4, "source_identifier": value, "url": None, "perpetrator_indicators": {}}
    assert accounts(read(with_json(report))) == set()


def test_json_that_is_no_report_is_an_attachment_like_any_other() -> None:
    message = read(with_json({"Version": "3", "rows": [1, 2]}, "table.json"))
    assert (message.kind, message.machine_report, message.defects) == (MailKind.REPORT, None, ())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
v4_fields = st.dictionaries(st.sampled_from(sorted(V4)), values)
v3_fields = st.dictionaries(
    st.sampled_from(sorted((*V3, *V3["Report"], *V3["ReporterInfo"]))), values
)


@given(v4_fields)
@settings(max_examples=60, deadline=None)
def test_xarf_4_of_any_shape_gives_a_report(changes: dict[str, Any]) -> None:
    message = read(with_json({**V4, **changes, "xarf_version": "4.0.0"}))
    assert (message.kind, message.traits.readable) == (MailKind.XARF, True)
    assert not any("could not be read (" in defect for defect in message.defects)


@given(v3_fields, v3_fields)
@settings(max_examples=60, deadline=None)
def test_xarf_3_of_any_shape_gives_a_report(
    report: dict[str, Any], reporter: dict[str, Any]
) -> None:
    message = read(with_json({"Version": 3, "Report": report, "ReporterInfo": reporter}))
    assert (message.kind, message.traits.readable) == (MailKind.XARF, True)
    assert not any("could not be read (" in defect for defect in message.defects)


@given(st.text(max_size=200) | st.sampled_from([V2.replace(": ", each) for each in ":[{&*!|>%@-"]))
@settings(max_examples=60, deadline=None)
def test_x_arf_with_any_text_is_filed_all_the_same(text: str) -> None:
    message = read(with_yaml(f"Report-ID: 1\n{text}"))
    assert message.kind is MailKind.XARF
    assert not any("could not be read (" in defect for defect in message.defects)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_a_feedback_report_with_any_fields_is_one(fields: bytes) -> None:
    raw = with_feedback("@@@").replace(b"@@@", fields.replace(b"--b", b""))
    message = read(raw)
    assert message.kind in {MailKind.FEEDBACK_REPORT, MailKind.XARF}
    assert not any("could not be read (" in defect for defect in message.defects)
