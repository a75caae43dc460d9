"""The guard for whoever must speak something else than HTTP: databases."""

from outbound.client import CONNECT_SECONDS
from outbound.deadlines import Deadline
from outbound.guard import checked_addresses
from outbound.targets import read_target


def checked_host(host: str, port: int) -> str:
    """An address of the host that may be connected to. Connect to it and not to the name, which may change what it
    stands for. Raises OutboundError, whose words may be shown."""
    place = f"[{host}]" if ":" in host else host
    target = read_target(f"http://{place}:{port}/")
    return str(checked_addresses(target, Deadline(CONNECT_SECONDS))[0])
