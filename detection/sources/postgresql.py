from datetime import datetime
from typing import Any, ClassVar

import psycopg2
import sqlalchemy as sa
from psycopg2 import errorcodes

from detection.sources import times
from detection.sources.asking import Query
from detection.sources.errors import REFUSED
from detection.sources.hosts import address_of
from detection.sources.sql import SqlReader

_NOT_LET_IN = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "authentication failed",
)


_ROW = "mainstay_bound_row"  # a name that no own query may hold (statements.py)
_TOO_LONG = "mainstay: too long: "


class Reader(SqlReader):
    """PostgreSQL and what speaks its protocol, in a session that cannot write."""

    URL: ClassVar = "postgresql+psycopg2://"
    PARSED_AS: ClassVar = "postgres"
    PORT: ClassVar = 5432

    def connect(self) -> Any:
        access = self.access
        milliseconds = max(int(access.seconds * 1000), 1)
        tls: dict[str, Any] = {"sslmode": "verify-full", "sslrootcert": "system"} if access.options.get("tls") else {}
        return psycopg2.connect(
            host=access.text("host"),
            hostaddr=address_of(access, self.PORT),
            port=access.number("port", self.PORT),
            dbname=access.text("database"),
            user=access.text("user"),
            password=access.secret,
            passfile="/dev/null",  # nothing but what is stated here
            connect_timeout=max(int(access.seconds), 2),
            application_name="mainstay",
            options=(
                f"-c default_transaction_read_only=on -c statement_timeout={milliseconds} -c lock_timeout=1000 "
                "-c standard_conforming_strings=on"  # where a text ends is what the checker of own queries takes it for
            ),
            **tls,
        )

    def bound(self, at: datetime, query: Query) -> Any:
        return times.written(at, query.time_format, query.time_zone)

    def prepare(self, at: datetime, query: Query) -> list[str]:
        # A column without a zone is compared with an aware moment in the session's zone.
        return [f"SET LOCAL TIME ZONE '{query.time_zone}'"] if times.is_zone(query.time_zone) else []

    def limited(self, question: Any, longest_row: int) -> Any:
        # The driver takes in each row whole. Where one is too long the cast fails, which only the server can do early.
        inner = (question.columns() if isinstance(question, sa.TextClause) else question).subquery(_ROW)
        asked = sa.select(sa.text("*")).select_from(inner)
        return asked.where(
            sa.text(
                f"CASE WHEN octet_length({_ROW}::text) <= {longest_row:d} THEN true "
                f"ELSE CAST('{_TOO_LONG}' || octet_length({_ROW}::text) AS boolean) END".replace("::", "\\:\\:")
            )
        )

    def is_too_large(self, error: BaseException) -> bool:
        return _TOO_LONG in str(error)

    def is_timeout(self, error: BaseException) -> bool:
        return getattr(error, "pgcode", "") == errorcodes.QUERY_CANCELED

    def refusal(self, error: BaseException) -> Any:
        return REFUSED if any(words in str(error) for words in _NOT_LET_IN) else ""
