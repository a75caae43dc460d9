"""The one hardened HTTP client: every call that leaves the product by HTTP goes through ``request``.

Addresses that people enter are refused by ``check_url`` when they are saved, and again by ``request`` whenever they are
called: names change what they stand for.
"""

from outbound.client import Answer, check_url, request
from outbound.errors import OutboundError
from outbound.hosts import checked_host

__all__ = ["Answer", "OutboundError", "check_url", "checked_host", "request"]
