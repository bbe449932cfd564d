"""People who are away: Dovecot answers for a reporter and for the one on duty, behind Postfix."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.daemon import Daemon, free_port, wait_until
from tests.end_to_end.test_loops import CONFIG, POLICIES, has_nothing_to_do, kinds
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

US, MARIA, EARLY = "cp@chirper.example", "maria@mail.example", "early@staff.example"
VACATION = """
require ["vacation"];
vacation :days 1 :subject "Away" :addresses ["maria@mail.example", "early@staff.example"]
  "I am away until Monday, and will read this then.";
"""
REPORT = f"""\
From: Maria <{MARIA}>
To: {US}
Subject: A worry
Message-ID: <heron@mail.example>

This account worries me: https://chirper.example/heron
""".replace("\n", "\r\n").encode()
BY_HAND = f"""\
From: {US}
To: {MARIA}, {EARLY}
Subject: A word
Message-ID: <hand@laptop.example>

Would you call us, please?
""".replace("\n", "\r\n").encode()


def mailboxes(postfix: int, lmtp: int) -> Dovecot:
    """Give a Dovecot that answers every mail it may answer, by way of Postfix."""
    server = Dovecot(
        f"""
protocols = imap lmtp
submission_host = 127.0.0.1:{postfix}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve_before = /vacation.sieve
}}
"""
    )
    script, conf = server.folder / "mail" / "vacation.sieve", server.folder / "dovecot.conf"
    script.write_text(VACATION, "utf-8")
    conf.write_text(conf.read_text("utf-8").replace("/vacation.sieve", str(script)), "utf-8")
    return server


def hub(daemon: int, lmtp: int) -> Postfix:
    """Give a Postfix that carries everything between the three."""
    return Postfix(
        f"""
recipient_delimiter = +
transport_maps = inline:{{ chirper.example=smtp:[127.0.0.1]:{daemon},
  mail.example=lmtp:[127.0.0.1]:{lmtp}, staff.example=lmtp:[127.0.0.1]:{lmtp} }}
"""
    )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Daemon, Postfix, Dovecot]]:
    lmtp = free_port()
    with ExitStack() as stack:
        port = free_port()
        postfix = hub(port, lmtp)
        stack.callback(postfix.remove)
        config = CONFIG.format(address=US, port=postfix.port) + POLICIES
        daemon = Daemon(tmp_path, config.replace("early@chirper.example", EARLY))
        daemon.port = port
        daemon.environment["TIPLINE_SMTP__PORT"] = str(port)
        daemon.environment["TIPLINE_WATCHING__CANARY"] = "off"
        dovecot = mailboxes(postfix.port, lmtp)
        stack.callback(dovecot.remove)
        postfix.start()
        dovecot.start()
        stack.enter_context(daemon)
        yield daemon, postfix, dovecot


def test_real_vacation_programs_and_we_fall_silent_after_one_round(
    world: tuple[Daemon, Postfix, Dovecot],
) -> None:
    daemon, postfix, dovecot = world

    def came(user: str, count: int) -> None:
        said = f"{count} mails to {user}"
        wait_until(lambda: len(dovecot.mails(user)) >= count, 100, f"{said}\n{daemon.log_text()}")

    def silent() -> dict[str, Any]:
        """Wait until nothing has moved for a while; tell what everybody got."""
        seen, since = "", time.monotonic()
        while time.monotonic() - since < 3:
            now = postfix.said()
            if now != seen or not has_nothing_to_do(daemon):
                seen, since = now, time.monotonic()
            time.sleep(0.2)
        return {"in": kinds(daemon), **{u: len(dovecot.mails(u)) for u in (MARIA, EARLY)}}

    postfix.send(REPORT, MARIA, [US])
    came(MARIA, 1)
    came(EARLY, 1)
    # Receipt and alert say that no person wrote them: nobody is told that they are away.
    assert silent() == {"in": ["report"], MARIA: 1, EARLY: 1}

    # Nor does the question of a person of ours, by a mark that Sieve knows.
    (known,) = daemon.json("report", "list")
    daemon.tipline("report", "reply", known["reference"], "--text", "Which account is it?")
    came(MARIA, 2)
    assert silent() == {"in": ["report"], MARIA: 2, EARLY: 1}, postfix.said()

    # What somebody writes in our name with a program of their own is answered, and that is the end.
    postfix.send(BY_HAND, US, [MARIA, EARLY])
    wait_until(lambda: len(kinds(daemon)) == 3, 30, f"both answers; {postfix.said()}")
    assert silent() == {"in": ["report", "auto_reply", "auto_reply"], MARIA: 3, EARLY: 2}
    assert len(daemon.json("report", "list")) == 1
