"""The mail server: takes every mail on the loopback and keeps its text and its links."""

import logging
import re
import socket
from asyncio import AbstractServer
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.fake_carrier.records import Email

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

# aiosmtpd tells of every connection there.
logging.getLogger("mail.log").setLevel(logging.WARNING)

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class _Reader(HTMLParser):
    """The words and the link targets of an HTML part; the page never shows a mail's own markup."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "script", "title"}
        if tag in {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table"}:
            self.words.append("\n")
        href = dict(attrs).get("href") if tag == "a" else None
        if href and LINK.match(href):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.words).splitlines())
        return "\n".join(line for line in lines if line)


def read_email(raw: bytes, *, sender: str, recipient: str) -> Email:
    """One mail as one recipient sees it; without a text part the words of the HTML part stand in."""
    parsed = message_from_bytes(raw, policy=policy.default)
    text, html = _part(parsed, "plain"), _part(parsed, "html")
    reader = _Reader()
    reader.feed(html)
    links = [link.rstrip(".,;:") for link in LINK.findall(text)] + reader.links
    return Email(
        sender=str(parsed.get("From", sender)),
        recipient=recipient.lower(),
        subject=str(parsed.get("Subject", "")),
        text=text or reader.text(),
        html=html,
        links=tuple(dict.fromkeys(links)),
        headers={name: str(value) for name, value in parsed.items()},
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeDecodeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


class MailHandler:
    def __init__(self, carrier: "Carrier") -> None:
        self.carrier = carrier

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.carrier.exchange.modes.refuse_mail:
            return "451 4.3.0 Try again later"
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self.carrier.store_email(read_email(raw, sender=envelope.mail_from or "", recipient=recipient))
        return "250 OK"


class MailServer(Controller):
    """Listens on the given port, or on a free one for port 0."""

    def __init__(self, carrier: "Carrier", *, host: str, port: int) -> None:
        self._socket = socket.create_server((host, port))
        super().__init__(MailHandler(carrier), hostname=host, port=self._socket.getsockname()[1])

    def _create_server(self) -> Any:
        # aiosmtpd would bind the port itself and cannot say which free one it got.
        server: AbstractServer = self.loop.create_server(self._factory_invoker, sock=self._socket)  # type: ignore[assignment]
        return server
