"""Word lists: their text as people edit it, and the patterns that come of it.

A list is a text with one entry a line. An entry is a word or a phrase; ``*`` at an end of a word stands for any more
letters, ``= 3`` at the end gives it a weight from 1 to 9 (left out: 1), a line that begins with ``#`` is a remark.
Latin entries are found as whole words, whatever the case; Chinese ones anywhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ENTRIES_AT_MOST, LONGEST_ENTRY = 1000, 60
_WEIGHED = re.compile(r"(?P<phrase>.*?)\s*=\s*(?P<weight>[1-9])")


class Purpose(StrEnum):
    """What a list is for."""

    REFUSED = "refused"
    """Cause, fault, hindsight: what the timeline does not take."""
    FACT = "fact"
    ISSUE = "issue"
    ACTION = "action"
    OPENING = "opening"
    """Words that make a sentence a plan when it begins with them."""
    EXCUSE = "excuse"
    """A person named as the cause, which ends the search too early."""
    BLAME = "blame"
    """Words that blame when the name of a person stands in the same sentence."""


class FaultyWordError(ValueError):
    """An entry that cannot be used; ``line`` is its number, from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text[:LONGEST_ENTRY]}")
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Words:
    """One compiled list."""

    weights: Mapping[str, int] = field(default_factory=dict)
    """By the entry in small letters."""
    pattern: re.Pattern[str] | None = None
    start: re.Pattern[str] | None = None
    """Finds an entry at the very beginning of a sentence."""

    def find(self, text: str) -> list[str]:
        """The entries' words as they stand in the text, in small letters, each once, in their order."""
        if self.pattern is None:
            return []
        found = (" ".join(match.group().lower().split()) for match in self.pattern.finditer(plain(text)))
        return list(dict.fromkeys(found))

    def weigh(self, word: str) -> int:
        """Of a word that ``find`` returned: the weight of the longest entry that stands for it."""
        if word in self.weights:
            return self.weights[word]
        return next((weight for entry, weight in self.weights.items() if "*" in entry and _is_like(entry, word)), 1)


@dataclass(frozen=True)
class Lists:
    """The lists of all purposes, each over all languages."""

    words: Mapping[Purpose, Words]

    def find(self, purpose: Purpose, text: str) -> list[str]:
        return self.words.get(purpose, Words()).find(text)

    def weigh(self, purpose: Purpose, text: str) -> int:
        """The sum of the weights of the entries that are found, each counted once."""
        words = self.words.get(purpose, Words())
        return sum(words.weigh(word) for word in words.find(text))

    def opens(self, purpose: Purpose, text: str) -> str:
        """The entry that the text begins with; nothing where there is none."""
        start = self.words.get(purpose, Words()).start
        match = start.match(plain(text).lstrip(' \t-*•–—1234567890.、)（("“')) if start else None
        return match.group().lower() if match else ""


def plain(text: str) -> str:
    """Typographic apostrophes as typed ones, so that "should’ve" is found."""
    return text.replace("’", "'")


def parse_words(text: str) -> dict[str, int]:
    """Entry -> weight. Raises FaultyWordError."""
    entries: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        entry = " ".join(plain(line).lower().split())
        if not entry or entry.startswith("#"):
            continue
        weighed = _WEIGHED.fullmatch(entry)
        phrase, weight = (weighed["phrase"], int(weighed["weight"])) if weighed else (entry, 1)
        if not phrase.strip("* ") or "=" in phrase or len(phrase) > LONGEST_ENTRY or len(entries) >= ENTRIES_AT_MOST:
            raise FaultyWordError(number, line.strip())
        if re.search(r"\S\*\S|\*\*", phrase):
            raise FaultyWordError(number, line.strip())
        entries[phrase] = weight
    return entries


def compile_lists(texts: Iterable[tuple[str, str]]) -> Lists:
    """From (purpose, text) pairs; several texts of a purpose, such as those of two languages, become one."""
    gathered: dict[Purpose, dict[str, int]] = {}
    for purpose, text in texts:
        gathered.setdefault(Purpose(purpose), {}).update(parse_words(text))
    return Lists({purpose: _compile(weights) for purpose, weights in gathered.items()})


def _compile(weights: dict[str, int]) -> Words:
    if not weights:
        return Words()
    entries = sorted(weights, key=len, reverse=True)
    whole = "|".join(_as_pattern(entry) for entry in entries)
    return Words(weights, re.compile(whole, re.IGNORECASE), re.compile(whole, re.IGNORECASE))


def _as_pattern(entry: str) -> str:
    """Bounded on each side where it begins or ends with a letter of the Latin alphabet."""
    body = r"\s+".join(re.escape(word).replace(r"\*", r"[a-z'-]*") for word in entry.split())
    before = r"(?<![a-z])" if re.match(r"[a-z*]", entry) else ""
    after = r"(?![a-z])" if re.search(r"[a-z*]$", entry) else ""
    return f"{before}{body}{after}"


def _is_like(entry: str, word: str) -> bool:
    return re.fullmatch(_as_pattern(entry), word, re.IGNORECASE) is not None
