import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from detection.sources import times
from detection.sources.asking import Query, Row, Sample, Table
from detection.sources.errors import SourceError, timed_out, too_many_rows
from detection.sources.http import HttpReader, garbled

PAGE = 1000
MOST_TABLES, MOST_COLUMNS = 200, 300
_INDEX = re.compile(r"[a-zA-Z0-9.][a-zA-Z0-9._,*-]{0,199}")


class Reader(HttpReader):
    """Elasticsearch and OpenSearch: documents of an index counted by a composite aggregation, page by page."""

    def tables(self) -> list[Table]:
        self.begin()
        found = self.ask("GET", "/_mapping")
        if not isinstance(found, dict):
            raise garbled()
        names = sorted(name for name in found if not name.startswith("."))[:MOST_TABLES]
        return [Table(name, tuple(_fields(found[name]))[:MOST_COLUMNS]) for name in names]

    def sample(self, table: str, limit: int = 5) -> Sample:
        self.begin()
        answer = self._search(table, {"size": limit})
        try:
            documents = [_flat(hit["_source"]) for hit in answer["hits"]["hits"]]
        except (KeyError, TypeError, AttributeError):
            raise garbled() from None
        columns = tuple(dict.fromkeys(name for document in documents for name in document))
        return Sample(columns, [tuple(document.get(name) for name in columns) for document in documents])

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        self.begin()
        body = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": _filters(query, start, end)}}}
        try:
            if not query.labels:
                return self._total(query, body)
            return self._by_labels(query, body)
        except (KeyError, TypeError, AttributeError):
            raise garbled() from None

    def _total(self, query: Query, body: dict[str, Any]) -> list[Row]:
        measure = _measure(query)
        answer = self._search(query.table, {**body, **({"aggs": {"value": measure}} if measure else {})})
        count = answer["hits"]["total"]["value"]
        if not measure:
            return [Row((), count)]
        return [Row((), answer["aggregations"]["value"]["value"])] if count else []

    def _by_labels(self, query: Query, body: dict[str, Any]) -> list[Row]:
        measure = _measure(query)
        sources = [
            {f"label_{index}": {"terms": {"field": column, "missing_bucket": True}}}
            for index, (_dimension, column) in enumerate(query.labels)
        ]
        composite: dict[str, Any] = {"size": PAGE, "sources": sources}
        grouped = {"composite": composite, **({"aggs": {"value": measure}} if measure else {})}
        rows: list[Row] = []
        while True:
            page = self._search(query.table, {**body, "aggs": {"rows": grouped}})["aggregations"]["rows"]
            for bucket in page["buckets"]:
                labels = tuple(bucket["key"][f"label_{index}"] for index in range(len(sources)))
                rows.append(Row(labels, bucket["value"]["value"] if measure else bucket["doc_count"]))
            if len(rows) > self.access.row_cap:
                raise too_many_rows(self.access.row_cap)
            if len(page["buckets"]) < PAGE or "after_key" not in page:
                return rows
            composite["after"] = page["after_key"]

    def _search(self, index: str, body: dict[str, Any]) -> Any:
        if not all(_INDEX.fullmatch(part) for part in index.split(",")):
            raise SourceError(_("There is no such index."), permanent=True)
        body = {**body, "timeout": f"{max(int(self.access.seconds * 1000), 1)}ms"}
        answer = self.ask("POST", f"/{quote(index, safe=',*')}/_search", body=body)
        if not isinstance(answer, dict) or answer.get("timed_out"):
            raise timed_out() if isinstance(answer, dict) else garbled()
        if answer.get("_shards", {}).get("failed"):
            # A count of a part is smaller than the truth: worse than none.
            raise SourceError(_("Only a part of the source answered."))
        return answer


def _filters(query: Query, start: datetime, end: datetime) -> list[dict[str, Any]]:
    if query.time_format == times.TIMESTAMP:
        begin, until = (times.written(at, times.EPOCH_MILLISECONDS, "UTC") for at in (start, end))
        stretch: dict[str, Any] = {"gte": begin, "lt": until, "format": "epoch_millis"}
    else:
        begin, until = (times.written(at, query.time_format, query.time_zone) for at in (start, end))
        stretch = {"gte": begin, "lt": until}
    return [
        {"range": {query.time_column: stretch}},
        *({"term": {column: {"value": value}}} for column, value in query.filters),
    ]


def _measure(query: Query) -> dict[str, Any] | None:
    if query.aggregate == "count":
        return None
    return {"sum" if query.aggregate == "sum" else "avg": {"field": query.value_column}}


def _fields(mapping: Any, prefix: str = "") -> list[tuple[str, str]]:
    """(path, type) of a mapping, inner objects and the variants of a field included."""
    found: list[tuple[str, str]] = []
    properties = mapping.get("mappings", mapping).get("properties", {}) if isinstance(mapping, dict) else {}
    for name, field in properties.items():
        if "properties" in field:
            found += _fields(field, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", str(field.get("type", "object"))))
            found += [
                (f"{prefix}{name}.{variant}", str(other.get("type", "")))
                for variant, other in field.get("fields", {}).items()
            ]
    return found


def _flat(document: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
