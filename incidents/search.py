"""Words of the full-text search: what an incident is found by, and what somebody looks for. Pure.

PostgreSQL's own parser takes a Chinese sentence for one word and splits "10.0.0.1" by rules of its own, so both sides
are cut here. A word is a run of letters or digits, compatibility forms made equal and case folded. Scripts without
spaces (Han, kana) become overlapping pairs, "支付接口" -> 支付 付接 接口, so that any part of two letters or more is
found; the last letter of a run is a word too, so that a single letter is found at the beginning of a pair or there.

``vector_of`` and ``query_of`` write PostgreSQL's tsvector and tsquery as text, to be cast without a parser between.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

LONGEST_WORD = 40
MOST_WORDS = 4000
"""Different words of one incident. A word takes at most 160 bytes, a tsvector at most a megabyte."""
MOST_SOUGHT = 20
LONGEST_TEXT = 200_000
PAIRED = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"[{PAIRED}]+|[^\W_{PAIRED}]+")
IS_PAIRED = re.compile(rf"[{PAIRED}]")
LAST_POSITION = 16_383


def words_of(text: str) -> Iterator[str]:
    """Every word that the text is found by, in its order, repeated ones too."""
    for run in _runs(text):
        if IS_PAIRED.match(run):
            yield from _pairs(run)
            yield run[-1]
        else:
            yield run[:LONGEST_WORD]


def vector_of(parts: Iterable[tuple[str, Iterable[str]]], *, most: int = MOST_WORDS) -> str:
    """A tsvector of (weight, texts), weightiest first: "'card':1A '支付':2B". A word counts where it comes first."""
    weights: dict[str, str] = {}
    for weight, texts in parts:
        for text in texts:
            for word in words_of(text):
                if word not in weights and len(weights) < most:
                    weights[word] = weight
    numbered = enumerate(weights.items(), start=1)
    return " ".join(f"{_quote(word)}:{min(number, LAST_POSITION)}{weight}" for number, (word, weight) in numbered)


def query_of(text: str, *, weights: str = "") -> str:
    """A tsquery: every word must be there, the last one may go on. Empty where the text has no word.

    ``weights`` ("AB") looks in those parts only.
    """
    runs = list(islice(_runs(text), MOST_SOUGHT))
    terms = [term for run in runs[:-1] for term in _terms(run, weights, may_go_on=False)]
    terms += [term for run in runs[-1:] for term in _terms(run, weights, may_go_on=True)]
    return " & ".join(terms)


def _runs(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    return (found[0] for found in RUN.finditer(plain))


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _terms(run: str, weights: str, *, may_go_on: bool) -> Iterator[str]:
    if not IS_PAIRED.match(run):
        yield _term(run[:LONGEST_WORD], weights, may_go_on=may_go_on)
    elif len(run) == 1:
        yield _term(run, weights, may_go_on=True)
    else:
        yield from (_term(pair, weights, may_go_on=False) for pair in islice(_pairs(run), MOST_SOUGHT))


def _term(word: str, weights: str, *, may_go_on: bool) -> str:
    flags = ("*" if may_go_on else "") + weights
    return f"{_quote(word)}:{flags}" if flags else _quote(word)


def _quote(word: str) -> str:
    """Words hold letters and digits only; quotes keep them from being read as anything else."""
    return f"'{word}'"
