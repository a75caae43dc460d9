"""Loopback stand-ins that speak the protocols of servers which cannot be had here: what is documented of them, no more.

HiveServer2's Thrift service with SQLite behind it, HBase's Thrift service (happybase's own Hbase.thrift) with a sorted
dict behind it, and JSON over HTTP answered by a function.
"""

import importlib
import json
import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Respond = Callable[["Asked"], tuple[int, Any]]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class HttpStandIn:
    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_answering(respond: Respond) -> Iterator[HttpStandIn]:
    """A server whose answers (status, JSON or bytes) the function makes."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append(Asked(self.command, self.path, headers, self.rfile.read(length)))
            status, content = respond(asked[-1])
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_arguments: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield HttpStandIn(server.server_address[1], asked)
    finally:
        server.shutdown()
        server.server_close()


class Families:
    """HBase's Thrift service over tables of {row key: {b"family:name": value}}; knows the filters that we send."""

    def __init__(self, tables: dict[bytes, dict[bytes, dict[bytes, bytes]]]) -> None:
        self.tables = tables
        self.scanners: dict[int, Iterator[Any]] = {}
        self.filters: list[bytes] = []

    def getTableNames(self) -> list[bytes]:  # noqa: N802
        return sorted(self.tables)

    def getColumnDescriptors(self, table: bytes) -> dict[bytes, Any]:  # noqa: N802
        families = {name.partition(b":")[0] for cells in self._table(table).values() for name in cells}
        return {family: self.thrift.ColumnDescriptor(name=family + b":") for family in families}

    def scannerOpenWithScan(self, table: bytes, scan: Any, _attributes: Any) -> int:  # noqa: N802
        rows = sorted(self._table(table).items())
        if scan.startRow is not None:
            rows = [row for row in rows if row[0] >= scan.startRow]
        if scan.stopRow is not None:
            rows = [row for row in rows if row[0] < scan.stopRow]
        conditions = self._conditions(scan.filterString or b"")
        rows = [row for row in rows if all(_fits(row[1], condition) for condition in conditions)]
        number = len(self.scanners)
        self.scanners[number] = iter(rows)
        return number

    def scannerGetList(self, number: int, count: int) -> list[Any]:  # noqa: N802
        found = []
        for key, cells in self.scanners[number]:
            columns = {name: self.thrift.TCell(value=value, timestamp=1) for name, value in cells.items()}
            found.append(self.thrift.TRowResult(row=key, columns=columns))
            if len(found) == count:
                break
        return found

    def scannerClose(self, number: int) -> None:  # noqa: N802
        self.scanners.pop(number, None)

    @property
    def thrift(self) -> Any:
        return importlib.import_module("Hbase_thrift")  # happybase loads it under this name

    def _table(self, name: bytes) -> dict[bytes, dict[bytes, bytes]]:
        if name not in self.tables:
            raise self.thrift.IOError(message=b"TableNotFoundException: " + name)
        return self.tables[name]

    def _conditions(self, text: bytes) -> list[tuple[bytes, str, bytes]]:
        self.filters.append(text)
        quoted = r"'((?:[^']|'')*)'"
        value = quoted.replace("'(", "'binary:(", 1)
        pattern = rf"SingleColumnValueFilter\({quoted}, {quoted}, ([<>=]+), {value}, true, true\)"
        found = re.findall(pattern, text.decode())
        assert " AND ".join(["x"] * len(found)) == re.sub(pattern, "x", text.decode()), "a filter nobody documented"
        return [
            (f"{family}:{name}".replace("''", "'").encode(), op, value.replace("''", "'").encode())
            for family, name, op, value in found
        ]


def _fits(cells: dict[bytes, bytes], condition: tuple[bytes, str, bytes]) -> bool:
    name, operator, wanted = condition
    if name not in cells:
        return False
    value = cells[name]
    return {"=": value == wanted, ">=": value >= wanted, "<": value < wanted}[operator]


@contextmanager
def hbase_serving(tables: dict[bytes, dict[bytes, dict[bytes, bytes]]]) -> Iterator[tuple[int, Families]]:
    importlib.import_module("happybase")
    from thriftpy2.thrift import TProcessor

    families = Families(tables)
    processor = TProcessor(families.thrift.Hbase, families)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_until_closed, args=(partial(_accept, listener, processor),), daemon=True).start()
    try:
        yield listener.getsockname()[1], families
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, processor: Any) -> None:
    while True:
        line, _address = listener.accept()
        threading.Thread(target=_until_closed, args=(partial(_talk, line, processor),), daemon=True).start()


def _talk(line: socket.socket, processor: Any) -> None:
    protocols: Any = importlib.import_module("thriftpy2.protocol")
    transports: Any = importlib.import_module("thriftpy2.transport")
    place = transports.TSocket()
    place.set_handle(line)
    protocol = protocols.TBinaryProtocolFactory().get_protocol(
        transports.TBufferedTransportFactory().get_transport(place)
    )
    with line:
        while True:
            processor.process(protocol, protocol)


