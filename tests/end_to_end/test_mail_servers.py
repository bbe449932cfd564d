"""Real mail servers hand reports over, with the lines that docs/mail-servers.md has."""

from __future__ import annotations

import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.model import Envelope, InboundMessage, Report
from store.unit_of_work import Store, open_store
from tests.end_to_end.daemon import Daemon, free_port, wait_until
from tests.ingest.office import Line
from tests.servers.dovecot import Dovecot
from tests.servers.exim import Exim
from tests.servers.postfix import Postfix

DOCUMENT = Path(__file__).parents[2] / "docs" / "mail-servers.md"
MARIA = "maria@mail.example"
CP, TAGGED, STRANGE = "cp@chirper.example", "cp+tag@chirper.example", "abuse@chirper.example"
BY_SOCKET = "cp+socket@chirper.example"
SECONDS = 20.0


def mail(name: str, text: str = "The account @mallory7 worries me.") -> bytes:
    """Write a mail of this name."""
    fields = (
        f"From: Maria <{MARIA}>",
        "To: cp@chirper.example",
        "Subject: an account",
        f"Message-ID: <{name}@mail.example>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
    )
    return "\r\n".join((*fields, "", text, "")).encode()


def documented(section: str, number: int = 0) -> str:
    """Give one block of lines of a section of the document."""
    text = DOCUMENT.read_text("utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return textwrap.dedent(re.findall(r"(?m)(?:^    .*\n)+", text)[number])


def changed(lines: str, before: str, after: str) -> str:
    """Put what is so on this machine into documented lines."""
    assert before in lines
    return lines.replace(before, after)


class Post:
    """The daemon with all its doors, and what came in by them."""

    def __init__(self, daemon: Daemon, lmtp: int, socket: Path, store: Store) -> None:
        self.daemon = daemon
        self.lmtp = lmtp
        self.socket = socket
        self._store = store

    def message(self, name: str) -> InboundMessage:
        """Wait until the newest mail of a name is in its place."""
        found: list[InboundMessage] = []

        def came() -> bool:
            with self._store.snapshot() as work:
                found[:] = [
                    one
                    for one in work.inbox.listing()
                    if one.message_id == f"<{name}@mail.example>"
                ]
            return bool(found)

        wait_until(came, SECONDS, f"mail {name}")
        return found[0]

    def envelope(self, name: str) -> Envelope:
        return self.message(name).envelope

    def report(self, name: str) -> Report:
        """Wait until a mail is a report and its receipt is decided."""
        number = self.message(name).id

        def decided() -> bool:
            return self._report(number) is not None

        wait_until(decided, SECONDS, f"the report of {name}")
        report = self._report(number)
        assert report is not None
        return report

    def _report(self, number: int) -> Report | None:
        with self._store.snapshot() as work:
            reports = [one for one in work.reports.listing() if one.inbound_id == number]
        return next((one for one in reports if one.acknowledgement != "pending"), None)

    def deliveries(self, name: str) -> list[tuple[str, ...]]:
        """Tell to whom each delivery of a report was."""
        with self._store.snapshot() as work:
            [first] = [
                one.inbound_id
                for one in work.reports.listing()
                if one.message_id == f"<{name}@mail.example>"
            ]
            return [one.message.envelope.recipients for one in work.repeats.deliveries(first)]


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("tipline")
    # Where other users can reach it.
    place = Path(tempfile.mkdtemp(prefix="lmtp-"))
    place.chmod(0o755)
    lmtp, socket = free_port(), place / "lmtp"
    environment = {
        "TIPLINE_LMTP__PORT": str(lmtp),
        "TIPLINE_LMTP__SOCKET": str(socket),
        "TIPLINE_LMTP__SOCKET_MODE": "0666",
        "TIPLINE_LMTP__FORWARDERS": "127.0.0.1",
        "TIPLINE_SMTP__MAX_RECIPIENTS": "2",
        "TIPLINE_AUTHENTICATION__TRUSTED_SERVERS": "mx.chirper.example",
        "TIPLINE_READING__WORKERS": "1",
    }
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, place)
        daemon = stack.enter_context(Daemon(folder, **environment))
        store = open_store(daemon.state)
        stack.callback(store.close)
        yield Post(daemon, lmtp, socket, store)


