"""Messages that speak of no incident, by the same outbox: test pages, verification codes, news about duty, reports."""

from catalog.models import Person
from lifecycle import clock
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.segments import count_segments, one_line
from notifications.services.addressing import address
from notifications.services.promising import FALL_THROUGH


def promise_plain(
    *, recipient: Person, channel: str, purpose: str, subject: str, body: str, key: str, destination: str = ""
) -> list[Delivery]:
    """One message in the recipient's language; a repeat under the same ``key`` finds the first and adds nothing.

    ``subject`` is of use to mails only. ``destination`` is for numbers that are still to be proved: they are no
    address yet. News about duty go on by the next channel where this one cannot reach the person; a test tries one
    channel, and says why it cannot be used. While history is being built nobody is told anything.
    """
    if clock.is_rehearsing():
        return []
    where, why_not = (destination, "") if destination else address(recipient, channel)
    delivery, is_new = Delivery.objects.get_or_create(
        dedup_key=f"{key}:{recipient.pk}:{channel}",
        defaults={
            "recipient": recipient,
            "channel": channel,
            "purpose": purpose,
            "destination": where,
            "subject": one_line(subject)[:400],
            "body": body,
            "segments": count_segments(body) if channel == Channel.SMS else None,
            "status": DeliveryStatus.NOT_SENT if why_not else DeliveryStatus.QUEUED,
            "not_sent_reason": why_not,
            "due_at": clock.now(),
        },
    )
    if not is_new:
        return []
    following = FALL_THROUGH.get(Channel(channel))
    if not why_not or purpose != Purpose.DUTY or following is None:
        return [delivery]
    onward = promise_plain(recipient=recipient, channel=following, purpose=purpose, subject=subject, body=body, key=key)
    return [delivery, *onward]
