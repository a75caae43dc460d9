"""What a web address points at, read strictly: whatever two programs could read in two ways is refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

from outbound.addresses import METADATA_NAMES, Address, parse
from outbound.errors import MALFORMED, REFUSED, OutboundError

LONGEST = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
UNUSUAL = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
LOOKS_LIKE_A_NUMBER = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$")


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str
    """With the query, ready for the request line."""
    address: Address | None
    """Where the host is written as an address."""

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str) -> Target:
    """Raises OutboundError for what is no plain address of a web server."""
    if len(url) > LONGEST or UNUSUAL.search(url):
        raise _malformed()
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # UnicodeError too; its words hold parts of the address, perhaps a password
        raise _malformed() from None
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc or port == 0:
        raise _malformed()
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    path = quote(parts.path or "/", safe=_SAFE) + query
    return Target(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path, parse(host))


_SAFE = "/%:=&?~#+!$,;'@()*[]"


def _host(text: str) -> str:
    """The name in its one spelling; an address only as everybody writes it, never as 0x7f.1 or 2130706433."""
    if ":" in text:
        return str(IPv6Address(text)) if "%" not in text else _refuse()
    name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    if not HOST_NAME.fullmatch(name):
        raise _malformed()
    if name in METADATA_NAMES or (LOOKS_LIKE_A_NUMBER.search(name) and parse(name) is None):
        return _refuse()
    return name


def _refuse() -> str:
    raise OutboundError(REFUSED, code="refused", permanent=True)


def _malformed() -> OutboundError:
    return OutboundError(MALFORMED, code="malformed", permanent=True)
