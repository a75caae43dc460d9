"""From verdicts to alerts: m of n frames open one, a run of good frames ends it, unknown does neither. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detection.rules.verdict import FIRING, OK, Codes, Mask

LONGEST_MEMORY = 60
_ROW = np.dtype([("place", "<u4"), ("marks", "<u8"), ("quiet", "<u4")])
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Patience:
    """How soon an alert opens (``fire_for`` of the last ``fire_of`` frames) and ends (``clear_after`` good ones)."""

    fire_for: int
    fire_of: int
    clear_after: int


@dataclass(frozen=True)
class Memory:
    """What has to be remembered of earlier verdicts, by series.

    ``marks``: one bit a frame, the newest lowest, set where it fired. ``quiet``: good frames since the last firing one.
    """

    marks: NDArray[np.uint64]
    quiet: NDArray[np.uint32]

    @classmethod
    def empty(cls, count: int) -> "Memory":
        return cls(np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint32))

    def pick(self, places: NDArray[np.intp]) -> "Memory":
        """That of some series only."""
        return Memory(self.marks[places], self.quiet[places])

    def spread(self, places: NDArray[np.intp], count: int) -> "Memory":
        """The opposite of ``pick``: among ``count`` series, the others start empty."""
        whole = Memory.empty(count)
        whole.marks[places], whole.quiet[places] = self.marks, self.quiet
        return whole


@dataclass(frozen=True)
class Record:
    """The memory of a rule: of the series that have something to remember, which are few. ``places`` ascend."""

    places: Places
    memory: Memory

    @classmethod
    def of(cls, places: Places, memory: Memory) -> "Record":
        """Of ``places``, those with anything to remember."""
        kept = (memory.marks != 0) | (memory.quiet != 0)
        return cls(places[kept], Memory(memory.marks[kept], memory.quiet[kept]))

    @classmethod
    def read(cls, stored: bytes) -> "Record":
        """What ``pack`` wrote."""
        rows = np.frombuffer(stored, dtype=_ROW)
        return cls(rows["place"].astype(np.intp), Memory(rows["marks"].copy(), rows["quiet"].copy()))

    def pack(self) -> bytes:
        rows = np.empty(len(self.places), dtype=_ROW)
        rows["place"], rows["marks"], rows["quiet"] = self.places, self.memory.marks, self.memory.quiet
        return rows.tobytes()

    def at(self, places: Places) -> Memory:
        """The memory of these places, which ascend and include all that is remembered."""
        memory = Memory.empty(len(places))
        found = np.searchsorted(places, self.places)
        memory.marks[found], memory.quiet[found] = self.memory.marks, self.memory.quiet
        return memory

    def marks_of(self, place: int) -> int:
        index = int(np.searchsorted(self.places, place))
        is_there = index < len(self.places) and self.places[index] == place
        return int(self.memory.marks[index]) if is_there else 0


@dataclass(frozen=True)
class Step:
    """``opens`` and ``ends`` say which series do so at this frame."""

    memory: Memory
    opens: Mask
    ends: Mask


def advance(memory: Memory, codes: Codes, is_open: Mask, patience: Patience, *, may_open: bool = True) -> Step:
    """One frame further. An unknown verdict takes its place among the n, yet neither opens nor ends anything.

    Where it may not open (a quiet hour) it is remembered all the same: what fires still afterwards opens then.
    """
    fires, is_good = codes == FIRING, codes == OK
    window = np.uint64((1 << patience.fire_of) - 1)
    marks = ((memory.marks << np.uint64(1)) | fires.astype(np.uint64)) & window
    opens = may_open & fires & ~is_open & (np.bitwise_count(marks) >= patience.fire_for)
    quiet = np.where(fires, np.uint32(0), memory.quiet + (is_good & is_open).astype(np.uint32))
    ends = is_open & is_good & (quiet >= patience.clear_after)
    marks = np.where(ends, np.uint64(0), marks)
    quiet = np.where(ends | opens, np.uint32(0), quiet)
    return Step(Memory(marks, quiet.astype(np.uint32)), opens, ends)


def first_mark(marks: int) -> int:
    """How many frames ago the oldest remembered frame fired; 0 for the present one."""
    return max(int(marks).bit_length() - 1, 0)
