"""The client against real servers on the loopback that redirect, drip, flood, hang and lie."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outbound import Answer, OutboundError, check_url, client, line, request
from tests.outbound.certificates import Authority
from tests.outbound.servers import answering, serving

pytestmark = pytest.mark.usefixtures("_loopback")


@pytest.fixture
def _loopback(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.6)
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.4)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Each look-up of a name gets the next address, the last one for ever. Returns what was asked."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_options: Any) -> list[Any]:
        address = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_it_sends_what_it_is_given_and_returns_the_answer() -> None:
    with serving(answering("201 Created\r\nX-Kind: Chat", b'{"ok": true}')) as server:
        answer = request("POST", f"{server.url}hook?key=1", headers={"Content-Type": "text/plain"}, body=b"hello")
    assert (answer.status, answer.json(), answer.headers["x-kind"]) == (201, {"ok": True}, "Chat")
    assert answer.is_success
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /hook?key=1 HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}".encode(),
        b"Content-Type: text/plain",
        b"User-Agent: Mainstay",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"Content-Length: 5",
    ]
    assert body == b"hello"


def test_a_redirect_to_the_inside_is_not_followed(settings: Any) -> None:
    with (
        serving(answering("200 OK")) as inside,
        serving(answering(f"302 Found\r\nLocation: {inside.url}")) as outside,
    ):
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{outside.port}"]
        answer = request("GET", outside.url)
    assert (answer.status, answer.is_success) == (302, False)
    assert inside.connections == 0


def test_a_name_that_changes_after_it_was_saved_is_refused_when_it_is_called(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answering("200 OK")) as inside:
        settings.OUTBOUND_ALLOW = []
        resolve_to(monkeypatch, "93.184.216.34", "127.0.0.1")
        url = f"http://rebinding.example.com:{inside.port}/"
        check_url(url)
        with pytest.raises(OutboundError, match="may not be called"):
            request("GET", url)
    assert inside.connections == 0


def test_a_name_that_changes_between_check_and_connection_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is resolved once, and the connection goes to the address that was checked."""
    with serving(answering("200 OK")) as server:
        asked = resolve_to(monkeypatch, "127.0.0.1", "169.254.169.254")
        assert request("GET", f"http://name.example.com:{server.port}/").status == 200
    assert asked == ["name.example.com"]
    assert f"Host: name.example.com:{server.port}".encode() in server.received[0]


def drip(line: socket.socket, _request: bytes) -> None:
    """A byte every now and then: no single wait is long."""
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for _turn in range(100):
        line.sendall(b"X: y\r\n")
        time.sleep(0.05)


def drip_body(line: socket.socket, _request: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _turn in range(100):
        line.sendall(b"y")
        time.sleep(0.05)


def hang(line: socket.socket, _request: bytes) -> None:
    line.recv(1)


@pytest.mark.parametrize("behave", [drip, drip_body, hang])
def test_a_server_that_takes_for_ever_is_left_at_the_deadline(behave: Any) -> None:
    with serving(behave) as server:
        begun = time.monotonic()
        with pytest.raises(OutboundError, match="did not answer in time") as caught:
            request("GET", server.url)
    assert (caught.value.permanent, caught.value.was_sent) == (False, True)
    assert time.monotonic() - begun < 3, "the deadline of this test is 0.6 seconds"


def test_a_name_server_that_does_not_answer_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def look_up(*_values: Any, **_options: Any) -> list[Any]:
        release.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        with pytest.raises(OutboundError, match="its name is not known"):
            request("GET", "https://example.com/")
        assert not release.is_set()
    finally:
        release.set()


def flood_headers(line: socket.socket, _request: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 4000) for n in range(90)) + b"\r\n")


def flood_chunks(line: socket.socket, _request: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"y" * 0x4000)
    while True:
        line.sendall(b"\r\n4000\r\n" + b"y" * 0x4000)


@pytest.mark.parametrize("behave", [answering("200 OK", b"y" * 65_537), flood_headers, flood_chunks])
def test_an_answer_that_is_too_large_is_refused(behave: Any) -> None:
    with serving(behave) as server, pytest.raises(OutboundError, match="too large"):
        request("GET", server.url)


