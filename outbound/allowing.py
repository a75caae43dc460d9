"""What the site allows to be called inside its own network: MAINSTAY_OUTBOUND_ALLOW, read entry by entry."""

from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from outbound.addresses import Address
from outbound.targets import HOST_NAME

ANY_PORT = 0


@dataclass(frozen=True)
class Allowed:
    """A host by name, or a network; on one port, or on any."""

    name: str = ""
    network: IPv4Network | IPv6Network | None = None
    port: int = ANY_PORT

    def covers(self, name: str, port: int, address: Address) -> bool:
        if self.port not in (ANY_PORT, port):
            return False
        return name == self.name if self.network is None else address in self.network


def parse_entry(text: str) -> Allowed:
    """``host``, ``10.0.0.0/8``, ``fd00::/8``; with a port: ``host:8443``, ``10.1.2.3:80``, ``[fd00::1]:80``.
    Raises ValueError."""
    place, port = _split_port(text.strip().lower())
    try:
        return Allowed(network=ip_network(place), port=port)
    except ValueError:
        name = place.removesuffix(".")
        if not HOST_NAME.fullmatch(name):
            raise
    return Allowed(name=name, port=port)


@cache
def parse_all(entries: tuple[str, ...]) -> tuple[Allowed, ...]:
    return tuple(parse_entry(entry) for entry in entries)


def _split_port(text: str) -> tuple[str, int]:
    if text.startswith("["):
        place, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise ValueError(f"{text!r} lacks a bracket")
        return place, _port(rest.removeprefix(":")) if rest else ANY_PORT
    place, colon, port = text.rpartition(":")
    if colon and ":" not in place:
        return place, _port(port)
    return text, ANY_PORT


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError(f"{text!r} is not a port")
    return int(text)
