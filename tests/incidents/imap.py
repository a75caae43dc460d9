"""A real IMAP server (Debian's Dovecot) on a free loopback port, configured for one test and gone with it.

Without root it runs wholly as the present user; root must lend it the unprivileged users of its package.
"""

import contextlib
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

DOVECOT = "/usr/sbin/dovecot"
USER, PASSWORD = "mainstay", "a-secret-of-the-test"
CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_location = maildir:{home}/mail
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
default_process_limit = 20
default_client_limit = 100
service anvil {{
  chroot =
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
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={home}
}}
namespace inbox {{
  inbox = yes
  mailbox Done {{
    auto = create
  }}
}}
"""


class Dovecot:
    """``port`` speaks STARTTLS, ``tls_port`` TLS from the first byte; both with ``certificate``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = home / "certificate.pem"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._make_certificate()
        (self.home / "dovecot.conf").write_text(self._configuration())
        for folder in ("run", "state", "mail"):
            (self.home / folder).mkdir()
        if os.geteuid() == 0:
            for path in (self.home / "mail", self.home):
                shutil.chown(path, self._mail_user(), None)
            for parent in (self.home, *self.home.parents):
                if parent.stat().st_uid == 0 and str(parent) not in ("/", "/tmp"):  # noqa: S108
                    parent.chmod(parent.stat().st_mode | 0o711)
        self.launch()

    def launch(self) -> None:
        """Start the processes, also anew after ``stop``; the mails stay."""
        self.process = subprocess.Popen([DOVECOT, "-F", "-c", str(self.home / "dovecot.conf")])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                self.session().logout()
                return
            time.sleep(0.1)
        raise AssertionError(f"Dovecot does not answer: {self.log()}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def log(self) -> str:
        path = self.home / "log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else "it has not logged anything"

    def session(self) -> imaplib.IMAP4_SSL:
        """A client of the test's own, signed in."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        box = imaplib.IMAP4_SSL("localhost", self.tls_port, ssl_context=trust, timeout=10)
        try:
            box.login(USER, PASSWORD)
        except imaplib.IMAP4.error:
            box.shutdown()
            raise
        return box

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        box = self.session()
        for mail in mails:
            append: Any = box.append
            assert append(folder, None, None, mail)[0] == "OK"
        box.logout()

    def count(self, wanted: str = "ALL", folder: str = "INBOX") -> int:
        box = self.session()
        box.select(folder, readonly=True)
        found = box.uid("SEARCH", wanted)[1][0]
        box.logout()
        return len((found or b"").split())

    def validity(self) -> bytes:
        box = self.session()
        box.select("INBOX")
        (value,) = box.response("UIDVALIDITY")[1]
        box.logout()
        return value or b""

    def drop_mails(self) -> None:
        """As after a restore from a backup: the folder is another one, with another UIDVALIDITY."""
        shutil.rmtree(self.home / "mail")
        (self.home / "mail").mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.home / "mail", self._mail_user(), None)

    def _mail_user(self) -> str:
        return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def _configuration(self) -> str:
        user = self._mail_user()
        group = "nogroup" if user == "nobody" else str(os.getegid())
        is_root = os.geteuid() == 0
        return CONFIGURATION.format(
            home=self.home,
            port=self.port,
            tls_port=self.tls_port,
            password=PASSWORD,
            mail_user=user,
            mail_group=group,
            internal="dovecot" if is_root else user,
            internal_group="dovecot" if is_root else group,
            login="dovenull" if is_root else user,
        )

    def _make_certificate(self) -> None:
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        files = ["-keyout", str(self.home / "key.pem"), "-out", str(self.certificate)]
        subprocess.run([*words, *names, *files], check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def require_dovecot() -> None:
    if not os.access(DOVECOT, os.X_OK) or shutil.which("openssl") is None:
        pytest.skip(f"there is no {DOVECOT} or no openssl: install the package dovecot-imapd")
