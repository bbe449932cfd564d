"""A real Postfix on a port of its own, from a configuration and a queue in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.end_to_end.daemon import free_port, wait_until
from tests.servers.require import program

START_SECONDS = 20.0
DELIVERY_SECONDS = 30.0

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


class Postfix:
    """One server that accepts mail for chirper.example; ``more`` are lines of main.cf."""

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
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "stderr").open("ab") as said:
            self.process = subprocess.Popen(
                [self.program, "-c", str(self.folder / "conf"), "start-fg"],
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        wait_until(self._answers, START_SECONDS, "Postfix to answer")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except OSError:
            return False

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
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

    def said(self) -> str:
        files = [self.folder / "stderr", self.folder / "log"]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())

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

    def fates(self, queued: str) -> dict[str, str]:
        """Tell what became of each recipient of a mail so far: sent, deferred or bounced."""
        pattern = rf"{queued}: to=<([^>]*)>.* status=(\w+) \((.*)\)"
        return {to: status for to, status, _ in re.findall(pattern, self.said())}

    def wait_for(self, queued: str, fates: dict[str, str]) -> None:
        """Wait until each recipient of a mail has met its fate."""
        try:
            wait_until(lambda: self.fates(queued) == fates, DELIVERY_SECONDS, f"{fates}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}") from None
