"""One hand on two clocks: the database's and Python's (docs/running.md).

The test database has a schema ``flux`` whose now() and its kin shadow PostgreSQL's own, because ``search_path`` names
``pg_catalog`` after it. They add a shift that is held in a sequence: a sequence is outside transactions, so every
connection sees a new shift at once, inside a test's transaction or not, and no roll-back takes it back. Both clocks
keep ticking. The keyword CURRENT_TIMESTAMP escapes; the product never uses it.
"""

import datetime as dt

import psycopg2
import time_machine
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import extensions

# public first: what a migration creates without naming a schema goes into the first one.
SEARCH_PATH = "public, flux, pg_catalog"
INSTALL = """
CREATE SCHEMA IF NOT EXISTS flux;
CREATE SEQUENCE IF NOT EXISTS flux.shift MINVALUE -9223372036854775807 START 0;
SELECT pg_catalog.setval('flux.shift', 0);
CREATE OR REPLACE FUNCTION flux.hand() RETURNS interval LANGUAGE sql STABLE
    AS $$ SELECT last_value * interval '1 microsecond' FROM flux.shift $$;
CREATE OR REPLACE FUNCTION flux.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT pg_catalog.now() + flux.hand() $$;
CREATE OR REPLACE FUNCTION flux.transaction_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT pg_catalog.transaction_timestamp() + flux.hand() $$;
CREATE OR REPLACE FUNCTION flux.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT pg_catalog.statement_timestamp() + flux.hand() $$;
CREATE OR REPLACE FUNCTION flux.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS $$ SELECT pg_catalog.clock_timestamp() + flux.hand() $$;
"""


def install(database: BaseDatabaseWrapper) -> None:
    """Put the movable clock into a test database: later connections by ALTER DATABASE, this one by SET."""
    with database.cursor() as cursor:
        cursor.execute(INSTALL)
        name = database.ops.quote_name(str(database.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {name} SET search_path = {SEARCH_PATH}")
        cursor.execute(f"SET search_path = {SEARCH_PATH}")


class Clock:
    """The fixture ``clock``: ``now()``, ``advance(minutes=15)``, ``set(moment)``."""

    def __init__(self) -> None:
        self._line: extensions.connection = psycopg2.connect(**connection.get_connection_params())
        self._line.autocommit = True
        self._shift = dt.timedelta(0)
        self._travel = time_machine.travel(dt.datetime.now(dt.UTC), tick=True)
        self._traveller = self._travel.start()

    def now(self) -> dt.datetime:
        """The database's clock, in UTC."""
        with self._line.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            row = cursor.fetchone()
        assert row is not None
        moment: dt.datetime = row[0]
        return moment.astimezone(dt.UTC)

    def advance(self, delta: dt.timedelta | None = None, **units: float) -> dt.datetime:
        """Move both clocks on (``minutes=15``, or a timedelta; negative moves back); answers the new time."""
        step = (delta or dt.timedelta(0)) + dt.timedelta(**units)
        self._move(self._shift + step)
        return self.now()

    def set(self, moment: dt.datetime) -> dt.datetime:
        """Move both clocks to a moment (aware)."""
        if moment.tzinfo is None:
            raise ValueError("clock.set() wants an aware datetime")
        return self.advance(moment - self.now())

    def mislead(self, error: dt.timedelta) -> None:
        """Move Python's clock alone, as on a machine whose time is wrong; until the end of the test."""
        self._traveller.shift(error)

    def close(self) -> None:
        self._move(dt.timedelta(0))
        self._travel.stop()
        self._line.close()

    def _move(self, shift: dt.timedelta) -> None:
        with self._line.cursor() as cursor:
            cursor.execute("SELECT setval('flux.shift', %s)", [shift // dt.timedelta(microseconds=1)])
        self._traveller.shift(shift - self._shift)
        self._shift = shift
