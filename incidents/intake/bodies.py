"""What a mail holds: its text, and the files that came with it. Archives are files like any other: nothing is unpacked,
and a mail inside the mail is one file."""

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from typing import Any

from incidents.intake.charsets import decode, decode_header
from incidents.intake.html_text import text_of_html

MOST_PARTS = 50
DEEPEST = 20
LARGEST_FILE = 10 * 1024 * 1024
LONGEST_NAME = 150


@dataclass(frozen=True)
class LooseFile:
    """A file as it came. ``name`` is safe to show and to store; ``is_too_large``: then ``content`` is empty."""

    name: str
    content_type: str
    content: bytes
    size: int
    is_too_large: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Seen:
    text: str = ""
    is_sanitised: bool = False
    files: list[LooseFile] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def look_through(message: EmailMessage) -> Seen:
    """The text and the files. May raise whatever the library raises on broken input."""
    seen = Seen()
    body = _body_of(message)
    texts = [_text_of(body, seen)] if body is not None else []
    for count, part in enumerate(_leaves(message), start=1):
        if count > MOST_PARTS:
            seen.defects.append("too_many_parts")
            break
        if part is body or _is_other_face(part, body, message):
            continue
        if _is_more_text(part):
            texts.append(_text_of(part, seen))
        else:
            seen.files.append(_file_of(part, len(seen.files) + 1, seen))
    seen.text = "\n\n".join(text for text in texts if text.strip()).replace("\r\n", "\n").replace("\r", "\n").strip()
    return seen


def _body_of(message: EmailMessage) -> EmailMessage | None:
    """The part that people read first: plain text before HTML."""
    try:
        body: Any = message.get_body(("plain", "html"))
    except Exception:  # broken structured headers; then the first text of all
        body = None
    if body is not None:
        return body  # type: ignore[no-any-return]
    return next((part for part in _leaves(message) if _kind(part).startswith("text/") and not _is_file(part)), None)


def _leaves(message: Any, depth: int = 0) -> Iterator[Any]:
    """The parts that hold something, a mail within the mail being one of them."""
    payload = message.get_payload() if message.is_multipart() else None
    if not isinstance(payload, list) or _kind(message).startswith("message/") or depth >= DEEPEST:
        yield message
        return
    for part in payload:
        yield from _leaves(part, depth + 1)


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # a broken Content-Type
        return "application/octet-stream"


def _disposition(part: Message) -> str:
    try:
        return (part.get_content_disposition() or "").lower()
    except Exception:  # a broken Content-Disposition
        return "attachment"


def _is_file(part: Message) -> bool:
    return _disposition(part) == "attachment" or bool(_name_of(part))


def _is_more_text(part: Message) -> bool:
    """Text between pictures, the footer of a list, a multipart whose parts nobody finds: it goes on below the first."""
    kind = _kind(part)
    return (kind in ("text/plain", "text/html") or kind.startswith("multipart/")) and not _is_file(part)


def _is_other_face(part: Message, body: Message | None, message: Message) -> bool:
    """The same text once more, as HTML beside plain text."""
    if body is None or _kind(part) not in ("text/html", "text/plain", "text/enriched") or _is_file(part):
        return False
    return any(_holds(group, part) and _holds(group, body) for group in _alternatives(message))


def _alternatives(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if _kind(part) == "multipart/alternative")


def _holds(group: Message, wanted: Message) -> bool:
    return any(part is wanted for part in group.walk())


def _text_of(part: Any, seen: Seen) -> str:
    text, is_sanitised = decode(_bytes_of(part), _charset_of(part))
    seen.is_sanitised |= is_sanitised
    return text_of_html(text) if _kind(part) == "text/html" else text


def _charset_of(part: Message) -> str:
    try:
        return str(part.get_param("charset", "") or "")
    except Exception:  # a broken parameter
        return ""


def _bytes_of(part: Any) -> bytes:
    """The content, decoded from base64 and the like; of a mail within the mail, that mail."""
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if len(payload) == 1 else part
        try:
            return bytes(inner.as_bytes())
        except Exception:  # what cannot be written back is kept as it prints
            return str(payload[0].get_payload() if payload else "").encode("utf-8", "replace")
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else str(payload or "").encode("utf-8", "surrogateescape")


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # a broken parameter
        return "file"
    return clean_name(str(name))


def clean_name(name: str) -> str:
    """Without folders, control and direction characters; at most LONGEST_NAME letters, the extension kept."""
    text = decode_header(name)[0].replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter for letter in text if letter.isprintable() and letter != "\ufffd").strip(" .")
    stem, dot, extension = printable.rpartition(".")
    if not dot:
        return printable[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 12]}.{extension[:11]}"


def _file_of(part: Any, number: int, seen: Seen) -> LooseFile:
    kind = _kind(part)
    content = _bytes_of(part)
    name = _name_of(part) or f"part-{number}{_extension(kind)}"
    is_too_large = len(content) > LARGEST_FILE
    if is_too_large:
        seen.defects.append("file_too_large")
    safe_kind = kind if re.fullmatch(r"[\w.+-]{1,40}/[\w.+-]{1,55}", kind) else "application/octet-stream"
    return LooseFile(name, safe_kind, b"" if is_too_large else content, len(content), is_too_large)


def _extension(kind: str) -> str:
    return ".eml" if kind.startswith("message/") else mimetypes.guess_extension(kind) or ".bin"
