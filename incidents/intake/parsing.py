"""A mail's raw bytes as values. ``parse`` never raises, whatever the bytes are.

Headers are read raw and decoded by ``charsets``: the standard library's structured headers raise on some broken ones.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from email.utils import getaddresses, parsedate_to_datetime

from incidents.intake.bodies import MOST_PARTS, LooseFile, Seen, look_through
from incidents.intake.charsets import decode, decode_header
from incidents.intake.reply import visible_reply

LONGEST_HEADER = 10_000
LONGEST_TEXT = 64 * 1024
MOST_HEADERS = 500
MOST_ADDRESSES = 200
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@]{1,200}@[^\s<>\"',;:()\[\]@]{1,200}")
_IDENTITY = re.compile(r"<[^<>\s]{1,250}>")
_OWN_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True)
class Address:
    """``address`` in lower case; empty where the header names none."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class ParsedMail:
    """What a mail says. ``text`` is its whole text, ``reply`` the new words in it. ``headers`` holds, by lower-case
    name, the decoded values from top to bottom. ``is_sanitised``: letters had to be replaced. ``defects`` names what
    was wrong: "unreadable" (headers only), "too_many_parts", "cut" (text), "no_sender", "many_senders"."""

    subject: str
    sender: Address
    recipients: tuple[str, ...]
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    content_type: str
    text: str
    reply: str
    attachments: tuple[LooseFile, ...]
    headers: Mapping[str, tuple[str, ...]]
    is_sanitised: bool
    defects: tuple[str, ...]

    def header(self, name: str) -> str:
        """The topmost value; empty where there is none."""
        return next(iter(self.headers.get(name, ())), "")

    @property
    def digest(self) -> str:
        """The same for the same mail, by whatever way it came and with whatever headers were added on the way."""
        words = "\n".join(
            [self.message_id, self.sender.address, self.subject, str(self.date), " ".join(self.text.split())]
            + [part.sha256 for part in self.attachments]
        )
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def parse(raw: bytes) -> ParsedMail:
    """Everything we want to know of a mail."""
    message, defects = _message_of(raw)
    headers, is_repaired = _headers_of(message)
    seen = _look(message, raw, defects)
    senders = _addresses(headers.get("from", ()))
    sender = senders[0] if senders else Address("", "")
    if len(senders) != 1 or len(headers.get("from", ())) != 1:
        defects.append("many_senders" if senders else "no_sender")
    if len(seen.text) > LONGEST_TEXT:
        defects.append("cut")
    text = seen.text[:LONGEST_TEXT]
    return ParsedMail(
        subject=_first(headers, "subject"),
        sender=sender,
        recipients=_recipients(headers),
        message_id=_identity(_first(headers, "message-id")),
        in_reply_to=_identity(_first(headers, "in-reply-to")),
        references=tuple(_IDENTITY.findall(" ".join(headers.get("references", ())))[-50:]),
        date=_date(_first(headers, "date")),
        content_type=_content_type(message),
        text=text,
        reply=visible_reply(text),
        attachments=tuple(seen.files),
        headers=headers,
        is_sanitised=is_repaired or seen.is_sanitised,
        defects=tuple(defects),
    )


def _message_of(raw: bytes) -> tuple[EmailMessage, list[str]]:
    """The message; with its headers only where its parts are too many to look at, or the library gives up."""
    if raw.lower().count(b"boundary") <= 4 * MOST_PARTS:
        try:
            message = BytesParser(policy=default).parsebytes(raw)
            if isinstance(message, EmailMessage):
                return message, []
        except Exception:  # the library's own faults (recursion, broken headers) are not the sender's problem
            return _only_headers(raw), ["unreadable"]
    return _only_headers(raw), ["too_many_parts"]


def _only_headers(raw: bytes) -> EmailMessage:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = EmailMessage(policy=default)
    try:
        for name, value in BytesHeaderParser(policy=compat32).parsebytes(head + b"\n\n").raw_items():
            if not name.lower().startswith("content-"):
                message.set_raw(name, value)
    except Exception:  # as above: then it has none
        message = EmailMessage(policy=default)
    message.set_payload(body.decode("utf-8", "surrogateescape"))
    return message


def _look(message: EmailMessage, raw: bytes, defects: list[str]) -> Seen:
    """Text and files; the raw text where there is no way to tell them apart."""
    if "too_many_parts" not in defects:
        try:
            seen = look_through(message)
            defects.extend(seen.defects)
            return seen
        except Exception:  # as above
            defects.append("unreadable")
    text, is_sanitised = decode(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2][: 4 * LONGEST_TEXT])
    return Seen(text=text, is_sanitised=is_sanitised)


def _headers_of(message: EmailMessage) -> tuple[dict[str, tuple[str, ...]], bool]:
    found: dict[str, list[str]] = {}
    is_repaired = False
    for name, value in list(message.raw_items())[:MOST_HEADERS]:
        text, was_repaired = _header_text(name, str(value)[:LONGEST_HEADER])
        is_repaired |= was_repaired
        found.setdefault(name.lower(), []).append(text)
    return {name: tuple(values) for name, values in found.items()}, is_repaired


def _header_text(name: str, value: str) -> tuple[str, bool]:
    """Addresses stay encoded until they are taken apart: an encoded name may hold a comma or an angle bracket."""
    if name.lower() in ("from", "to", "cc", "sender", "reply-to", "return-path", *_OWN_RECIPIENTS):
        return re.sub(r"[\r\n]+", " ", value).strip(), False
    return decode_header(value)


def _first(headers: Mapping[str, tuple[str, ...]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _addresses(values: tuple[str, ...]) -> list[Address]:
    """The addresses of raw header values, in order; of a value that follows no grammar, whatever looks like one."""
    found = []
    for value in values:
        pairs = _pairs(value)
        if not any(_ADDRESS.fullmatch(address) and address in value for _name, address in pairs):
            pairs = [("", address) for address in _ADDRESS.findall(decode_header(value)[0])] or pairs
        for name, address in pairs[:MOST_ADDRESSES]:
            if name or address:
                clean = decode_header(address)[0].lower()
                found.append(Address(_name(name), "".join(clean.split())[:320]))
    return found


def _pairs(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value])
    except Exception:  # as above
        return []


def _name(name: str) -> str:
    text = decode_header(name)[0]
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split()).strip("\"' ")[:100]


def _recipients(headers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = [one.address for name in _OWN_RECIPIENTS for one in _addresses(headers.get(name, ()))]
    return tuple(dict.fromkeys(address for address in found if "@" in address))[:MOST_ADDRESSES]


def _identity(value: str) -> str:
    """The message id in its angle brackets; at most what its column holds."""
    found = _IDENTITY.search(value)
    return found[0] if found else "".join(value.split())[:255]


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _content_type(message: EmailMessage) -> str:
    try:
        return str(message.get_content_type())
    except Exception:  # as above
        return "text/plain"
