import re
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from detection.sources.asking import Query, Row, Sample, Table
from detection.sources.errors import SourceError, too_many_rows
from detection.sources.http import HttpReader, garbled

MOST_TABLES = 500
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class Reader(HttpReader):
    """Prometheus' HTTP API, asked once for the end of each interval. Tables are its metrics, columns their labels."""

    def tables(self) -> list[Table]:
        self.begin()
        names = self._data(self.ask("GET", "/api/v1/label/__name__/values"))
        labels = self._data(self.ask("GET", "/api/v1/labels"))
        if not isinstance(names, list) or not isinstance(labels, list):
            raise garbled()
        columns = tuple((str(label), "label") for label in labels if label != "__name__")
        return [Table(str(name), columns) for name in names[:MOST_TABLES]]

    def sample(self, table: str, limit: int = 5) -> Sample:
        self.begin()
        found = self._data(self.ask("POST", "/api/v1/query", form={"query": _selector(Query(table=table))}))
        try:
            series = found["result"][:limit]
            columns = tuple(dict.fromkeys(name for one in series for name in one["metric"] if name != "__name__"))
            rows = [(*(one["metric"].get(name) for name in columns), one["value"][1]) for one in series]
        except (KeyError, TypeError, IndexError):
            raise garbled() from None
        return Sample((*columns, "value"), rows)

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        self.begin()
        form = {
            "query": query.statement or expression(query, end - start),
            "start": f"{end.timestamp():.3f}",
            "end": f"{end.timestamp():.3f}",
            "step": f"{(end - start).total_seconds():.3f}",
            "timeout": f"{max(int(self.access.seconds * 1000), 1)}ms",
        }
        found = self._data(self.ask("POST", "/api/v1/query_range", form=form))
        try:
            result = found["result"]
            if len(result) > self.access.row_cap:
                raise too_many_rows(self.access.row_cap)
            return [
                Row(
                    tuple(one["metric"].get(label) for _dimension, label in query.labels), _number(one["values"][-1][1])
                )
                for one in result
            ]
        except (KeyError, TypeError, IndexError):
            raise garbled() from None

    def _data(self, answer: Any) -> Any:
        if not isinstance(answer, dict) or answer.get("status") != "success" or "data" not in answer:
            raise garbled()
        return answer["data"]


def expression(query: Query, interval: timedelta) -> str:
    """``sum by (merchant) (increase(payments_total{status="paid"}[60s]))``: a count is the growth of a counter."""
    labels = ", ".join(_label(column) for _dimension, column in query.labels)
    selector = _selector(query)
    if query.aggregate == "count":
        selector = f"increase({selector}[{max(round(interval.total_seconds() * 1000), 1)}ms])"
    function = "avg" if query.aggregate == "average" else "sum"
    return f"{function} by ({labels}) ({selector})"


def _selector(query: Query) -> str:
    if not _METRIC.fullmatch(query.table):
        raise SourceError(_("There is no such metric."), permanent=True)
    conditions = ", ".join(f"{_label(column)}={_quoted(str(value))}" for column, value in query.filters)
    return f"{query.table}{{{conditions}}}" if conditions else query.table


def _label(name: str) -> str:
    if not _LABEL.fullmatch(name):
        raise SourceError(_("There is no such label."), permanent=True)
    return name


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _number(text: Any) -> Any:
    """Prometheus writes numbers as texts, NaN and +Inf among them; what is none stays a text."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return text
