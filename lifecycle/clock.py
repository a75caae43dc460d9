"""The one clock of the product: the database's.

Servers disagree about the time; the rows that wait for a deadline are compared by the database, so everything
that writes or reads a moment asks the database too.
"""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's time of day, aware, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
