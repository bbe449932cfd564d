from __future__ import annotations

import smtplib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from store.errors import StorageFull, StorageUnavailable
from store.model import Door
from store.references import CASE_PREFIX, REPORT_PREFIX, new_reference, reply_token
from store.tokens import ActionToken, action_token, person_tag, return_token
from tests.ingest.conftest import OpenOffice
from tests.ingest.office import NOW, Line, Office

MAIL = b"Subject: this account worries me\r\n\r\nPlease look at it.\r\n"
SENDER = "maria@mail.example"
OURS = "cp@chirper.example"


def ehlo(office: Office) -> str:
    with office.line() as line:
        line.reply()
        return line.ask("EHLO client.example")


def deliver(office: Office, sender: str = SENDER, recipient: str = OURS) -> None:
    """Deliver a mail, the addresses spelled as they are: smtplib would improve them."""
    commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA", f"{MAIL.decode()}.")
    replies = answers(office, *commands)
    assert [reply[:3] for reply in replies] == ["250", "250", "354", "250"]


def answers(office: Office, *commands: str) -> list[str]:
    """Greet, give commands one by one and give their replies."""
    with office.line() as line:
        line.reply()
        line.ask("EHLO client.example")
        return [line.ask(command) for command in commands]


def test_a_delivered_mail_arrives_octet_for_octet_with_its_envelope(office: Office) -> None:
    deliver(office)
    ((envelope, raw),) = office.acceptor.mails
    assert raw == MAIL
    assert (envelope.reverse_path, envelope.recipients) == (SENDER, (OURS,))
    assert (envelope.door, envelope.received_at, envelope.tls) == (Door.SMTP, NOW, False)


def test_the_envelope_tells_who_was_connected(office: Office) -> None:
    deliver(office)
    ((envelope, _),) = office.acceptor.mails
    assert envelope.helo == "client.example"
    assert envelope.peer.startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "extension", ["SIZE 35000000", "SMTPUTF8", "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"]
)
def test_ehlo_announces_what_we_can_do(office: Office, extension: str) -> None:
    assert extension in [line[4:] for line in ehlo(office).splitlines()]


@pytest.mark.parametrize("extension", ["STARTTLS", "AUTH"])
def test_ehlo_announces_nothing_we_cannot_do(office: Office, extension: str) -> None:
    assert extension not in ehlo(office)


@pytest.mark.parametrize(
    "recipient",
    [
        "CP@Chirper.Example",
        "cp+r4f7km2q9xh@chirper.example",
        "Cp+TAG+more@CHIRPER.example",
        '"cp"@chirper.example',
        "cp@chirper.example.",
    ],
)
def test_every_spelling_of_our_address_is_taken(office: Office, recipient: str) -> None:
    deliver(office, recipient=recipient)
    assert len(office.acceptor.mails) == 1


