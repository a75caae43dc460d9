"""What a sender holds while it talks to a carrier, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from notifications.channels import ChannelError, Message

LEASE = timedelta(seconds=settings.PAGING_LEASE)
RETRY_AFTER = timedelta(seconds=settings.PAGING_RETRY)

Lane = tuple[str, str]
"""(provider, channel): what hangs there keeps nothing else waiting."""


@dataclass(frozen=True)
class Claim:
    """A delivery that is ours until the lease ends, to be handed to ``provider``.

    ``asked``: the provider that may have it from an earlier attempt, since ``unsure_since``. ``is_pointless``: nobody
    needs the message any more, so it is only found out whether it went out. ``flaw``: why it cannot be handed over.
    """

    delivery_id: int
    attempt: int
    channel: str
    provider: str
    message: Message | None
    asked: str = ""
    unsure_since: datetime | None = None
    known: frozenset[str] = frozenset()
    is_pointless: bool = False
    is_last: bool = False
    flaw: ChannelError | None = None

    @property
    def lane(self) -> Lane:
        return self.asked or self.provider, self.channel


@dataclass(frozen=True)
class Outcome:
    provider_id: str = ""
    provider: str = ""
    was_adopted: bool = False
    is_withdrawn: bool = False
    error: ChannelError | None = None
