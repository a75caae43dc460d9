"""How alike two incidents are, and why. Pure.

Words that are numbers, or hold digits, say which one it was and not what; they count less. So "Timeout of node 7" and
"Timeout of node 12" are nearly the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from incidents.search import words_of

HAS_DIGIT = re.compile(r"\d")
NUMBER_WEIGHT = 0.1
LONGEST = 4000
MOST_WORDS = 200
# What the parts of a likeness weigh. A fingerprint is made to say "the same", so it says so alone.
WORDS, SERVICE, CATEGORY, TAGS = 0.6, 0.2, 0.15, 0.05


@dataclass(frozen=True)
class Face:
    """What of an incident, or of a known error, is compared. Empty or None: not known, so it can be like nothing."""

    title: str
    text: str = ""
    service: int | None = None
    category: int | None = None
    tags: frozenset[str] = frozenset()
    fingerprint: str = ""


@dataclass(frozen=True)
class Likeness:
    """``figure`` from 0 to 1; ``words`` is the share of words in common, the others say what else is the same."""

    figure: float
    words: float
    same_fingerprint: bool = False
    same_service: bool = False
    same_category: bool = False
    tags: tuple[str, ...] = ()


def likeness(one: Face, other: Face) -> Likeness:
    """Symmetric; 1 for the same incident twice, where it has any words."""
    words = words_in_common(one, other)
    same_fingerprint = bool(one.fingerprint) and one.fingerprint == other.fingerprint
    same_service = one.service is not None and one.service == other.service
    same_category = one.category is not None and one.category == other.category
    shared = tuple(sorted(one.tags & other.tags))
    parts = [
        (WORDS, words, True),
        (SERVICE, float(same_service), one.service is not None and other.service is not None),
        (CATEGORY, float(same_category), one.category is not None and other.category is not None),
        (TAGS, _share(one.tags, other.tags), bool(one.tags and other.tags)),
    ]
    known = [(weight, share) for weight, share, is_known in parts if is_known]
    figure = sum(weight * share for weight, share in known) / sum(weight for weight, _share in known)
    return Likeness(1.0 if same_fingerprint else figure, words, same_fingerprint, same_service, same_category, shared)


def words_in_common(one: Face, other: Face) -> float:
    """The better of titles alone and of all words: a title may repeat where the description is a log."""
    titles = _weighed(_words(one.title), _words(other.title))
    if not one.text and not other.text:
        return titles
    whole = _weighed(_words(f"{one.title}\n{one.text}"), _words(f"{other.title}\n{other.text}"))
    return max(titles, whole)


def sought_words(face: Face, *, most: int = 12) -> list[str]:
    """The words to look for in an index: of the title, without numbers; the longest, which are the rarest."""
    words = [word for word in dict.fromkeys(words_of(face.title)) if len(word) > 1 and not HAS_DIGIT.search(word)]
    return sorted(words, key=lambda word: (-len(word), word))[:most]


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    """Kept, since the same incidents are compared again and again while something recurs."""
    found: dict[str, None] = {}
    for word in words_of(text[:LONGEST]):
        found[word] = None
        if len(found) >= MOST_WORDS:
            break
    return frozenset(found)


def _weighed(one: frozenset[str], other: frozenset[str]) -> float:
    whole = _weight(one | other)
    return _weight(one & other) / whole if whole else 0.0


def _weight(words: Iterable[str]) -> float:
    return sum(_weight_of(word) for word in words)


@lru_cache(maxsize=65536)
def _weight_of(word: str) -> float:
    return NUMBER_WEIGHT if HAS_DIGIT.search(word) else 1.0


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
