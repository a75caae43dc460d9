"""Finds blame: a person named beside a word of fault, and "human error" given as a cause. A warning, not a block."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from postmortems.wording.lists import Lists, Purpose
from postmortems.wording.sentences import split_sentences

NAME = "name"
EXCUSE = "excuse"


@dataclass(frozen=True)
class BlameHint:
    """``kind``: NAME, a person (``name``) beside ``word``; EXCUSE, ``word`` as a cause."""

    kind: str
    sentence: str
    word: str
    name: str = ""


def blame_hints(text: str, names: Iterable[str], lists: Lists) -> list[BlameHint]:
    """Sentence by sentence, at most one hint of each kind for each. ``names``: those of the people here."""
    known = [name for name in dict.fromkeys(names) if len(name) > 1]
    hints = []
    for sentence in split_sentences(text):
        excuses = lists.find(Purpose.EXCUSE, sentence)
        if excuses:
            hints.append(BlameHint(EXCUSE, sentence, excuses[0]))
        words = lists.find(Purpose.BLAME, sentence)
        named = next((name for name in known if _names(name, sentence)), "") if words else ""
        if named:
            hints.append(BlameHint(NAME, sentence, words[0], named))
    return hints


def _names(name: str, sentence: str) -> bool:
    """A Latin name as whole words with its capital letters, also its first word alone; a Chinese one anywhere."""
    if not name.isascii() and not re.search(r"[A-Za-z]", name):
        return name in sentence
    forms = {name, name.split()[0]} if len(name.split()[0]) > 2 else {name}
    return any(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", sentence) for form in forms)
