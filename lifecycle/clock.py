"""The one clock of the product: the database's.

Servers disagree about the time; the rows that wait for a deadline are compared by the database, so everything
that writes or reads a moment asks the database too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection

_rehearsed: ContextVar[datetime | None] = ContextVar("rehearsed", default=None)


def now() -> datetime:
    """The database's time of day, aware, in UTC."""
    rehearsed = _rehearsed.get()
    if rehearsed is not None:
        return rehearsed
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


@contextmanager
def rehearse(moment: datetime) -> Iterator[None]:
    """Act as if it were ``moment``: for building history (demo data, imports).

    Events recorded meanwhile count as dispatched: nobody is paged for the past.
    """
    token = _rehearsed.set(moment)
    try:
        yield
    finally:
        _rehearsed.reset(token)


def is_rehearsing() -> bool:
    return _rehearsed.get() is not None