@pytest.mark.parametrize(
    "recipient",
    ["someone@chirper.example", "cp@elsewhere.example", "cp@sub.chirper.example", "cp", "cp@"],
)
def test_every_other_recipient_is_refused_for_good(office: Office, recipient: str) -> None:
    replies = answers(office, f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{recipient}>", "DATA")
    assert replies[1] == "550 5.1.1 No such mailbox here"
    assert replies[2].startswith("503 5.5.1")


def test_a_refused_recipient_does_not_hinder_the_others(office: Office) -> None:
    with office.smtp() as client:
        refused = client.sendmail(SENDER, ["someone@chirper.example", OURS], MAIL)
    assert list(refused) == ["someone@chirper.example"]
    assert office.acceptor.take() == [MAIL]


@pytest.mark.parametrize(
    "sender",
    [
        "a..b@docomo.ne.jp",
        ".a@docomo.ne.jp",
        "a.@docomo.ne.jp",
        "x@[192.0.2.1]",
    ],
)
def test_addresses_that_exist_in_spite_of_the_grammar_are_taken(
    office: Office, sender: str
) -> None:
    deliver(office, sender=sender)
    assert office.acceptor.mails[0][0].reverse_path == sender


def test_a_mail_from_nobody_has_an_empty_reverse_path(office: Office) -> None:
    deliver(office, sender="")
    assert office.acceptor.mails[0][0].reverse_path == ""


def test_addresses_in_any_script_are_taken(office: Office) -> None:
    with office.smtp() as client:
        client.sendmail("иван@почта.example", ["сообщить@chirper.example"], MAIL, ["SMTPUTF8"])
    ((envelope, _),) = office.acceptor.mails
    assert (envelope.reverse_path, envelope.smtputf8) == ("иван@почта.example", True)
    assert envelope.recipients == ("сообщить@chirper.example",)


def test_octets_that_are_no_text_become_storable_text(office: Office) -> None:
    with office.line() as line:
        line.reply()
        line.send(
            b"EHLO \xff\x00\r\nMAIL FROM:<\xe9@mail.example>\r\nRCPT TO:<cp@chirper.example>\r\n"
        )
        replies = [line.reply() for _ in range(3)]
        line.send(b"DATA\r\n.\r\n")
        assert [line.reply()[:3], line.reply()[:3], replies[2][:3]] == ["354", "250", "250"]
    ((envelope, _),) = office.acceptor.mails
    assert (envelope.reverse_path, "\0" in envelope.helo) == ("\ufffd@mail.example", False)


def test_an_announced_size_over_the_limit_is_refused_before_data(open_office: OpenOffice) -> None:
    office = open_office(max_size=1000)
    sizes = [answers(office, f"MAIL FROM:<{SENDER}> SIZE={size}")[0] for size in (1000, 1001)]
    assert [reply[:3] for reply in sizes] == ["250", "552"]


@pytest.mark.parametrize("size", ["x", "-1", "", "9" * 400])
def test_a_senseless_size_is_refused_and_the_connection_stays(office: Office, size: str) -> None:
    replies = answers(office, f"MAIL FROM:<{SENDER}> SIZE={size}", "NOOP")
    assert replies[0][0] == "5"
    assert replies[1].startswith("250")


@pytest.mark.parametrize(("octets", "code"), [(1000, "250"), (1001, "552"), (500_000, "552")])
def test_a_mail_over_the_limit_is_refused_and_the_next_one_taken(
    open_office: OpenOffice, octets: int, code: str
) -> None:
    office = open_office(max_size=1000)
    with office.line() as line:
        line.begin().send(b"a" * (octets - 2) + b"\r\n.\r\n")
        assert line.reply()[:3] == code
        line.ask(f"MAIL FROM:<{SENDER}>")
        line.ask(f"RCPT TO:<{OURS}>")
        line.ask("DATA")
        assert line.ask("small\r\n.").startswith("250")
    assert office.acceptor.take()[-1] == b"small\r\n"


def test_too_many_recipients_are_refused_for_now(open_office: OpenOffice) -> None:
    office = open_office(max_recipients=2)
    replies = answers(office, f"MAIL FROM:<{SENDER}>", *[f"RCPT TO:<{OURS}>"] * 3)
    assert [reply[:9] for reply in replies[1:]] == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]


@pytest.mark.parametrize(
    ("failure", "reply"),
    [
        (StorageFull("CANARY /var/lib"), "452 4.3.1 Insufficient storage, please try again later"),
        (StorageUnavailable("CANARY"), "451 4.3.0 Temporary failure, please try again later"),
        (RuntimeError("CANARY"), "451 4.3.0 Temporary failure, please try again later"),
    ],
)
def test_a_fault_of_ours_is_temporary_and_says_nothing_of_it(
    office: Office, failure: Exception, reply: str
) -> None:
    office.acceptor.failure = failure
    with office.line() as line:
        assert line.begin().ask("mail\r\n.") == reply
        office.acceptor.failure = None
        line.ask(f"MAIL FROM:<{SENDER}>")
        line.ask(f"RCPT TO:<{OURS}>")
        line.ask("DATA")
        assert line.ask("mail\r\n.").startswith("250")


def test_no_yes_is_said_before_the_mail_is_accepted(office: Office) -> None:
    office.acceptor.go_on.clear()
    with office.line() as line:
        line.begin().send(b"mail\r\n.\r\n")
        assert office.acceptor.waiting.wait(5)
        line._socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            line.reply()
        line._socket.settimeout(5)
        office.acceptor.go_on.set()
        assert line.reply() == "250 2.0.0 Accepted"


