"""How many parts a text message costs, and how to say something within so many. Pure.

A text in the GSM-7 alphabet (3GPP TS 23.038) has 160 characters to one part, 153 to each of several; a text with any
other character is sent as UCS-2 and has 70 and 67. A character of the extension table counts twice, and so does one
beyond the basic plane (most emoji) in UCS-2; neither is torn between two parts.
"""

import math
import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM = (160, 153)
UCS2 = (70, 67)
PLAIN = str.maketrans(
    {
        **dict.fromkeys("·•–—‐‑−", "-"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚`´", "'"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\t", " "),
        "…": "...",
        "×": "x",
        "→": "->",
    }
)
"""Typographic characters that would make a whole text UCS-2, and what says the same in GSM-7."""
BOUNDARIES = ("\u200d", "\ufe0f", "\ufe0e")
"""What joins characters: nothing may end on one."""


def is_gsm(text: str) -> bool:
    return all(char in BASIC or char in EXTENSION for char in text)


def count_segments(text: str) -> int:
    """How many parts the carrier bills; an empty text is one."""
    widths = _widths(text)
    single, each = GSM if is_gsm(text) else UCS2
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return parts


def cheapest(text: str) -> str:
    """The text with typographic characters replaced, if that makes it GSM-7; else unchanged."""
    plain = text.translate(PLAIN)
    return plain if is_gsm(plain) else text


def fit(head: str, middle: str, tail: str, *, joint: str = " · ", most: int = 2) -> str:
    """Head, middle and tail in at most ``most`` parts: of the middle as much as there is room for.

    Head and tail are never cut: the caller keeps them short.
    """
    if whole := _joined(head, middle, tail, joint=joint, most=most):
        return whole
    low, high = 0, sum(map(_width, middle))
    while high - low > 1:
        length = math.floor((low + high) / 2)
        if _joined(head, shorten(middle, length), tail, joint=joint, most=most):
            low = length
        else:
            high = length
    cut = _joined(head, shorten(middle, low), tail, joint=joint, most=most)
    return cut or cheapest(joint.join(part for part in (head, tail) if part))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` units of UCS-2, the last of them an ellipsis where something is missing."""
    if sum(map(_width, text)) <= limit:
        return text
    kept, used = "", 1
    for char in text:
        used += _width(char)
        if used > limit:
            break
        kept += char
    while kept and (kept[-1] in BOUNDARIES or kept[-1].isspace()):
        kept = kept[:-1]
    return f"{kept}…" if kept else ""


def one_line(text: str) -> str:
    """A line of ordinary characters: no line breaks, control characters, terminal colours or hidden directions."""
    spaced = (" " if unicodedata.category(char) in ("Zl", "Zp", "Cc", "Zs") else char for char in text)
    return " ".join("".join(char for char in spaced if char in BOUNDARIES or _is_seen(char)).split())


def isolated(text: str) -> str:
    """A text that runs from right to left, wrapped so that it does not turn round what stands beside it."""
    runs_left = any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if runs_left else text


def _joined(head: str, middle: str, tail: str, *, joint: str, most: int) -> str:
    """The whole message, or an empty text where it is too long."""
    text = cheapest(joint.join(part for part in (head, isolated(middle), tail) if part))
    return text if count_segments(text) <= most else ""


def _widths(text: str) -> list[int]:
    if is_gsm(text):
        return [2 if char in EXTENSION else 1 for char in text]
    return [_width(char) for char in text]


def _width(char: str) -> int:
    """In units of UCS-2."""
    return 2 if ord(char) > 0xFFFF else 1


def _is_seen(char: str) -> bool:
    """Whether a phone shows it: not formats and directions, lone surrogates, private or unassigned characters."""
    return unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn")
