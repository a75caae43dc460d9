"""Regular expressions that cannot be made to run for ever.

Users write them for routes, and the cycle matches them against texts that strangers write. Python's own engine goes
back and tries again, so that ``(a+)+b`` takes years for forty letters. Here all possibilities go forward side by side
(Thompson's way): never more steps than letters times states, whatever the pattern. It knows what route patterns are
made of (letters, ``.``, classes, groups, ``|``, ``* + ? {m,n}``, ``^ $``, a leading ``(?i)``) and refuses the rest,
back-references and look-around above all. A pattern is anchored: it has to match the whole text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _

LONGEST = 200
MOST_STATES = 300
LONGEST_TEXT = 300
"""Of a longer text only the beginning is looked at."""
CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
COUNT = re.compile(r"\{(\d{1,9})(?:(,)(\d{1,9})?)?\}")
BRACKET_IN_CLASS = re.compile(r"\\.|\[", re.DOTALL)
TWO_READINGS = re.compile(r"--|&&|~~|\|\|")
"""Python warns that these will one day mean something else inside a class."""
ESCAPES = "dDwWsS"
PUNCTUATION = set(r"\.[](){}|*+?^$-/&~")


class PatternRefused(ValueError):  # noqa: N818
    """The pattern is none, or too large. The message is for people who know what a regular expression is, in their
    language."""


@dataclass
class State:
    """Eats one letter that ``letter`` matches and goes to ``after[0]``; without one it is a fork, or an anchor."""

    letter: "re.Pattern[str] | None" = None
    anchor: str = ""
    after: list["State"] = field(default_factory=list)


@dataclass
class Piece:
    """A part of the automaton; ``ends`` are the states whose way on is still open."""

    start: State
    ends: list[State]


class Reader:
    """Reads a pattern by recursive descent and builds the automaton as it goes."""

    def __init__(self, text: str, flags: int) -> None:
        self.text, self.flags, self.place, self.states = text, flags, 0, 0

    def read(self) -> State:
        piece = self._choice()
        if self.place < len(self.text):
            raise PatternRefused(_("a “)” that closes nothing"))
        return self._closed(piece)

    def _closed(self, piece: Piece) -> State:
        final = self._state(anchor="end")
        for end in piece.ends:
            end.after.append(final)
        return piece.start

    def _choice(self) -> Piece:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        fork = self._state()
        fork.after = [branch.start for branch in branches]
        return Piece(fork, [end for branch in branches for end in branch.ends])

    def _sequence(self) -> Piece:
        empty = self._state()
        piece = Piece(empty, [empty])
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            piece = self._joined(piece, self._repeated())
        return piece

    def _joined(self, first: Piece, second: Piece) -> Piece:
        for end in first.ends:
            end.after.append(second.start)
        return Piece(first.start, second.ends)

    def _repeated(self) -> Piece:
        begin = self.place
        piece = self._atom()
        least, most = self._times()
        if (least, most) == (1, 1):
            return piece
        end, self.place = self.place, begin
        copies = [self._again(begin) for _copy in range(least)]
        copies += [self._optional(self._again(begin)) for _copy in range((most or least) - least)]
        if most is None:
            copies.append(self._any_number(self._again(begin)))
        self.place = end
        nothing = self._state()
        whole = Piece(nothing, [nothing])
        for copy in copies:
            whole = self._joined(whole, copy)
        return whole

    def _again(self, place: int) -> Piece:
        self.place = place
        return self._atom()

    def _times(self) -> tuple[int, int | None]:
        """How often the atom before is repeated: (at least, at most)."""
        for mark, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(mark):
                return self._once(times)
        count = COUNT.match(self.text, self.place)
        if count is None:
            return 1, 1
        self.place = count.end()
        least = int(count[1])
        most = int(count[3]) if count[3] else None if count[2] else least
        if most is not None and most < least:
            raise PatternRefused(_("a repetition that ends before it begins"))
        return self._once((least, most))

    def _once(self, times: tuple[int, int | None]) -> tuple[int, int | None]:
        self._take("?")  # as few as possible: the same for a whole match
        if self._is_repetition():
            raise PatternRefused(_("a repetition of a repetition"))
        return times

    def _is_repetition(self) -> bool:
        return self.text[self.place : self.place + 1] in (*"*+?",) or COUNT.match(self.text, self.place) is not None

    def _optional(self, piece: Piece) -> Piece:
        fork, out = self._state(), self._state()
        fork.after = [piece.start, out]
        return Piece(fork, [*piece.ends, out])

    def _any_number(self, piece: Piece) -> Piece:
        fork, out = self._state(), self._state()
        fork.after = [piece.start, out]
        for end in piece.ends:
            end.after.append(fork)
        return Piece(fork, [out])

    def _atom(self) -> Piece:
        letter = self.text[self.place] if self.place < len(self.text) else ""
        if letter == "(":
            return self._group()
        if self._is_repetition():
            raise PatternRefused(_("a repetition of nothing"))
        if letter in ("^", "$"):
            self.place += 1
            if self._is_repetition():
                raise PatternRefused(_("a repetition of nothing"))
            state = self._state(anchor=letter)
            return Piece(state, [state])
        state = self._state(letter=self._letter(letter))
        return Piece(state, [state])

    def _group(self) -> Piece:
        self.place += 1
        if self._take("?") and not self._take(":"):
            raise PatternRefused(_("groups that look around or have names"))
        piece = self._choice()
        if not self._take(")"):
            raise PatternRefused(_("a “(” that is never closed"))
        return piece

    def _letter(self, letter: str) -> "re.Pattern[str]":
        """The next single letter, class or escape, as a pattern for one letter."""
        found = CLASS.match(self.text, self.place) if letter == "[" else None
        if letter == "[" and found is None:
            raise PatternRefused(_("a “[” that is never closed"))
        if letter == "\\":
            escaped = self.text[self.place + 1 : self.place + 2]
            if not escaped or (escaped not in ESCAPES and escaped not in PUNCTUATION):
                raise PatternRefused(f"“\\{escaped}”")
        size = len(found[0]) if found else 2 if letter == "\\" else 1
        text = self.text[self.place : self.place + size]
        self.place += size
        if found:
            text = self._unambiguous(text)
        try:
            return re.compile(text if size > 1 or letter == "." else re.escape(text), self.flags | re.DOTALL)
        except (re.error, OverflowError) as error:
            raise PatternRefused(
                _("“%(text)s” is no class of letters: %(why)s") % {"text": text, "why": error}
            ) from None

    @staticmethod
    def _unambiguous(text: str) -> str:
        """A class whose "[" are plain letters, as they are everywhere today."""
        if TWO_READINGS.search(text):
            raise PatternRefused(_("“%(text)s” can be read in two ways: write a “\\” before the sign") % {"text": text})
        return "[" + BRACKET_IN_CLASS.sub(lambda found: found[0] if len(found[0]) > 1 else r"\[", text[1:])

    def _take(self, letter: str) -> bool:
        is_there = self.text.startswith(letter, self.place)
        self.place += len(letter) if is_there else 0
        return is_there

    def _state(self, letter: "re.Pattern[str] | None" = None, anchor: str = "") -> State:
        self.states += 1
        if self.states > MOST_STATES:
            raise PatternRefused(_("it is too large: fewer or smaller repetitions, please"))
        return State(letter, anchor)


@dataclass(frozen=True)
class Pattern:
    text: str
    start: State = field(compare=False, repr=False)

    def matches(self, text: str) -> bool:
        """Whether it matches the whole text."""
        text = text[:LONGEST_TEXT]
        here = _reached([self.start], is_first=True, is_last=not text)
        for place, letter in enumerate(text, start=1):
            moved = [after for state in here if state.letter and state.letter.match(letter) for after in state.after]
            here = _reached(moved, is_first=False, is_last=place == len(text))
            if not here:
                return False
        return any(state.anchor == "end" for state in here)


def _reached(states: list[State], *, is_first: bool, is_last: bool) -> list[State]:
    """The states that wait for a letter, or end, once every fork is followed."""
    seen: dict[int, State] = {}
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        if id(state) in seen:
            continue
        seen[id(state)] = state
        waiting += _onward(state, is_first=is_first, is_last=is_last)
    return [state for state in seen.values() if state.letter or state.anchor == "end"]


def _onward(state: State, *, is_first: bool, is_last: bool) -> Iterator[State]:
    if state.letter or state.anchor == "end":
        return
    if (state.anchor == "^" and not is_first) or (state.anchor == "$" and not is_last):
        return
    yield from state.after


@lru_cache(maxsize=512)
def read_pattern(text: str) -> Pattern:
    """Raises PatternRefused."""
    if len(text) > LONGEST:
        raise PatternRefused(_("it is longer than %(most)s letters") % {"most": LONGEST})
    flags = re.IGNORECASE if text.startswith("(?i)") else 0
    try:
        return Pattern(text, Reader(text.removeprefix("(?i)"), flags).read())
    except RecursionError:
        raise PatternRefused(_("its groups are nested too deeply")) from None
