"""Is a sentence a fact of the timeline, an issue, or an action?"""

import re
from dataclasses import dataclass
from enum import StrEnum

from postmortems.wording.lists import Lists, Purpose, plain

# A time of day, in figures: what a dated fact has and the other two hardly ever.
_MOMENT = re.compile(
    r"(?<![\d:.])(?:[01]?\d|2[0-3])[:：][0-5]\d(?!\d)|\b(?:1[0-2]|0?[1-9])\s?[ap]\.?m\b|\d\s?[点时]\d", re.IGNORECASE
)
_DATED = re.compile(rf"\W*(?:{_MOMENT.pattern})|\W*\d{{4}}-\d\d-\d\d", re.IGNORECASE)
MOMENT_WEIGHT, DATED_WEIGHT, OPENING_WEIGHT = 2, 6, 3


class Kind(StrEnum):
    """The phase that a sentence belongs to."""

    FACT = "fact"
    ISSUE = "issue"
    ACTION = "action"


@dataclass(frozen=True)
class Verdict:
    """``words``: those that decided."""

    kind: Kind
    scores: dict[Kind, int]
    words: tuple[str, ...]


def classify(text: str, lists: Lists) -> Verdict:
    """Weigh the entries of each list; the heaviest kind wins. Equal: a plan before an issue before a fact, but nothing
    found at all is a fact."""
    plan = lists.opens(Purpose.OPENING, text)
    found = {
        Kind.ACTION: [*([plan] if plan else []), *lists.find(Purpose.ACTION, text)],
        Kind.ISSUE: [*lists.find(Purpose.REFUSED, text), *lists.find(Purpose.ISSUE, text)],
        Kind.FACT: lists.find(Purpose.FACT, text),
    }
    scores = {
        Kind.ACTION: lists.weigh(Purpose.ACTION, text) + (OPENING_WEIGHT if plan else 0),
        Kind.ISSUE: lists.weigh(Purpose.REFUSED, text) + lists.weigh(Purpose.ISSUE, text),
        Kind.FACT: lists.weigh(Purpose.FACT, text) + _weigh_moment(plain(text)),
    }
    heaviest = max(scores.values())
    kind = next(kind for kind in scores if scores[kind] == heaviest) if heaviest else Kind.FACT
    return Verdict(kind, scores, tuple(dict.fromkeys(found[kind])))


def _weigh_moment(text: str) -> int:
    """What begins with a moment is an entry of a timeline, whatever it says; one further on is a hint."""
    if _DATED.match(text):
        return DATED_WEIGHT
    return MOMENT_WEIGHT if _MOMENT.search(text) else 0
