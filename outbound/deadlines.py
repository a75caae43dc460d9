"""A moment by which everything must be over, however slowly the other side goes about it."""

import time

from outbound.errors import TIMEOUT, OutboundError


class Deadline:
    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; OutboundError where there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise OutboundError(TIMEOUT, code="timeout")
        return left

    def at_most(self, seconds: float) -> "Deadline":
        """An earlier one within this one."""
        return Deadline(min(seconds, self.left()))
