"""Readers of what is no SQL database here: asked by their protocols, against stand-ins on the loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from detection.believing import Bounds, believe
from detection.sources import Access, Query, Row, SourceError, reader_of
from tests.detection.shops import Shop
from tests.detection.standins import Asked, HttpStandIn, hbase_serving, hive_serving, http_answering

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BY_MERCHANT = (("merchant", "merchant"),)


@pytest.fixture(autouse=True)
def _loopback_allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]


def asked(kind: str, access: Access, query: Query) -> list[Row]:
    with reader_of(kind, access) as reader:
        return sorted(reader.read(query, NOON, NOON + MINUTE), key=str)


# --- Elasticsearch ---------------------------------------------------------------------------------------


def elastic(documents: list[dict[str, Any]]) -> Any:
    """What the reference says of _search: filters, composite aggregations with pages, sums and averages."""

    def respond(question: Asked) -> tuple[int, Any]:
        if question.path == "/_mapping":
            merchant = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}
            fields = {"at": {"type": "date"}, "shop": {"properties": {"merchant": merchant}}}
            return 200, {"payments": {"mappings": {"properties": fields}}, ".kibana": {"mappings": {}}}
        if not question.path.startswith("/payments/_search"):
            return 404, {"error": {"reason": "no such index, and internal.example"}}
        body = question.json
        found = [one for one in documents if all(_fits(one, part) for part in _filters(body))]
        answer: dict[str, Any] = {
            "timed_out": False,
            "_shards": {"failed": 0},
            "hits": {"total": {"value": len(found)}},
        }
        answer["hits"]["hits"] = [{"_source": one} for one in found[: body["size"]]]
        if "aggs" in body:
            answer["aggregations"] = {name: _aggregate(found, one) for name, one in body["aggs"].items()}
        return 200, answer

    return respond


def _filters(body: dict[str, Any]) -> list[Any]:
    filters: list[Any] = body.get("query", {}).get("bool", {}).get("filter", [])
    return filters


def _fits(document: dict[str, Any], part: dict[str, Any]) -> bool:
    if "range" in part:
        ((name, stretch),) = part["range"].items()
        assert stretch["format"] == "epoch_millis"
        return bool(stretch["gte"] <= document[name] < stretch["lt"])
    ((name, wanted),) = part["term"].items()
    return bool(document[name] == wanted["value"])


def _aggregate(found: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    if "composite" not in asked:
        ((function, field),) = asked.items()
        values = [one[field["field"]] for one in found]
        return {"value": sum(values) / (len(values) if function == "avg" else 1) if values else None}
    composite = asked["composite"]
    names = [(next(iter(one)), one[next(iter(one))]["terms"]["field"]) for one in composite["sources"]]
    keys = sorted({tuple(one.get(field) for _name, field in names) for one in found}, key=str)
    after = composite.get("after")
    if after:
        keys = [key for key in keys if str(key) > str(tuple(after.values()))]
    page, buckets = keys[: composite["size"]], []
    for key in page:
        chosen = [one for one in found if tuple(one.get(field) for _name, field in names) == key]
        more = {name: _aggregate(chosen, one) for name, one in asked.get("aggs", {}).items()}
        labels = dict(zip([name for name, _field in names], key, strict=True))
        buckets.append({"key": labels, "doc_count": len(chosen), **more})
    return {"buckets": buckets, **({"after_key": buckets[-1]["key"]} if buckets else {})}


def paid(merchant: str | None, seconds: int, amount: float = 10, status: str = "paid") -> dict[str, Any]:
    at = int((NOON.timestamp() + seconds) * 1000)
    return {"at": at, "merchant": merchant, "amount": amount, "status": status}


@pytest.fixture
def index() -> Iterator[HttpStandIn]:
    documents = [paid("m1", 0), paid("m1", 59, 30), paid("m2", 5, status="failed"), paid(None, 6), paid("m1", 60)]
    with http_answering(elastic(documents + [paid(f"x{number:04}", 30, 1) for number in range(1500)])) as server:
        yield server


def test_elasticsearch_counts_page_by_page(index: HttpStandIn) -> None:
    query = Query("payments", "at", labels=BY_MERCHANT)
    rows = asked("elasticsearch", Access({"url": index.url}), query)
    assert len(rows) == 1503
    assert {row.labels[0]: row.value for row in rows}["m1"] == 2
    assert Row((None,), 1) in rows
    assert len(index.asked) == 2


def test_elasticsearch_sums_averages_and_filters(index: HttpStandIn) -> None:
    access = Access({"url": index.url, "user": "reader"}, secret="hunter2")
    one = Query("payments", "at", aggregate="average", value_column="amount", labels=BY_MERCHANT)
    assert Row(("m1",), 20) in asked("elasticsearch", access, one)
    failed = Query("payments", "at", filters=(("status", "failed"),))
    assert asked("elasticsearch", access, failed) == [Row((), 1)]
    assert index.asked[-1].headers["authorization"].startswith("Basic ")


def test_elasticsearch_shows_its_indices_and_documents(index: HttpStandIn) -> None:
    with reader_of("elasticsearch", Access({"url": index.url})) as reader:
        (table,) = reader.tables()
        assert table.columns == (("at", "date"), ("shop.merchant", "text"), ("shop.merchant.keyword", "keyword"))
        assert reader.sample("payments", 2).columns == ("at", "merchant", "amount", "status")


@pytest.mark.parametrize("name", ["_all", "../_cluster", "a/_search?q=", "payments/_delete_by_query", ""])
def test_an_index_is_a_name_and_no_path(index: HttpStandIn, name: str) -> None:
    with pytest.raises(SourceError, match="no such index"):
        asked("elasticsearch", Access({"url": index.url}), Query(name, "at"))
    assert index.asked == []


def test_a_part_of_the_truth_is_no_answer() -> None:
    partial = {"timed_out": False, "_shards": {"failed": 1}, "hits": {"total": {"value": 3}}}
    with http_answering(lambda _asked: (200, partial)) as server, pytest.raises(SourceError, match="Only a part"):
        asked("elasticsearch", Access({"url": server.url}), Query("payments", "at"))


# --- What every source by HTTP may answer -----------------------------------------------------------------

HOSTILE: list[tuple[int, bytes, str]] = [
    (200, b"<html>", "no JSON"),
    (200, b"[" * 100_000, "no JSON"),
    (200, b"\xff\xfe\x00", "no JSON"),
    (200, b'{"status": "success", "data": 7}', "cannot be understood"),
    (200, b"[]", "cannot be understood"),
    (200, b"{}", "cannot be understood"),
    (302, b"", "status 302"),
    (401, b"secret body", "does not let us in"),
    (400, b"secret body", "status 400"),
    (503, b"secret body", "status 503"),
    (200, b"x" * 3_000_000, "too large"),
]


@pytest.mark.parametrize("kind", ["elasticsearch", "prometheus", "kylin"])
@pytest.mark.parametrize(("status", "body", "words"), HOSTILE)
def test_whatever_is_answered_is_a_sentence(kind: str, status: int, body: bytes, words: str) -> None:
    with http_answering(lambda _asked: (status, body)) as server:
        access = Access({"url": server.url, "project": "p"}, row_cap=1000)
        query = Query("payments", "at", labels=BY_MERCHANT)
        with pytest.raises(SourceError, match=words) as error:
            asked(kind, access, query)
    assert "secret body" not in str(error.value)


@pytest.mark.parametrize("kind", ["elasticsearch", "prometheus", "kylin"])
def test_addresses_inside_are_refused_unless_allowed(kind: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = []
    for url in ("http://127.0.0.1:9200", "http://169.254.169.254/latest", "file:///etc/passwd", "http://[::1]:9"):
        with pytest.raises(SourceError) as error:
            asked(kind, Access({"url": url, "project": "p"}), Query("payments", "at"))
        assert error.value.permanent


# --- Prometheus ------------------------------------------------------------------------------------------


def prometheus(question: Asked) -> tuple[int, Any]:
    if question.path == "/api/v1/label/__name__/values":
        return 200, {"status": "success", "data": ["payments_total"]}
    if question.path == "/api/v1/labels":
        return 200, {"status": "success", "data": ["__name__", "merchant"]}
    at = NOON.timestamp() + 60
    values = {"m1": "3", "m2": "NaN", "m3": "+Inf", "m4": "many"}
    if question.path == "/api/v1/query":
        result = [
            {"metric": {"__name__": "payments_total", "merchant": name}, "value": [at, v]} for name, v in values.items()
        ]
        return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}
    assert question.form["start"] == question.form["end"] == f"{at:.3f}"
    result = [{"metric": {"merchant": name}, "values": [[at, value]]} for name, value in values.items()]
    return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}


def test_prometheus_is_asked_for_the_growth_of_a_counter() -> None:
    with http_answering(prometheus) as server:
        query = Query("payments_total", labels=BY_MERCHANT, filters=(("status", 'a"b\\'),))
        rows = asked("prometheus", Access({"url": server.url}, secret="token"), query)
        expression = 'sum by (merchant) (increase(payments_total{status="a\\"b\\\\"}[60000ms]))'
        assert server.asked[0].form["query"] == expression
        assert server.asked[0].headers["authorization"] == "Bearer token"
    believed = believe(rows, 1, Bounds(lowest=0))
    assert believed.values[("m1",)] == 3
    assert {reason: note.count for reason, note in believed.rejected.items()} == {"not_finite": 2, "type": 1}


def test_prometheus_shows_its_metrics_and_series() -> None:
    with http_answering(prometheus) as server, reader_of("prometheus", Access({"url": server.url})) as reader:
        assert reader.tables()[0].columns == (("merchant", "label"),)
        assert reader.sample("payments_total", 1).rows == [("m1", "3")]


@pytest.mark.parametrize("name", ["payments_total}", "a b", "", "1a", "up[5m]) or vector(1"])
def test_a_metric_of_prometheus_is_a_name(name: str) -> None:
    with pytest.raises(SourceError, match="no such metric"):
        asked("prometheus", Access({"url": "http://127.0.0.1:1"}), Query(name))


# --- Kylin -----------------------------------------------------------------------------------------------


def kylin(question: Asked) -> tuple[int, Any]:
    if question.path.startswith("/kylin/api/tables_and_columns?project=learn"):
        columns = [{"column_NAME": "PART_DT", "type_NAME": "DATE"}]
        return 200, [{"table_SCHEM": "DEFAULT", "table_NAME": "SALES", "columns": columns}]
    body = question.json
    assert question.path == "/kylin/api/query/prestate"
    if "NOPE" in body["sql"]:
        return 200, {"isException": True, "exceptionMessage": "Table NOPE not found at internal.example"}
    rows = [["m1", "3"], ["m2", "many"]] if "GROUP BY" in body["sql"] else [["2026-05-01"]]
    labels = ["LABEL_0", "VALUE"] if len(rows[0]) == 2 else ["PART_DT"]
    return 200, {"columnMetas": [{"label": name} for name in labels], "results": rows, "isException": False}


def test_kylin_is_asked_by_a_prepared_query() -> None:
    with http_answering(kylin) as server:
        access = Access({"url": f"{server.url}/kylin", "project": "learn", "user": "ADMIN"}, secret="KYLIN")
        query = Query("DEFAULT.SALES", "AT", labels=(("merchant", "MERCHANT"),), filters=(("STATUS", "'--"),))
        rows = asked("kylin", access, query)
        sent = server.asked[0].json
        with pytest.raises(SourceError, match="refuses the question") as error:
            asked("kylin", access, Query("NOPE", "AT"))
        with reader_of("kylin", access) as reader:
            assert reader.tables()[0].name == "DEFAULT.SALES"
            assert reader.sample("DEFAULT.SALES").columns == ("PART_DT",)
    assert sent["sql"].count("?") == 3
    assert '"DEFAULT"."SALES"' in sent["sql"]
    assert [one["value"] for one in sent["params"]] == ["2026-05-01 12:00:00", "2026-05-01 12:01:00", "'--"]
    assert [row.labels for row in rows] == [("m1",), ("m2",)]
    assert "internal.example" not in str(error.value)


# --- HBase -----------------------------------------------------------------------------------------------

ROWS: dict[bytes, dict[bytes, bytes]] = {
    b"2026-05-01 12:00:00 a": {b"p:at": b"2026-05-01 12:00:00", b"p:merchant": b"m1", b"p:amount": b"10"},
    b"2026-05-01 12:00:59 b": {b"p:at": b"2026-05-01 12:00:59", b"p:merchant": b"m1", b"p:amount": (30).to_bytes(8)},
    b"2026-05-01 12:00:30 c": {b"p:at": b"2026-05-01 12:00:30", b"p:merchant": b"m'2", b"p:amount": b"many"},
    b"2026-05-01 12:01:00 d": {b"p:at": b"2026-05-01 12:01:00", b"p:merchant": b"m1", b"p:amount": b"1"},
}


@pytest.mark.parametrize("column", ["row", "p:at"])
def test_hbase_is_scanned_by_row_key_or_by_a_column(column: str) -> None:
    labels = (("merchant", "p:merchant"),)
    with hbase_serving({b"payments": ROWS}) as (port, families):
        access = Access({"host": "127.0.0.1", "port": port})
        assert asked("hbase", access, Query("payments", column, labels=labels)) == [Row(("m'2",), 1), Row(("m1",), 2)]
        total = Query("payments", column, aggregate="sum", value_column="p:amount", labels=labels)
        assert asked("hbase", access, total) == [Row(("m'2",), "many"), Row(("m1",), 40)]
        filtered = Query("payments", column, filters=(("p:merchant", "m'2"),))
        assert asked("hbase", access, filtered) == [Row((), 1)]
    assert b"'binary:m''2'" in families.filters[-1]


def test_hbase_shows_its_tables_and_rows() -> None:
    with hbase_serving({b"payments": ROWS}) as (port, _families):
        access = Access({"host": "127.0.0.1", "port": port}, row_cap=1)
        with reader_of("hbase", access) as reader:
            assert reader.tables()[0].columns == (("row", "row key"), ("p", "family"))
            assert reader.sample("payments", 2).columns == ("row", "p:at", "p:merchant", "p:amount")
            with pytest.raises(SourceError, match="more than 1 rows"):
                reader.read(Query("payments", "row"), NOON, NOON + MINUTE)
            with pytest.raises(SourceError, match="TableNotFound"):
                reader.read(Query("nope", "row"), NOON, NOON + MINUTE)


# --- Hive ------------------------------------------------------------------------------------------------


def test_hive_is_asked_by_hiveserver2s_protocol(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.pay(NOON, count=2)
    shop.pay(NOON + timedelta(seconds=59), merchant="m'2")
    shop.pay(NOON + MINUTE)
    with hive_serving(shop.path) as (port, service):
        access = Access({"host": "127.0.0.1", "port": port, "auth": "nosasl"})
        assert asked("hive", access, Query("payments", "at", labels=BY_MERCHANT)) == [Row(("m'2",), 1), Row(("m1",), 2)]
        assert "FROM `payments`" in service.statements[-1]
        with reader_of("hive", access) as reader:
            assert ("merchant", "text") in reader.tables()[0].columns
            assert len(reader.sample("payments", 2).rows) == 2
        with pytest.raises(SourceError, match="no such column"):
            asked("hive", access, Query("payments", "happened"))


def test_an_answer_of_hive_that_is_too_large_is_a_sentence(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.pay(NOON, count=20, merchant="m" * 100_000)
    with hive_serving(shop.path) as (port, _service):
        place = {"host": "127.0.0.1", "port": port, "auth": "nosasl"}
        with reader_of("hive", Access(place, row_cap=100)) as reader:
            with pytest.raises(SourceError, match="answer is too large") as error:
                reader.answer_to("SELECT merchant FROM payments", NOON, NOON)  # type: ignore[attr-defined]
            assert (error.value.permanent, error.value.tries) == (True, 1)
        assert len(asked("hive", Access(place), Query("payments", "at", labels=BY_MERCHANT))) == 1


@pytest.mark.parametrize("kind", ["hive", "hbase"])
def test_a_server_that_is_not_there_is_a_sentence(kind: str) -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        asked(kind, Access({"host": "127.0.0.1", "port": 1}), Query("payments", "at"))
