"""What text may be kept. People are told what is wrong with theirs; that of programs, alerts and mails is repaired
here instead, so that no report is lost for a letter. Pure."""

import re
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# PostgreSQL keeps no NUL, and UTF-8 no half of a surrogate pair.
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def sanitise(text: str) -> str:
    """The text with U+FFFD for every letter that cannot be kept."""
    return UNKEEPABLE.sub(REPLACEMENT, text)


def sanitise_all(value: Any) -> Any:
    """The same for every text of a tree of dicts and lists, keys included; anything else stays as it is."""
    if isinstance(value, str):
        return sanitise(value)
    if isinstance(value, dict):
        return {sanitise_all(key): sanitise_all(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [sanitise_all(entry) for entry in value]
    return value


def one_line(text: str, *, longest: int = 300) -> str:
    """What goes into mail subjects and text messages: one line, no control characters, at most ``longest`` letters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:longest]
