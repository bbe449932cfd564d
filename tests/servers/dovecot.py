"""A real Dovecot on ports of its own: each user has an empty mailbox and the same password.

It runs as whoever runs the tests; as root it takes the users that its package made.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

from tests.servers.require import program
from tests.tipline.certificates import certificate_for

PASSWORD = "secret"
START_SECONDS = 20.0

SETTINGS = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/certificate.key
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_home = {folder}/mail/%u
mail_max_userip_connections = 200
mailbox_list_index = no
first_valid_uid = 1
first_valid_gid = 1
{users}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid}
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # No pauses after wrong passwords.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""
# What a server of old says of itself: no MOVE, no IDLE.
OLD = "imap_capability = IMAP4rev1 LITERAL+ NAMESPACE UIDPLUS AUTH=PLAIN"
# One that can remove marked mails only all at once.
OLDEST = "imap_capability = IMAP4rev1 NAMESPACE AUTH=PLAIN"


class Dovecot:
    """One server; may be killed and started again, and keeps its mails."""

    def __init__(self, more: str = "", prefix: str = "", separator: str = "/") -> None:
        self.program = program("dovecot")
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.folder.chmod(0o755)
        (self.folder / "mail").mkdir()
        certificate_for(self.folder, 30, "localhost")
        self.ca_file = self.folder / "certificate.pem"
        self.port, self.tls_port = _free_port(), _free_port()
        as_root = os.getuid() == 0
        uid, gid = (65534, 65534) if as_root else (os.getuid(), os.getgid())
        users = "" if as_root else _own_users()
        if as_root:
            os.chown(self.folder / "mail", uid, gid)
        text = SETTINGS.format(
            folder=self.folder,
            users=users,
            password=PASSWORD,
            uid=uid,
            gid=gid,
            prefix=prefix,
            separator=separator,
            port=self.port,
            tls_port=self.tls_port,
            more=more,
        )
        (self.folder / "dovecot.conf").write_text(text, encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "stderr").open("ab") as said:
            self.process = subprocess.Popen(
                [self.program, "-F", "-c", str(self.folder / "dovecot.conf")],
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"dovecot does not start: {self.said()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    def kill(self) -> None:
        """End it, and every connection with it, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        files = [self.folder / "stderr", self.folder / "log"]
        return "\n".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Log in as somebody else would who uses the same mailbox."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            yield client

    def put(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, as a delivery would."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                client.append(folder, mail)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Give the mails of a folder; none where there is no such folder."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
            return [parts[b"BODY[]"] for parts in found.values()]

    def number_anew(self, user: str) -> None:
        """Have the inbox lose its UIDs, as a restored or moved mailbox does."""
        inbox = self.folder / "mail" / user
        for file in inbox.glob("dovecot.index*"):
            file.unlink()
        uids = inbox / "dovecot-uidlist"
        first, _, _ = uids.read_text().partition("\n")
        validity = int(re.findall(r"V(\d+)", first)[0])
        # Only the header is kept: the mails get new numbers in the order they are found.
        uids.write_text(f"3 V{validity + 7} N1000 G{'0' * 32}\n")


def _own_users() -> str:
    """Have every part of it run as who runs the tests: only root can give files away."""
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    return (
        f"default_internal_user = {user}\ndefault_login_user = {user}\n"
        f"default_internal_group = {group}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
