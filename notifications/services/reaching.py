"""What proves that a person was reached: a key, a reply, a link. An ended call or a voicemail does not."""

from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event
from notifications.models import Delivery

VIA = {"key": Via.VOICE, "reply": Via.SMS, "link": Via.EMAIL}


def mark_reached(delivery: Delivery, *, by: str, key: str = "") -> None:
    """Note it once, on the delivery and on the timeline. ``by`` is "key", "reply" or "link"."""
    proof = f"{by} {key}".strip()
    changed = Delivery.objects.filter(pk=delivery.pk, reached_at=None).update(reached_at=clock.now(), reached_by=proof)
    if changed and delivery.incident is not None:
        data = {"delivery": delivery.pk, "channel": delivery.channel, "person": delivery.person.name, "by": proof}
        record_event(delivery.incident, "reached", actor=delivery.person, via=VIA[by], data=data)
