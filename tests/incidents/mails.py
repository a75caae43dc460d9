"""Mails for the tests: as people write them, as our mail server stamps them, as attackers forge them."""

from pathlib import Path

import pytest

from tests.servers import PROJECT

SERVER = "mx.example.com"
INBOX = "incidents@example.com"
RECORDED = PROJECT.parent / "shared" / "data" / "emails"
SETTINGS = {
    "MAIL_ADDRESS": INBOX,
    "MAIL_AUTHSERV_IDS": {"imap": [SERVER], "webhook": []},
    "DEFAULT_FROM_EMAIL": "Mainstay <mainstay@example.com>",
}


def stamp(sender: str = "rita@shop.example", verdict: str = "pass", server: str = SERVER) -> str:
    domain = sender.rpartition("@")[2]
    return f"Authentication-Results: {server}; dmarc={verdict} header.from={domain}\n"


def make_mail(
    text: str = "Nobody can pay.\n",
    *,
    sender: str = "rita@shop.example",
    to: str = INBOX,
    subject: str = "Payments fail",
    identity: str = "<1@shop.example>",
    head: str | None = None,
    extra: str = "",
) -> bytes:
    """The raw bytes; ``head`` stands on top (our server's stamp by default), ``extra`` below."""
    top = stamp(sender) if head is None else head
    lines = (
        f"{top}From: Rita Reporter <{sender}>\nTo: {to}\nSubject: {subject}\nMessage-ID: {identity}\n"
        f"Date: Sat, 21 Nov 2026 08:00:00 +0000\n{extra}"
    )
    plain = "" if "content-type" in extra.lower() else "Content-Type: text/plain; charset=utf-8\n"
    return (lines + plain + "\n" + text).replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def recorded(name: str) -> bytes:
    """A mail of the recordings; the test is skipped where they do not lie beside the product."""
    return recorded_path(name).read_bytes()


def recorded_path(name: str = "") -> Path:
    if not RECORDED.is_dir():
        pytest.skip(f"the recorded mails are not here: {RECORDED}")
    return RECORDED / name
