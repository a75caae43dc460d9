"""Is a sentence a fact of the timeline, an issue, or an action?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from postmortems.wording.grammar import Kind, weigh_grammar
from postmortems.wording.lists import Lists, Purpose, plain
from postmortems.wording.sentences import split_sentences

# A time of day, in figures: what a dated fact has and the other two hardly ever.
_MOMENT = re.compile(
    r"(?<![\d:.])(?:[01]?\d|2[0-3])[:：][0-5]\d(?!\d)|\b(?:1[0-2]|0?[1-9])\s?[ap]\.?m\b|\d\s?[点时]\d", re.IGNORECASE
)
_DATED = re.compile(rf"\W*(?:{_MOMENT.pattern})|\W*\d{{4}}-\d\d-\d\d", re.IGNORECASE)
# "Update: …" and "Change 12 was deployed" begin with a noun, not with an imperative.
_NOUN = re.compile(r"\W*(?:\d+[.)]\s*)?\w+\s*(?::|[-–—]\s|#?\d{3}|(?:was|were|is|are|has|had)\b)", re.IGNORECASE)
MOMENT_WEIGHT, DATED_WEIGHT, OPENING_WEIGHT, CONTEXT_WEIGHT = 2, 6, 3, 3


@dataclass(frozen=True)
class Verdict:
    """``words``: those of the lists that decided."""

    kind: Kind
    scores: dict[Kind, int]
    words: tuple[str, ...]


def classify(text: str, lists: Lists) -> Verdict:
    """Weigh the entries of each list and the grammar; the heaviest kind wins. Equal: a fact before an issue before a
    plan, so that nothing found at all is a fact."""
    plan = lists.opens(Purpose.OPENING, text)
    plan = "" if _NOUN.match(plain(text)) else plan
    found = {
        Kind.ACTION: [*([plan] if plan else []), *lists.find(Purpose.ACTION, text)],
        Kind.ISSUE: [*lists.find(Purpose.REFUSED, text), *lists.find(Purpose.ISSUE, text)],
        Kind.FACT: lists.find(Purpose.FACT, text),
    }
    listed = {
        Kind.FACT: lists.weigh(Purpose.FACT, text) + _weigh_moment(plain(text)),
        Kind.ISSUE: lists.weigh(Purpose.REFUSED, text) + lists.weigh(Purpose.ISSUE, text),
        Kind.ACTION: lists.weigh(Purpose.ACTION, text) + (OPENING_WEIGHT if plan else 0),
    }
    said = weigh_grammar(plain(text))
    return _verdict({kind: weight + said[kind] for kind, weight in listed.items()}, found)


def classify_text(text: str, lists: Lists) -> Iterator[tuple[str, Verdict]]:
    """Each sentence of a text, judged with those around it: what stands in a line that begins with a moment belongs to
    that entry, and a sentence takes half of what its neighbours in the line say."""
    for line in text.splitlines():
        sentences = split_sentences(line)
        alone = [classify(sentence, lists) for sentence in sentences]
        is_entry = _DATED.match(line) is not None
        for place, sentence in enumerate(sentences):
            around = [*alone[max(place - 1, 0) : place], *alone[place + 1 : place + 2]]
            own = alone[place]
            scores = {
                kind: 2 * weight
                + sum(min(neighbour.scores[kind], CONTEXT_WEIGHT) for neighbour in around)
                + (2 * CONTEXT_WEIGHT if is_entry and kind == Kind.FACT else 0)
                for kind, weight in own.scores.items()
            }
            yield sentence, Verdict(_heaviest(scores), own.scores, own.words)


def _verdict(scores: dict[Kind, int], found: dict[Kind, list[str]]) -> Verdict:
    kind = _heaviest(scores)
    return Verdict(kind, scores, tuple(dict.fromkeys(found[kind])))


def _heaviest(scores: dict[Kind, int]) -> Kind:
    return max(scores, key=lambda kind: scores[kind])


def _weigh_moment(text: str) -> int:
    """What begins with a moment is an entry of a timeline, whatever it says; one further on is a hint."""
    if _DATED.match(text):
        return DATED_WEIGHT
    return MOMENT_WEIGHT if _MOMENT.search(text) else 0
