"""What proves that a person was reached: a key, a reply, a link, a login. An ended call or a voicemail does not."""

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event
from notifications.models import Delivery, DeliveryStatus, Purpose

VIA = {"key": Via.VOICE, "reply": Via.SMS, "link": Via.EMAIL, "login": Via.WEB}


def mark_reached(delivery: Delivery, *, by: str, key: str = "") -> bool:
    """Note it once, on the delivery and on the timeline; False where it was noted before.

    ``by`` is "key", "reply", "link" or "login".
    """
    proof = f"{by} {key}".strip()
    changed = Delivery.objects.filter(pk=delivery.pk, reached_at=None).update(reached_at=clock.now(), reached_by=proof)
    if changed and delivery.incident is not None:
        data = {"delivery": delivery.pk, "channel": delivery.channel, "person": delivery.person.name, "by": proof}
        record_event(delivery.incident, "reached", actor=delivery.person, via=VIA[by], data=data)
    return bool(changed)


def mark_reached_by_login(incident: Incident, person: Person) -> None:
    """Whoever signed in and acknowledged has had the newest page that went out to them. Call under the incident's
    lock."""
    gone_out = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
    pages = incident.deliveries.filter(recipient=person, purpose=Purpose.PAGE)
    if pages.filter(reached_at__isnull=False).exists():
        return
    newest = pages.filter(status__in=gone_out).select_related("incident", "recipient").order_by("-id").first()
    if newest is not None:
        mark_reached(newest, by="login")
