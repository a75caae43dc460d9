"""Merges two edits of one text, so that nothing that either wrote is lost. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# A word, a run of blanks, one Chinese letter, one of anything else.
_TOKEN = re.compile(r"[a-zA-Z0-9_]+|[^\S\n]+|.", re.DOTALL)
MOST_TOKENS = 1000
"""A disputed stretch that is longer is not looked into word by word."""
MOST_PAIRS = 1_000_000
"""Of equal lines. A text of more, such as thousands of times the same line, is not looked into line by line."""


@dataclass(frozen=True)
class Merged:
    """``conflicts``: how many stretches both had changed differently; there both texts stand, one below the other."""

    text: str
    conflicts: int = 0


@dataclass(frozen=True)
class _Stretch:
    """What became of a part of the base on either side."""

    base: list[str]
    mine: list[str]
    theirs: list[str]


def merge(base: str, mine: str, theirs: str) -> Merged:
    """What ``mine`` changed in ``base`` put on top of ``theirs``. Line by line, and word by word where lines clash.

    Of a stretch that both changed both texts stay, theirs first; one that only one of them took out, and the other
    changed, stays as changed.
    """
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    lines, conflicts = [], 0
    sides = base.split("\n"), mine.split("\n"), theirs.split("\n")
    if _pairs(sides[0], sides[1]) + _pairs(sides[0], sides[2]) > MOST_PAIRS:
        return Merged("\n".join(_add_missing(sides[1], sides[2])), 1)
    for stretch in _stretches(*sides):
        settled = _settle(stretch)
        if settled is None:
            settled, is_conflict = _reconcile(stretch)
            conflicts += is_conflict
        lines += settled
    return Merged("\n".join(lines), conflicts)


def _settle(stretch: _Stretch) -> list[str] | None:
    """The stretch where at most one side changed it, or both alike."""
    if stretch.mine == stretch.base or stretch.mine == stretch.theirs:
        return stretch.theirs
    if stretch.theirs == stretch.base:
        return stretch.mine
    return None


def _reconcile(stretch: _Stretch) -> tuple[list[str], bool]:
    """Both changed it: word by word, else both, and whether they contradict each other."""
    mine, theirs = stretch.mine, stretch.theirs
    if not "".join(stretch.base).strip():
        return _add_missing([line for line in mine if line.strip()], theirs), False
    if not "".join(mine).strip() or not "".join(theirs).strip():
        return mine + theirs, True
    woven = _weave(*("\n".join(side) for side in (stretch.base, mine, theirs)))
    if woven is not None:
        return woven.split("\n"), False
    return _add_missing(mine, theirs), True


def _add_missing(mine: list[str], theirs: list[str]) -> list[str]:
    known = set(theirs)
    return theirs + [line for line in mine if line not in known]


def _pairs(base: list[str], other: list[str]) -> int:
    """How many pairs of equal lines there are: what comparing them costs."""
    counts = Counter(base)
    return sum(counts[line] for line in other)


def _weave(base: str, mine: str, theirs: str) -> str | None:
    """Word by word; None where a word was changed by both."""
    sides = [_TOKEN.findall(text) for text in (base, mine, theirs)]
    if max(len(side) for side in sides) > MOST_TOKENS:
        return None
    words: list[str] = []
    for stretch in _stretches(*sides):
        settled = _settle(stretch)
        if settled is None and not stretch.base:
            settled = _both(stretch.mine, stretch.theirs)
        if settled is None:
            return None
        words += settled
    return "".join(words)


def _both(mine: list[str], theirs: list[str]) -> list[str]:
    """Both put something in at the same place: what stays on the line first, then what begins a new one."""
    return mine + theirs if theirs[0] == "\n" and mine[0] != "\n" else theirs + mine


def _stretches(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[_Stretch]:
    """The base cut where both sides kept it, with what each side has in between."""
    found, at, at_mine, at_theirs = [], 0, 0, 0
    for start, length, in_mine, in_theirs in _kept_by_both(base, mine, theirs):
        found.append(_Stretch(list(base[at:start]), list(mine[at_mine:in_mine]), list(theirs[at_theirs:in_theirs])))
        kept = list(base[start : start + length])
        found.append(_Stretch(kept, kept, kept))
        at, at_mine, at_theirs = start + length, in_mine + length, in_theirs + length
    return [stretch for stretch in found if stretch.base or stretch.mine or stretch.theirs]


def _kept_by_both(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """(start in base, length, start in mine, start in theirs) of every run that stands in all three; last an empty one
    at the ends."""
    ours = SequenceMatcher(None, base, mine, autojunk=False).get_matching_blocks()
    others = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    found, place, other = [], 0, 0
    while place < len(ours) and other < len(others):
        one, two = ours[place], others[other]
        start, end = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
        if start < end:
            found.append((start, end - start, one.b + start - one.a, two.b + start - two.a))
        if one.a + one.size < two.a + two.size:
            place += 1
        else:
            other += 1
    return [*found, (len(base), 0, len(mine), len(theirs))]
