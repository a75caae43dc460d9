"""Figures that belong together are read at one moment, whatever is written meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")
OVERTAKEN = "40001"
"""PostgreSQL's code for a transaction that would write what another one has written since."""


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction in which every query sees the same moment. Inside another transaction it is that one's business."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def at_one_moment(act: Callable[P, T]) -> Callable[P, T]:
    """Run ``act`` within ``one_moment``; once more where somebody else has meanwhile written a row that it locks, so
    that it sees what was written and can refuse."""

    @wraps(act)
    def acting(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with one_moment():
                return act(*args, **kwargs)
        except OperationalError as failure:
            if connection.in_atomic_block or getattr(failure.__cause__, "pgcode", None) != OVERTAKEN:
                raise
        with one_moment():
            return act(*args, **kwargs)

    return acting
