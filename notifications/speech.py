"""What a voice can say, and how long it takes. Pure: the figures are the slow end of what carriers' voices do."""

import re
import unicodedata

MOST_SECONDS = 20.0
"""As long as somebody who was asleep listens before pressing a key."""
LETTER = 1 / 13
"""Seconds a letter: 150 English words a minute, with the space."""
HAN = 1 / 4
"""Seconds a Chinese character: 240 a minute."""
DIGIT = 0.4
PAUSE = 0.35
"""Seconds of silence after a sentence or a clause."""
PAUSES = ",.;:!?，。；：！？、·"
UNSPEAKABLE = '<>&{}[]()|\\^~*_=`#@$%+/"“”«»'
LONG_NUMBER = re.compile(r"\d{5,}")


def sayable(text: str) -> str:
    """Without markup, symbols and emoji, of which voices read the names; long numbers digit by digit."""
    kept = (char if _is_sayable(char) else " " for char in unicodedata.normalize("NFC", text))
    plain = " ".join("".join(kept).split())
    return LONG_NUMBER.sub(lambda number: spelled(number[0]), plain)


def spelled(digits: str) -> str:
    """A number that is read digit by digit."""
    return " ".join(digits)


def seconds(text: str) -> float:
    """How long it takes to say."""
    return sum(_seconds_of(char) for char in text)


def within(text: str, limit: float) -> str:
    """As much of the text, in whole words where there are any, as can be said in ``limit`` seconds."""
    if seconds(text) <= limit:
        return text
    used, length = 0.0, 0
    for char in text:
        used += _seconds_of(char)
        if used > limit:
            break
        length += 1
    kept = text[:length]
    words = kept.rsplit(" ", 1)[0] if " " in kept else kept
    return (words if len(words) > length / 2 else kept).rstrip(" ,;:，；：、")


def _seconds_of(char: str) -> float:
    if char in PAUSES:
        return PAUSE
    if unicodedata.category(char) == "Nd":
        return DIGIT
    if char.isascii() or unicodedata.east_asian_width(char) not in ("W", "F"):
        return LETTER
    return HAN


def _is_sayable(char: str) -> bool:
    return char not in UNSPEAKABLE and unicodedata.category(char)[0] in "LMNPZ"