def test_the_largest_answer_is_read_and_a_caller_may_want_more() -> None:
    with serving(answering("200 OK", b"y" * 65_536)) as server:
        assert len(request("GET", server.url).body) == 65_536
    with serving(answering("200 OK", b"y" * 200_000)) as server:
        assert len(request("GET", server.url, limit=200_000).body) == 200_000


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
def test_what_is_no_answer_of_a_web_server_is_told_as_such(answer: bytes) -> None:
    with (
        serving(lambda line, _request: line.sendall(answer)) as server,
        pytest.raises(OutboundError, match="as a web server"),
    ):
        request("GET", server.url)


def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    with serving(answering("200 OK")) as server:
        pass
    with pytest.raises(OutboundError, match="cannot be reached") as caught:
        request("GET", server.url)
    assert (caught.value.permanent, caught.value.was_sent) == (False, False)


def test_a_server_that_hangs_up_cannot_be_reached() -> None:
    with serving(lambda line, _request: None) as server, pytest.raises(OutboundError, match="cannot be reached"):
        request("GET", server.url)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "a\nX-B: b"},
        {"X-A": "a\r\n continued"},
        {"X-A\r\nX-B": "a"},
        {"X A": "a"},
        {"X-A": "a\x00"},
        {"X-A": "中文"},
        {"Host": "other.example.com"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_a_header_cannot_smuggle_another(headers: dict[str, str]) -> None:
    with serving(answering("200 OK")) as server, pytest.raises(OutboundError, match="cannot be sent"):
        request("GET", server.url, headers=headers)
    assert server.connections == 0


def test_a_method_cannot_smuggle_a_request() -> None:
    with pytest.raises(OutboundError, match="cannot be sent"):
        request("GET / HTTP/1.1\r\nX: y", "http://127.0.0.1/")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("999999999", 86_400), ("-1", None), ("x", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_how_long_to_wait_is_read_from_the_answer(value: str, seconds: int | None) -> None:
    assert Answer(429, {"retry-after": value}, b"").retry_after == seconds


def test_what_is_no_json_reads_as_nothing() -> None:
    assert Answer(200, {}, b"<html>").json() is None
    assert Answer(200, {}, b"[" * 60_000).json() is None
    assert Answer(200, {}, b"\xff").json() is None


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    line.tls_context.cache_clear()
    yield made
    line.tls_context.cache_clear()


def test_a_certificate_for_the_name_is_accepted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    with serving(answering("200 OK"), certificate=authority.issue("chat.example.com")) as server:
        assert request("GET", f"https://chat.example.com:{server.port}/").status == 200


@pytest.mark.parametrize("kind", ["another name", "an unknown authority"])
def test_a_certificate_that_proves_nothing_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    (tmp_path / "other").mkdir()
    issuer = authority if kind == "another name" else Authority(tmp_path / "other")
    name = "evil.example.com" if kind == "another name" else "chat.example.com"
    with (
        serving(answering("200 OK"), certificate=issuer.issue(name)) as server,
        pytest.raises(OutboundError, match="certificate is not valid"),
    ):
        request("GET", f"https://chat.example.com:{server.port}/secret")
    assert server.received == []


def test_an_encrypted_line_keeps_the_deadline_too(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    with (
        serving(drip_body, certificate=authority.issue("chat.example.com")) as server,
        pytest.raises(OutboundError, match="did not answer in time"),
    ):
        request("GET", f"https://chat.example.com:{server.port}/")


def test_a_server_that_never_shakes_hands_is_left(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, pytest.raises(OutboundError, match="did not answer in time") as caught:
        request("GET", f"https://chat.example.com:{listener.getsockname()[1]}/")
    assert not caught.value.was_sent


def test_neither_address_nor_headers_are_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with serving(hang) as server, pytest.raises(OutboundError) as caught:
        request("POST", f"{server.url}T000/very-secret", headers={"Authorization": "Bearer very-secret"})
    with pytest.raises(OutboundError) as malformed:
        request("GET", "https://example.com:very-secret/")
    assert "very-secret" not in caplog.text + str(caught.value) + repr(caught.value) + repr(malformed.value)
    assert "very-secret" not in repr(Answer(200, {"set-cookie": "very-secret"}, b"very-secret"))
