"""How tags are written: lower case, each once, in the order given. Pure."""

import re
import unicodedata
from collections.abc import Iterable

MOST, LONGEST = 20, 40
COMMA = re.compile(r"[,，、;；\n]")


def split_tags(text: str) -> list[str]:
    """ "Cards, EU ,cards" -> ["cards", "eu"]; commas of Chinese texts count."""
    return normalise_tags(COMMA.split(text))


def normalise_tags(tags: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for tag in tags:
        printable = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", tag))
        if name := " ".join(printable.lower().split()):
            found[name] = None
    return list(found)


def are_too_many(tags: list[str]) -> bool:
    return len(tags) > MOST


def too_long(tags: list[str]) -> str:
    """The first tag that is too long, or an empty string."""
    return next((tag for tag in tags if len(tag) > LONGEST), "")
