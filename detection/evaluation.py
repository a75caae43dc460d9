"""From verdicts to alerts: m of n frames open one, a run of good frames ends it, unknown does neither. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detection.rules.verdict import FIRING, OK, Codes, Mask

LONGEST_MEMORY = 60
_ROW = np.dtype([("marks", "<u8"), ("quiet", "<u4")])


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
    def of(cls, stored: bytes, count: int) -> "Memory":
        """Read what ``pack`` wrote; series that came since then start empty."""
        rows = np.zeros(count, dtype=_ROW)
        known = np.frombuffer(stored, dtype=_ROW)[:count]
        rows[: len(known)] = known
        return cls(rows["marks"].copy(), rows["quiet"].copy())

    def pack(self) -> bytes:
        rows = np.empty(len(self.marks), dtype=_ROW)
        rows["marks"], rows["quiet"] = self.marks, self.quiet
        return rows.tobytes()


@dataclass(frozen=True)
class Step:
    """``opens`` and ``ends`` say which series do so at this frame."""

    memory: Memory
    opens: Mask
    ends: Mask


def advance(memory: Memory, codes: Codes, is_open: Mask, patience: Patience) -> Step:
    """One frame further. An unknown verdict takes its place among the n, yet neither opens nor ends anything."""
    fires, is_good = codes == FIRING, codes == OK
    window = np.uint64((1 << patience.fire_of) - 1)
    marks = ((memory.marks << np.uint64(1)) | fires.astype(np.uint64)) & window
    opens = fires & ~is_open & (np.bitwise_count(marks) >= patience.fire_for)
    quiet = np.where(fires, np.uint32(0), memory.quiet + (is_good & is_open).astype(np.uint32))
    ends = is_open & is_good & (quiet >= patience.clear_after)
    marks = np.where(ends, np.uint64(0), marks)
    quiet = np.where(ends | opens, np.uint32(0), quiet)
    return Step(Memory(marks, quiet.astype(np.uint32)), opens, ends)


def first_mark(marks: int) -> int:
    """How many frames ago the oldest remembered frame fired; 0 for the present one."""
    return max(int(marks).bit_length() - 1, 0)
