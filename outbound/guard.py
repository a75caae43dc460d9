"""The guard: resolves a host once, checks every address that it has, and hands on those that may be called."""

import queue
import socket
import threading

from django.conf import settings

from outbound.addresses import Address, is_never_allowed, is_public, parse
from outbound.allowing import Allowed, parse_all
from outbound.deadlines import Deadline
from outbound.errors import REFUSED, OutboundError
from outbound.targets import DEFAULT_PORTS, Target

Found = list[str] | OSError | UnicodeError


def checked_addresses(target: Target, deadline: Deadline) -> list[Address]:
    """Where to connect. One address that may not be called spoils the name: an honest server has no such pair."""
    addresses = [target.address] if target.address else _resolve(target, deadline)
    allowed = parse_all(tuple(settings.OUTBOUND_ALLOW))
    if not addresses or not all(_may_call(target, address, allowed) for address in addresses):
        raise OutboundError(REFUSED, code="refused", permanent=True)
    return addresses


def _may_call(target: Target, address: Address, allowed: tuple[Allowed, ...]) -> bool:
    if is_never_allowed(address):
        return False
    if any(entry.covers(target.host, target.port, address) for entry in allowed):
        return True
    is_usual = target.port in DEFAULT_PORTS.values() or target.port >= 1024
    return is_usual and is_public(address)


def _resolve(target: Target, deadline: Deadline) -> list[Address]:
    """In a thread of its own: a name server that does not answer would hold us past every deadline."""
    answers: queue.SimpleQueue[Found] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(target, answers), daemon=True, name="resolve").start()
    try:
        found = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise OutboundError(REFUSED, code="unresolved") from None
    if isinstance(found, OSError | UnicodeError):
        raise OutboundError(REFUSED, code="unresolved") from found
    parsed = [parse(text) for text in dict.fromkeys(found)]
    # What cannot be read, such as an address with a zone, is refused by being left without a match.
    return [address for address in parsed if address] if None not in parsed else []


def _look_up(target: Target, answers: "queue.SimpleQueue[Found]") -> None:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        answers.put([str(entry[4][0]) for entry in found])
    except (OSError, UnicodeError) as error:
        answers.put(error)
