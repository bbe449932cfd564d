"""A real Postfix on a port of its own, from a configuration and a queue in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import smtplib
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.end_to_end.daemon import free_port
from tests.servers.mail_server import MailServer
from tests.servers.require import program

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.chirper.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
# Bounces to senders go nowhere.
default_transport = discard
# Mail that was deferred is tried again at once.
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
fast_flush_domains =
relay_domains = chirper.example
relay_recipient_maps =
{more}
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(MailServer):
    """One server that accepts mail for chirper.example; ``more`` are lines of main.cf."""

    logs = "log"
    delivers_within = 30.0

    def __init__(self, more: str) -> None:
        self.program = program("postfix")
        if os.getuid() != 0:
            pytest.skip("Postfix can only be started by root")
        self.folder = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        # The port of the sender of the last mail.
        self.sent_from = 0
        for name in ("conf", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        conf = self.folder / "conf"
        (conf / "main.cf").write_text(MAIN.format(folder=self.folder, more=more), "utf-8")
        (conf / "master.cf").write_text(MASTER.format(port=self.port), "utf-8")

    def start(self) -> None:
        self.begin([self.program, "-c", str(self.folder / "conf"), "start-fg"])

    def remove(self) -> None:
        if self.is_running():
            assert self.process is not None
            # The master has a session of its own and ends its children with itself.
            os.kill(self._master(), signal.SIGTERM)
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _master(self) -> int:
        assert self.process is not None
        try:
            return int((self.folder / "queue" / "pid" / "master.pid").read_text("ascii"))
        except FileNotFoundError:
            return self.process.pid

    def send(self, mail: bytes, sender: str, recipients: Iterable[str]) -> str:
        """Hand a mail in as a sender would; gives its name in the queue."""
        with smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=20) as client:
            client.ehlo()
            assert client.sock is not None
            self.sent_from = int(client.sock.getsockname()[1])
            client.mail(sender)
            for recipient in recipients:
                assert client.rcpt(recipient)[0] == 250
            _, answer = client.data(mail)
        return answer.decode().rpartition(" ")[2]

    def hurry(self, queued: str) -> None:
        # One that a queue run comes upon while it is being delivered is put off for long: until
        # the time of its file.
        if f"{queued}: skipped, still being delivered" in self.said():
            for file in (self.folder / "queue" / "deferred").rglob(queued):
                os.utime(file)

    def fates(self, queued: str) -> dict[str, str]:
        """Tell what became of each recipient of a mail so far: sent, deferred or bounced."""
        pattern = rf"{queued}: to=<([^>]*)>.* status=(\w+) \((.*)\)"
        return {to: status for to, status, _ in re.findall(pattern, self.said())}
