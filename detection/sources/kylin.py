from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from sqlalchemy.engine.default import DefaultDialect

from detection.sources import times
from detection.sources.asking import Query, Row, Sample, Table
from detection.sources.errors import SourceError, too_many_rows
from detection.sources.http import HttpReader, garbled
from detection.sources.sql import tables_of, wrong_width
from detection.sources.statements import first_rows, free_statement, grouped, own_statement

MOST_COLUMNS = 5000
_JAVA = {bool: "java.lang.Boolean", int: "java.lang.Long", float: "java.lang.Double"}


class Reader(HttpReader):
    """Apache Kylin by its REST interface: prepared queries, so that values are bound and never part of the SQL."""

    PARSED_AS: ClassVar = "postgres"

    def tables(self) -> list[Table]:
        self.begin()
        found = self.ask("GET", "/api/tables_and_columns?" + urlencode({"project": self.access.text("project")}))
        try:
            columns = [
                (f"{table['table_SCHEM']}.{table['table_NAME']}", column["column_NAME"], column["type_NAME"])
                for table in found
                for column in table["columns"]
            ]
        except (KeyError, TypeError):
            raise garbled() from None
        return tables_of(columns[:MOST_COLUMNS])

    def sample(self, table: str, limit: int = 5) -> Sample:
        self.begin()
        columns, rows = self._run(first_rows(table, limit))
        return Sample(columns, [tuple(row) for row in rows[:limit]])

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        self.begin()
        begin, until = (_bound(at, query) for at in (start, end))
        own = query.statement
        question = own_statement(own, self.PARSED_AS, begin, until) if own else grouped(query, begin, until)
        _columns, rows = self._run(question)
        width = len(query.labels) + 1
        if rows and len(rows[0]) != width:
            raise wrong_width(len(rows[0]), width)
        return [Row(tuple(row[:-1]), _number(row[-1])) for row in rows]

    def answer_to(self, statement: str, start: datetime, end: datetime) -> Sample:
        self.begin()
        query = Query(statement=statement)
        columns, rows = self._run(free_statement(statement, self.PARSED_AS, _bound(start, query), _bound(end, query)))
        return Sample(columns, [tuple(row) for row in rows])

    def _run(self, question: Any) -> tuple[tuple[str, ...], list[list[Any]]]:
        compiled = question.compile(
            dialect=DefaultDialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
        )
        given = [compiled.params[name] for name in compiled.positiontup or ()]
        body = {
            "sql": str(compiled),
            "project": self.access.text("project"),
            "limit": self.access.row_cap + 1,
            "offset": 0,
            "acceptPartial": False,
            "params": [_parameter(value) for value in given],
        }
        answer = self.ask("POST", "/api/query/prestate", body=body)
        try:
            if answer.get("isException"):
                raise SourceError(_("The source refuses the question. Check the table, the columns and the query."))
            if answer.get("partial"):
                raise SourceError(_("Only a part of the source answered."))
            rows, columns = answer["results"], tuple(str(meta["label"]) for meta in answer["columnMetas"])
        except (KeyError, TypeError, AttributeError):
            raise garbled() from None
        if len(rows) > self.access.row_cap:
            raise too_many_rows(self.access.row_cap)
        return columns, rows


def _bound(at: datetime, query: Query) -> Any:
    moment = times.written(at, query.time_format, query.time_zone)
    return moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment


def _parameter(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"className": "java.sql.Timestamp", "value": f"{value:%Y-%m-%d %H:%M:%S}"}
    return {"className": _JAVA.get(type(value), "java.lang.String"), "value": str(value)}


def _number(text: Any) -> Any:
    """Kylin writes every value as a text; what is no number stays one, to be told."""
    try:
        return Decimal(text) if isinstance(text, str) else text
    except InvalidOperation:
        return text
