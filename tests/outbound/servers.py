"""Web servers on the loopback that answer badly, each on a port of its own."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Behaviour = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    port: int
    received: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def serving(behave: Behaviour, *, certificate: Path | None = None) -> Iterator[Server]:
    """Reads one request a connection, then does what ``behave`` says."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    server = Server(listener.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(listener, server, behave, certificate), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def answering(head: str, body: bytes = b"") -> Behaviour:
    lines = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n"
    return lambda line, _request: line.sendall(lines.encode() + body)


def _serve(listener: socket.socket, server: Server, behave: Behaviour, certificate: Path | None) -> None:
    while True:
        try:
            line, _peer = listener.accept()
        except OSError:
            return
        server.connections += 1
        with line:
            _answer(line, server, behave, certificate)


def _answer(line: socket.socket, server: Server, behave: Behaviour, certificate: Path | None) -> None:
    try:
        line.settimeout(5)
        spoken = _encrypted(line, certificate) if certificate else line
        with spoken:
            request = _read(spoken)
            server.received.append(request)
            behave(spoken, request)
    except OSError:
        return  # the client went away, as it should


def _encrypted(line: socket.socket, certificate: Path) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(line, server_side=True)


def _read(line: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += line.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(row[16:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length: ")), 0)
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body