def _until_closed(serve: Callable[[], None]) -> None:
    try:
        serve()
    except Exception:
        return


class HiveService:
    """HiveServer2's Thrift service (TCLIService, protocol V6) over a SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: dict[bytes, tuple[list[str], list[tuple[Any, ...]]]] = {}
        self.statements: list[str] = []

    def OpenSession(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        handle = ttypes.TSessionHandle(ttypes.THandleIdentifier(b"s" * 16, b"t" * 16))
        version = ttypes.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V6
        return ttypes.TOpenSessionResp(_ok(), version, handle, {})

    def ExecuteStatement(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        self.statements.append(request.statement)
        guid = str(len(self.statements)).zfill(16).encode()
        try:
            self.results[guid] = self._run(request.statement)
        except sqlite3.Error as error:
            failed = ttypes.TStatus(ttypes.TStatusCode.ERROR_STATUS, errorMessage=f"SemanticException {error}")
            return ttypes.TExecuteStatementResp(failed, None)
        kind = ttypes.TOperationType.EXECUTE_STATEMENT
        handle = ttypes.TOperationHandle(ttypes.THandleIdentifier(guid, b"t" * 16), kind, True)
        return ttypes.TExecuteStatementResp(_ok(), handle)

    def GetOperationStatus(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        return ttypes.TGetOperationStatusResp(_ok(), ttypes.TOperationState.FINISHED_STATE)

    def GetResultSetMetadata(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        names, rows = self.results[request.operationHandle.operationId.guid]
        columns = []
        for place, name in enumerate(names):
            numbers = [isinstance(row[place], int) for row in rows if row[place] is not None]
            is_number = bool(numbers) and all(numbers)
            kind = ttypes.TTypeId.BIGINT_TYPE if is_number else ttypes.TTypeId.STRING_TYPE
            entry = ttypes.TTypeEntry(primitiveEntry=ttypes.TPrimitiveTypeEntry(kind))
            columns.append(ttypes.TColumnDesc(name, ttypes.TTypeDesc([entry]), place + 1))
        return ttypes.TGetResultSetMetadataResp(_ok(), ttypes.TTableSchema(columns))

    def FetchResults(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        guid = request.operationHandle.operationId.guid
        names, rows = self.results[guid]
        self.results[guid] = (names, [])
        columns = [_column([row[place] for row in rows]) for place in range(len(names))]
        found = ttypes.TRowSet(0, [], columns)
        return ttypes.TFetchResultsResp(_ok(), False, found)

    def CloseOperation(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        return ttypes.TCloseOperationResp(_ok())

    def CloseSession(self, request: Any) -> Any:  # noqa: N802
        from TCLIService import ttypes

        return ttypes.TCloseSessionResp(_ok())

    def _run(self, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        line = sqlite3.connect(self.path)
        try:
            if statement.startswith("USE "):
                return ["x"], []
            if statement == "SHOW TABLES":
                statement = "SELECT name AS tab_name FROM sqlite_master WHERE type = 'table'"
            if statement.startswith("DESCRIBE "):
                table = statement.removeprefix("DESCRIBE ").strip("`")
                rows = line.execute(f"PRAGMA table_info([{table}])").fetchall()
                return ["col_name", "data_type", "comment"], [(row[1], row[2].lower(), None) for row in rows]
            cursor = line.execute(statement)
            return [column[0] for column in cursor.description], cursor.fetchall()
        finally:
            line.close()


def _ok() -> Any:
    from TCLIService import ttypes

    return ttypes.TStatus(ttypes.TStatusCode.SUCCESS_STATUS)


def _column(values: list[Any]) -> Any:
    from TCLIService import ttypes

    nulls = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        if value is None:
            nulls[place // 8] |= 1 << place % 8
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int) for value in known):
        return ttypes.TColumn(i64Val=ttypes.TI64Column([value or 0 for value in values], bytes(nulls)))
    texts = ["" if value is None else str(value) for value in values]
    return ttypes.TColumn(stringVal=ttypes.TStringColumn(texts, bytes(nulls)))


@contextmanager
def hive_serving(path: Path) -> Iterator[tuple[int, HiveService]]:
    from TCLIService import TCLIService
    from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
    from thrift.server.TServer import TThreadedServer
    from thrift.transport.TSocket import TServerSocket
    from thrift.transport.TTransport import TBufferedTransportFactory

    service = HiveService(path)
    place = TServerSocket("127.0.0.1", 0)
    place.listen()
    port = place.handle.getsockname()[1]
    place.listen = lambda: None
    factories = TBufferedTransportFactory(), TBinaryProtocolFactory()
    server = TThreadedServer(TCLIService.Processor(service), place, *factories, daemon=True)
    threading.Thread(target=_until_closed, args=(server.serve,), daemon=True).start()
    try:
        yield port, service
    finally:
        place.close()
