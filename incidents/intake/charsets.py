"""Bytes of mails as text that PostgreSQL can hold. Nothing here raises, whatever the bytes or their label say."""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable

REPLACEMENT = "\ufffd"
# What senders label with the older name is in practice the larger set of the same family.
SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-windows-949": "cp949",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "utf8mb4": "utf-8",
}
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_ENCODED_WORD = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]{0,30})?\?([bBqQ])\?([^?\n]*)\?=")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def sanitise(text: str) -> tuple[str, bool]:
    """NUL, other control characters and halves of surrogate pairs become U+FFFD; True where there were any."""
    clean, count = _UNUSABLE.subn(REPLACEMENT, text)
    return clean, count > 0


def decode(data: bytes, charset: str = "") -> tuple[str, bool]:
    """The text, and whether something had to be replaced. A wrong or unknown label is tried as UTF-8."""
    for name in _candidates(data, charset):
        try:
            return sanitise(data.decode(name))
        except (LookupError, ValueError):
            continue
    return sanitise(_decode_lossy(data, charset))


def decode_header(value: str) -> tuple[str, bool]:
    """A raw header line as people read it: unfolded, raw 8-bit bytes and RFC 2047 words decoded.

    Neighbouring words of one charset are joined before they are decoded: many programs cut a character in two.
    """
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value).replace("\r", " ").replace("\n", " ")
    text, is_spoilt = _decode_raw(unfolded)
    pieces: list[tuple[str, bytes] | str] = []
    position = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        data = _bytes_of(word[2], word[3])
        last = pieces[-1] if pieces else None
        if isinstance(last, tuple) and not between.strip():
            if last[0].lower() == word[1].lower():
                pieces[-1] = (last[0], last[1] + data)
                position = word.end()
                continue
        elif between:
            pieces.append(between)
        pieces.append((word[1], data))
        position = word.end()
    pieces.append(text[position:])
    parts = [(piece, False) if isinstance(piece, str) else decode(piece[1], piece[0]) for piece in pieces]
    clean, was_cleaned = sanitise("".join(part for part, _ in parts))
    return clean.strip(), is_spoilt or was_cleaned or any(spoilt for _, spoilt in parts)


def _candidates(data: bytes, charset: str) -> Iterable[str]:
    name = charset.strip().strip("\"'").lower()
    is_ascii = name in ("", "us-ascii", "ascii", "unknown-8bit", "default", "8bit")
    if is_ascii and (b"\x1b$" in data or b"\x1b(J" in data):
        yield "iso2022_jp_ext"
    if name.startswith("utf-16") and len(data) % 2:
        data = data[:-1]
    if not is_ascii and name not in _NOT_TEXT:
        yield SUPERSETS.get(name, name)
    if name.startswith("iso-2022-jp"):
        yield "iso2022_jp_ext"
    yield "utf-8"


# Codecs of Python that are no charsets of mails; some of them unpack.
_NOT_TEXT = frozenset(
    [
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "oem",
        "utf-7",
        "utf7",
        "unicode-1-1-utf-7",
    ]
)


def _decode_lossy(data: bytes, charset: str) -> str:
    name = SUPERSETS.get(charset.strip().lower(), charset.strip().lower())
    try:
        if name and name not in _NOT_TEXT and name not in ("us-ascii", "ascii"):
            return data.decode(name, errors="replace")
    except (LookupError, ValueError):
        pass
    return data.decode("utf-8", errors="replace")


def _decode_raw(value: str) -> tuple[str, bool]:
    """Raw 8-bit bytes reach us as lone surrogates (surrogateescape)."""
    if value.isascii():
        return value, False
    try:
        return decode(value.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return sanitise(value)


def _bytes_of(encoding: str, text: str) -> bytes:
    """The bytes of one RFC 2047 word; of a broken one, whatever can be had."""
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return _HEX.sub(lambda found: bytes([int(found[1], 16)]), data.replace(b"_", b" "))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return data