@pytest.mark.parametrize(
    "commands",
    [
        ("DATA",),
        (f"MAIL FROM:<{SENDER}>", "DATA"),
        (f"RCPT TO:<{OURS}>", "DATA"),
        (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{OURS}>", "RSET", "DATA"),
        (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{OURS}>", "EHLO again", "DATA"),
        (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{OURS}>", "DATA now"),
    ],
)
def test_data_out_of_turn_is_refused(office: Office, commands: tuple[str, ...]) -> None:
    assert answers(office, *commands)[-1].startswith("50")


def test_data_before_any_greeting_is_refused(office: Office) -> None:
    with office.line() as line:
        line.reply()
        assert line.ask("DATA").startswith("503")


def test_a_second_mail_on_a_connection_has_an_envelope_of_its_own(office: Office) -> None:
    with office.smtp() as client:
        client.sendmail(SENDER, [OURS, "cp+tag@chirper.example"], MAIL)
        client.sendmail("", [OURS], MAIL)
    envelopes = [envelope for envelope, _ in office.acceptor.mails]
    assert [len(envelope.recipients) for envelope in envelopes] == [2, 1]


def test_an_overlong_command_line_is_refused_and_the_connection_stays(office: Office) -> None:
    replies = answers(office, "NOOP " + "a" * 200_000, "NOOP")
    assert [reply[:3] for reply in replies] == ["500", "250"]


def test_nobody_can_log_in(office: Office) -> None:
    replies = answers(office, "AUTH PLAIN AGEAYg==", "AUTH LOGIN")
    assert [reply[0] for reply in replies] == ["5", "5"]


def test_a_connection_may_pipeline_its_commands(office: Office) -> None:
    with office.line() as line:
        line.reply()
        start = f"EHLO c.example\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n"
        line.send(start.encode() + b"mail\r\n.\r\nNOOP\r\nQUIT\r\n")
        codes = [line.reply()[:3] for _ in range(7)]
    assert codes == ["250", "250", "250", "354", "250", "250", "221"]
    assert office.acceptor.take() == [b"mail\r\n"]


def test_a_client_whose_every_recipient_is_refused_learns_why(office: Office) -> None:
    with office.smtp() as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(SENDER, ["someone@chirper.example"], MAIL)
    assert refused.value.recipients["someone@chirper.example"][0] == 550


def test_stopping_tells_those_who_are_connected(office: Office) -> None:
    line: Line = office.line()
    line.reply()
    office.run(office.stop_listening())
    assert line.reply() == "421 4.3.2 Shutting down, please try again later"
    line.close()


VERBS = ["EHLO ", "HELO ", "MAIL ", "MAIL FROM:", "RCPT TO:", "DATA ", "VRFY ", "HELP ", "STARTTLS"]
WORDS = [
    *("<", ">", "<>", '"', "@", "<a@b", "<@a:b@c>", " ", "SIZE=", "BODY=8BITMIME", "SMTPUTF8", "="),
    *("[", "(", "\\", ",", "=?utf-8?q?a?=", "<cp@chirper.example>", "é", "\r", "\0", "\udcff"),
]
words = st.lists(
    st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), max_size=5), max_size=5
).map("".join)
lines = st.builds("{}{}".format, st.sampled_from(VERBS), words)


@given(st.lists(lines, max_size=6))
@example(["VRFY >\udcff"])
@example(["MAIL FROM:<\udcff", "RCPT TO:>\udcff"])
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_is_answered_without_a_fault_of_ours(
    office: Office, commands: list[str]
) -> None:
    with office.line() as line:
        line.reply()
        for command in ["EHLO c.example", *commands]:
            line.send(command.replace("\n", "").encode("utf-8", "surrogateescape") + b"\r\n")
            reply = line.reply()
            assert reply[:1] in {"2", "3", "5"} or reply.startswith("454")
            if reply.startswith("354"):
                return


@pytest.mark.parametrize("spelled", [str, str.upper])
def test_every_tagged_address_of_ours_is_taken(
    office: Office, spelled: Callable[[str], str]
) -> None:
    key = b"k" * 32
    action = ActionToken(
        case=new_reference(CASE_PREFIX), person=person_tag("anna"), action=None, expires_at=NOW
    )
    tags = [
        reply_token(new_reference(REPORT_PREFIX), key),
        return_token(1, key, NOW),
        action_token(action, key),
    ]
    for tag in tags:
        with office.smtp() as client:
            client.ehlo()
            client.mail("")
            code, _ = client.rcpt(f"cp+{spelled(tag)}@chirper.example")
            assert (code, len(f"cp+{tag}") <= 64) == (250, True)
