"""A connection to a checked address. Every read and every write ends at the deadline, and what is read is counted."""

import io
import socket
import ssl
from functools import cache
from typing import Any

from outbound.addresses import Address
from outbound.deadlines import Deadline
from outbound.errors import CERTIFICATE, TIMEOUT, TOO_LARGE, UNREACHABLE, OutboundError
from outbound.targets import Target

HEAD_LIMIT = 64 * 1024


def connect(target: Target, addresses: list[Address], connecting: Deadline) -> socket.socket:
    """To the first of them that answers, encrypted where the address says so; the name is checked, not looked up."""
    plain = _first(target, addresses, connecting)
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(connecting.left())
        return tls_context().wrap_socket(plain, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise OutboundError(CERTIFICATE, code="certificate") from error
    except TimeoutError as error:
        plain.close()
        raise OutboundError(TIMEOUT, code="timeout") from error
    except (OSError, ValueError) as error:
        plain.close()
        raise OutboundError(UNREACHABLE, code="unreachable") from error
    except OutboundError:
        plain.close()
        raise


def _first(target: Target, addresses: list[Address], connecting: Deadline) -> socket.socket:
    failure: OSError = OSError()
    for position, address in enumerate(addresses):
        share = connecting.left() / (len(addresses) - position)
        plain = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6)
        plain.settimeout(share)
        try:
            plain.connect((str(address), target.port))
            return plain
        except OSError as error:
            plain.close()
            failure = error
    if isinstance(failure, TimeoutError):
        raise OutboundError(TIMEOUT, code="timeout") from failure
    raise OutboundError(UNREACHABLE, code="unreachable") from failure


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's, or those of SSL_CERT_FILE."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Line:
    """What http.client uses of a socket."""

    def __init__(self, connected: socket.socket, *, deadline: Deadline, limit: int) -> None:
        self.connected = connected
        self.deadline = deadline
        self.limit = limit

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.connected.settimeout(self.deadline.left())
            rest = rest[self.connected.send(rest) :]

    def makefile(self, *_args: Any, **_options: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """http.client calls it before the answer is read; whoever connected closes the socket."""


class _Reader(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self.line = line
        self.left = HEAD_LIMIT + line.limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.connected.settimeout(self.line.deadline.left())
        count = self.line.connected.recv_into(buffer)
        self.left -= count
        if self.left < 0:
            raise OutboundError(TOO_LARGE, code="too_large", permanent=True)
        return count
