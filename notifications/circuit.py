"""When a carrier is no longer trusted with messages: the arithmetic of the circuit breakers. Values in, values out."""

from datetime import timedelta

IN_A_ROW = 5
"""So many failures without a success in between open the circuit."""
LOOKED_AT = timedelta(minutes=2)
ENOUGH = 10
"""Attempts within that time, from which on a share means something."""
PROBE_AFTER = timedelta(seconds=60)
"""Then one message tries it again; the others wait for what becomes of it."""


def must_open(*, in_a_row: int, attempts: int, failures: int) -> bool:
    """``in_a_row``: consecutive failures; ``attempts`` and ``failures``: of the last two minutes."""
    return in_a_row >= IN_A_ROW or (attempts >= ENOUGH and 2 * failures > attempts)
