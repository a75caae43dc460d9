"""What kind of file this is, by its bytes alone: never by the name or the type that its sender claims. Pure.

Nothing is decoded but text, and nothing is ever unpacked. What could run in a browser or an office (HTML, SVG, XML,
scripts, archives, documents with macros) is on no list, so it is refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 150
LONGEST_SUFFIX = 10
START = 1024
ARCHIVE_END = b"PK\x05\x06"
ARCHIVE_TAIL = 65_557
"""A zip archive's last record lies within these bytes of the end; one that is glued to an image is found there."""


@dataclass(frozen=True)
class Kind:
    """``suffixes``: what a name of this kind may end with; the first is added to one that ends otherwise."""

    content_type: str
    suffixes: tuple[str, ...]


class UnknownContent(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """The bytes are of no kind that is taken."""


TEXT_SUFFIXES = (".txt", ".log", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".md", ".diff")
SIGNATURES: tuple[tuple[re.Pattern[bytes], Kind], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), Kind("image/png", (".png",))),
    (re.compile(rb"\xff\xd8\xff"), Kind("image/jpeg", (".jpg", ".jpeg"))),
    (re.compile(rb"GIF8[79]a"), Kind("image/gif", (".gif",))),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), Kind("image/webp", (".webp",))),
    (re.compile(rb"%PDF-\d\.\d"), Kind("application/pdf", (".pdf",))),
)
ENCODINGS = ("utf-8", "gb18030", "cp1252")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
MARKUP = re.compile(r"<[a-z!?/%]", re.IGNORECASE)
SCRIPT = re.compile(r"#!|%!PS|\{\\rtf|@echo\b|mime-version:|(?:content-type|content-location):", re.IGNORECASE)
HIDDEN_MARKUP = re.compile(rb"<(?:script|html|svg|iframe|!doctype)|<\?php", re.IGNORECASE)
# Tabs, line ends, form feeds, and the escapes that colour logs; any other control character is no text.
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def kind_of(content: bytes) -> Kind:
    """The kind of these bytes. Raises UnknownContent, also for nothing at all."""
    for pattern, kind in SIGNATURES:
        if pattern.match(content):
            if HIDDEN_MARKUP.search(content[:START]) or ARCHIVE_END in content[-ARCHIVE_TAIL:]:
                raise UnknownContent
            return kind
    return _text_kind(content)


def clean_name(name: str, kind: Kind | None = None) -> str:
    """A name that can be shown, sent in a header and saved: no path, nothing invisible, with the suffix of its kind."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(letter if unicodedata.category(letter)[0] not in "CZ" else " " for letter in last)
    plain = re.sub(r'[<>:"|?*;%]', "_", " ".join(visible.split())).strip(" .")
    suffix = PurePosixPath(plain).suffix[:LONGEST_SUFFIX]
    if kind is not None and suffix.lower() not in kind.suffixes:
        plain, suffix = (plain or "file") + kind.suffixes[0], kind.suffixes[0]
    stem = plain.removesuffix(suffix) or "file"
    return stem[: LONGEST_NAME - len(suffix)] + suffix


def _text_kind(content: bytes) -> Kind:
    encoding, text = _decoded(content)
    start = text[:START].lstrip("\ufeff \t\r\n\f\v\u200b")
    if not start or MARKUP.match(start) or SCRIPT.match(start):
        raise UnknownContent
    return Kind(f"text/plain; charset={encoding}", TEXT_SUFFIXES)


def _decoded(content: bytes) -> tuple[str, str]:
    marked = [(mark, name) for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)]
    for encoding in [marked[0][1]] if marked else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            raise UnknownContent
        return (encoding.partition("-le")[0].partition("-be")[0], text)
    raise UnknownContent
