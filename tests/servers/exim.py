"""A real Exim on a port of its own, installed or unpacked, from a folder of its own.

Debian's Exim and Postfix cannot be installed side by side, and Exim does not run without the user
its package makes. So its files may lie unpacked where ``TIPLINE_TEST_EXIM`` says, and it runs in a
mount namespace in which such a user is known; nothing of the machine is changed.
"""

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

from tests.end_to_end.daemon import free_port
from tests.servers.mail_server import MailServer
from tests.servers.require import program

# The suite takes away its own variables from each test; this is what it was started with.
UNPACKED = os.environ.get("TIPLINE_TEST_EXIM")
USER = {
    "passwd": "Debian-exim:x:150:150::/nonexistent:/usr/sbin/nologin\n",
    "group": "Debian-exim:x:150:\n",
}
WITH_USER = """
mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && shift && exec "$@"
"""

MAIN = """
primary_hostname = mx.chirper.example
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/pid
exim_path = {program}
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
keep_environment =
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 50
domainlist ours = chirper.example
acl_smtp_rcpt = accepted
begin acl
accepted:
  accept
begin routers
{routers}
bounces:
  driver = accept
  domains = !+ours
  transport = nowhere
begin transports
{transports}
nowhere:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
begin retry
* * F,1h,1s
"""


class Exim(MailServer):
    """One server that accepts mail for chirper.example, with routers and transports."""

    logs = "*log"
    delivers_within = 10.0

    def __init__(self, routers: str, transports: str) -> None:
        self.program = _program()
        if os.getuid() != 0:
            pytest.skip("Exim can only be started by root")
        self.folder = Path(tempfile.mkdtemp(prefix="exim-"))
        self.folder.chmod(0o777)
        self.port = free_port()
        text = MAIN.format(
            folder=self.folder,
            program=self.program,
            port=self.port,
            routers=routers,
            transports=transports,
        )
        conf = self.folder / "exim.conf"
        conf.write_text(text, "utf-8")
        conf.chmod(0o644)
        for name in ("passwd", "group"):
            known = Path(f"/etc/{name}").read_text("utf-8")
            (self.folder / name).write_text(known + USER[name], "utf-8")

    def start(self) -> None:
        namespace = ["unshare", "--mount", "--propagation", "private", "sh", "-c", WITH_USER, "sh"]
        if subprocess.run(
            [*namespace, str(self.folder), "true"], capture_output=True, check=False
        ).returncode:
            pytest.skip("Exim needs a mount namespace, which this machine does not give")
        conf = str(self.folder / "exim.conf")
        self.begin([*namespace, str(self.folder), self.program, "-C", conf, "-bdf", "-q1s"])

    def remove(self) -> None:
        if self.is_running():
            assert self.process is not None
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, mail: bytes, sender: str, recipients: Iterable[str]) -> str:
        """Hand a mail in as a sender would; gives its name in the queue."""
        with smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=20) as client:
            client.sendmail(sender, list(recipients), mail)
        return re.findall(rf" (\S{{16,23}}) <= {sender} ", self.said())[-1]

    def fates(self, queued: str) -> dict[str, str]:
        """Tell what became of each recipient: => delivered, ** bounced, == deferred."""
        found = re.findall(rf"{queued} (=>|->|\*\*|==) (?:\S+ <)?([^\s>]+)", self.said())
        return {to: fate.replace("->", "=>") for fate, to in found}


def _program() -> str:
    if UNPACKED:
        return str(Path(UNPACKED) / "usr" / "sbin" / "exim4")
    return program("exim4")
