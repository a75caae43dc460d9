"""What changed between two texts, word by word."""

import difflib
import re
from dataclasses import dataclass

WORD = re.compile(r"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff]+)\s*|\s+")
"""A word with the space after it; Chinese characters, which stand without spaces between words, one by one."""
MOST = 800
"""Comparing takes up to the cube of the number of words."""


@dataclass(frozen=True)
class Part:
    """``kind`` is "same", "added" or "removed"."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """The parts of both texts in order: what was removed stands before what came in its stead.

    Texts too long to compare word by word are compared line by line, and where those are too many too, as a whole.
    """
    old, new = _cut(before), _cut(after)
    parts: list[Part] = []
    bare_old, bare_new = ([piece.strip() for piece in pieces] for pieces in (old, new))
    matcher = difflib.SequenceMatcher(None, bare_old, bare_new, autojunk=False)
    for verb, start, end, first, last in matcher.get_opcodes():
        if verb == "equal":
            parts.append(Part("same", "".join(new[first:last])))
            continue
        removed, added = "".join(old[start:end]), "".join(new[first:last])
        parts += [Part(kind, text) for kind, text in (("removed", removed), ("added", added)) if text]
    return parts


def _cut(text: str) -> list[str]:
    words, lines = WORD.findall(text), text.splitlines(keepends=True)
    return next((pieces for pieces in (words, lines) if len(pieces) <= MOST), [text])
