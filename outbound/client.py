"""Calls a web server that may be called, once, and returns what it answered."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import Any

from outbound.deadlines import Deadline
from outbound.errors import GARBLED, TIMEOUT, TOO_LARGE, UNREACHABLE, UNSENDABLE, OutboundError
from outbound.guard import checked_addresses
from outbound.line import Line, connect
from outbound.targets import Target, read_target

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
OURS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


@dataclass(frozen=True)
class Answer:
    """Its body is for programs: nobody is ever shown it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> int | None:
        """Seconds for which the server wants to be left alone, where it says so in seconds."""
        value = self.headers.get("retry-after", "").strip()
        return min(int(value), 86_400) if re.fullmatch(r"[0-9]{1,9}", value) else None

    def json(self) -> Any:
        """What the body says; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def check_url(url: str) -> None:
    """For the moment when somebody enters an address. Raises OutboundError, whose words may be shown."""
    checked_addresses(read_target(url), Deadline(CONNECT_SECONDS))


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    limit: int = LARGEST_ANSWER,
    seconds: float | None = None,
) -> Answer:
    """Raises OutboundError. Redirects are answers like any other: nobody follows them."""
    deadline = Deadline(TOTAL_SECONDS if seconds is None else seconds)
    target = read_target(url)
    lines = _header_lines(method, headers or {})
    connecting = deadline.at_most(CONNECT_SECONDS)
    connected = connect(target, checked_addresses(target, connecting), connecting)
    line = Line(connected, deadline=deadline, limit=limit)
    try:
        return _exchange(line, method, target, lines, body, limit)
    except OutboundError as error:
        error.was_sent = True
        raise
    except TimeoutError as error:
        raise OutboundError(TIMEOUT, code="timeout", was_sent=True) from error
    except OSError as error:
        raise OutboundError(UNREACHABLE, code="unreachable", was_sent=True) from error
    except (HTTPException, ValueError) as error:
        raise OutboundError(GARBLED, code="garbled", was_sent=True) from error
    finally:
        connected.close()


def _header_lines(method: str, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """None of them can end its line early, or speak about the request itself."""
    is_clean = method in METHODS and all(
        HEADER_NAME.fullmatch(name) and name.lower() not in OURS and HEADER_VALUE.fullmatch(value)
        for name, value in headers.items()
    )
    if not is_clean:
        raise OutboundError(UNSENDABLE, code="unsendable", permanent=True)
    names = {name.lower() for name in headers}
    return [*headers.items(), *([] if "user-agent" in names else [("User-Agent", "Mainstay")])]


def _exchange(line: Line, method: str, target: Target, lines: list[tuple[str, str]], body: bytes, limit: int) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = line
    connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", target.host_header)
    for name, value in lines:
        connection.putheader(name, value)
    connection.putheader("Accept-Encoding", "identity")  # nothing is unpacked here
    connection.putheader("Connection", "close")
    if body or method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    response = connection.getresponse()
    content = response.read(limit + 1)
    if len(content) > limit:
        raise OutboundError(TOO_LARGE, code="too_large", permanent=True)
    if response.length:
        raise IncompleteRead(content, response.length)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
