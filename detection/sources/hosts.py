"""Which hosts may be connected to: the same guard as for every call that leaves the product (docs/outbound.md)."""

from detection.sources.asking import Access
from detection.sources.errors import SourceError
from outbound import OutboundError, checked_host


def address_of(access: Access, port: int) -> str:
    """Where to connect. Raises SourceError."""
    try:
        return checked_host(access.text("host"), access.number("port", port))
    except OutboundError as error:
        raise SourceError(str(error), permanent=error.permanent) from error