@pytest.fixture(scope="module")
def postfix(post: Post) -> Iterator[Postfix]:
    lines = changed(documented("Postfix"), "127.0.0.1:2424", f"127.0.0.1:{post.lmtp}")
    # One by the socket, as the document says below.
    by_socket = "lmtp:unix:/run/tipline-lmtp/socket"
    assert by_socket in DOCUMENT.read_text("utf-8")
    by_socket = changed(by_socket, "/run/tipline-lmtp/socket", str(post.socket))
    lines = changed(lines, " }\n", f", {BY_SOCKET}={by_socket} }}\n")
    # Stands for the filters that would write these fields.
    results = (
        "PREPEND Authentication-Results: mx.chirper.example; dmarc={} header.from=mail.example"
    )
    found = f"""smtpd_sender_restrictions = check_sender_access inline:{{
  {{ maria@mail.example = {results.format("pass")} }}
  {{ forger@mail.example = {results.format("fail")} }}
  {{ spammer@mail.example = PREPEND X-Spam-Flag: YES }} }}
"""
    server = Postfix(lines + found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_postfix_learns_of_each_recipient_by_itself(post: Post, postfix: Postfix) -> None:
    queued = postfix.send(mail("p1"), MARIA, [CP, STRANGE, TAGGED])

    postfix.wait_for(queued, {CP: "sent", STRANGE: "bounced", TAGGED: "sent"})
    assert re.search(rf"{queued}: to=<{STRANGE}>.*said: 550 5.1.1", postfix.said())
    assert set(post.envelope("p1").recipients) == {CP, TAGGED}


def test_postfix_delivers_by_the_socket(post: Post, postfix: Postfix) -> None:
    postfix.send(mail("p4"), MARIA, [BY_SOCKET])
    envelope = post.envelope("p4")
    # XFORWARD is not believed here: the settings name 127.0.0.1 alone.
    assert (envelope.door, envelope.peer, envelope.recipients) == ("lmtp", "local", (BY_SOCKET,))


def test_what_postfix_brings_later_for_another_recipient_is_no_second_report(
    post: Post, postfix: Postfix
) -> None:
    # The daemon takes two at a time.
    everybody = {CP, TAGGED, "cp+third@chirper.example"}
    queued = postfix.send(mail("p2"), MARIA, everybody)

    postfix.wait_for(queued, dict.fromkeys(everybody, "sent"))
    assert len(re.findall(rf"{queued}: to=.*status=deferred .*452 4.5.3", postfix.said())) == 1
    wait_until(lambda: len(post.deliveries("p2")) == 2, SECONDS, "the second delivery")
    assert sorted(map(len, post.deliveries("p2"))) == [1, 2]
    assert {to for one in post.deliveries("p2") for to in one} == everybody


def test_postfix_tells_who_brought_it_the_mail(post: Post, postfix: Postfix) -> None:
    postfix.send(mail("p3"), MARIA, [CP])
    envelope = post.envelope("p3")
    assert (envelope.door, envelope.reverse_path) == ("lmtp", MARIA)
    # Those of the sender, and not of Postfix.
    assert (envelope.peer, envelope.helo) == (f"127.0.0.1:{postfix.sent_from}", "client.example")


@pytest.mark.parametrize(
    ("sender", "state", "reason"),
    [(MARIA, {"queued", "sent"}, "ok"), ("forger@mail.example", {"withheld"}, "unauthenticated")],
)
def test_what_the_filters_behind_postfix_found_out_decides_on_the_receipt(
    post: Post, postfix: Postfix, sender: str, state: set[str], reason: str
) -> None:
    name = sender.partition("@")[0]
    postfix.send(mail(f"auth-{name}"), sender, [CP])
    report = post.report(f"auth-{name}")
    assert report.acknowledgement in state
    assert report.acknowledgement_reason == reason


def test_a_mark_of_the_filter_behind_postfix_records_a_mail_as_spam(
    post: Post, postfix: Postfix
) -> None:
    postfix.send(mail("spam", "Buy one, get one."), "spammer@mail.example", [CP])
    message = post.message("spam")
    assert (message.state, message.kind) == ("recorded", "spam")


@pytest.mark.parametrize("block", [1, 2])
def test_exim_learns_of_each_recipient_by_itself(post: Post, block: int) -> None:
    transport = documented("Exim", block)
    if block == 1:
        transport = changed(transport, "port = 2424", f"port = {post.lmtp}")
    else:
        transport = changed(transport, "/run/tipline-lmtp/socket", str(post.socket))
    server = Exim(documented("Exim"), transport)
    try:
        server.start()
        queued = server.send(mail(f"e{block}"), MARIA, [CP, STRANGE, TAGGED])
        server.wait_for(queued, {CP: "=>", STRANGE: "**", TAGGED: "=>"})
        assert "550 5.1.1" in server.said()
        # Without the affixes an answer would not find its report.
        assert set(post.envelope(f"e{block}").recipients) == {CP, TAGGED}
        assert len(post.deliveries(f"e{block}")) == 1
    finally:
        server.remove()


@pytest.fixture
def dovecot(post: Post) -> Iterator[tuple[Dovecot, int]]:
    port = free_port()
    proxy = changed(documented("Dovecot"), "port=2424", f"port={post.lmtp}")
    submission = documented("Dovecot", 2)
    more = f"""
protocols = imap lmtp
{changed(submission, "127.0.0.1:8025", f"127.0.0.1:{post.daemon.port}")}
service lmtp {{
  inet_listener lmtp {{
    port = {port}
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve_before = /copy.sieve
}}
"""
    server = Dovecot(more)
    script, conf = server.folder / "mail" / "copy.sieve", server.folder / "dovecot.conf"
    script.write_text(documented("Dovecot", 1), "utf-8")
    lines = conf.read_text("utf-8").replace("/copy.sieve", str(script))
    # "Before other passdb sections", as the document says.
    conf.write_text(lines.replace("passdb {", f"{proxy}\npassdb {{", 1), "utf-8")
    try:
        server.start()
        yield server, port
    finally:
        server.remove()


def delivered(port: int, raw: bytes, *recipients: str) -> list[str]:
    """Deliver to Dovecot by LMTP; gives its replies."""
    with Line(port) as line:
        line.reply()
        # What it learns so, Dovecot passes on.
        line.ask("LHLO mta.example")
        line.ask(f"MAIL FROM:<{MARIA}>")
        named = [line.ask(f"RCPT TO:<{each}>") for each in recipients]
        assert [reply[:3] for reply in named] == ["250"] * len(recipients)
        assert line.ask("DATA").startswith("354")
        line.send(raw + b".\r\n")
        return [line.reply()[:3] for _ in recipients]


def test_dovecot_passes_the_reporting_address_on_by_lmtp(
    post: Post, dovecot: tuple[Dovecot, int]
) -> None:
    server, port = dovecot
    assert delivered(port, mail("d1"), CP, TAGGED) == ["250", "250"], server.said()
    envelope = post.envelope("d1")
    assert (envelope.door, envelope.reverse_path) == ("lmtp", MARIA), server.said()
    # What Dovecot's own client called itself: it says so by XCLIENT.
    assert envelope.helo == "mta.example"
    assert {to for one in post.deliveries("d1") for to in one} == {CP, TAGGED}


def test_a_sieve_script_sends_a_copy_on(post: Post, dovecot: tuple[Dovecot, int]) -> None:
    server, port = dovecot
    assert delivered(port, mail("d2"), "hotline@example.org") == ["250"], server.said()
    envelope = post.envelope("d2")
    assert (envelope.door, envelope.recipients) == ("smtp", (CP,))
    assert envelope.reverse_path == MARIA
    assert len(server.mails("hotline@example.org")) == 1
