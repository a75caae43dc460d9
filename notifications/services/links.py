"""One-time links in mails: GET shows, POST acts, 30 minutes, one use, kept as a hash; one person, one incident."""

import secrets
from datetime import timedelta

from django.db import transaction

from catalog.services import digest_of
from incidents.services import acknowledge_incident
from lifecycle import clock
from lifecycle.models import Via
from notifications.models import Delivery, OneTimeLink
from notifications.services.locking import lock_message
from notifications.services.reaching import mark_reached
from notifications.services.steering import escalate_now

LIFE = timedelta(minutes=30)


def make_link(delivery: Delivery) -> str:
    """A fresh secret for the delivery's incident and recipient."""
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(delivery=delivery, digest=digest_of(secret), expires_at=clock.now() + LIFE)
    return secret


def find_link(secret: str) -> OneTimeLink | None:
    """The link if it exists, whether or not it can still be used."""
    links = OneTimeLink.objects.select_related(
        "delivery__incident__service", "delivery__incident__level", "delivery__recipient"
    )
    return links.filter(digest=digest_of(secret)).first()


def is_usable(link: OneTimeLink) -> bool:
    """Not used, not expired, and its owner still has an account."""
    return link.used_at is None and link.expires_at > clock.now() and link.delivery.person.is_active


@transaction.atomic
def follow_link(link: OneTimeLink, *, is_escalation: bool = False) -> bool:
    """Acknowledge in the recipient's name, or have the next person paged; of a test page: it has arrived.

    False where there was nobody left to page. Raises TransitionRefused where somebody was faster, and
    OneTimeLink.DoesNotExist where the link was used meanwhile.
    """
    delivery = link.delivery
    lock_message(delivery)
    used = OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now())
    if not used:
        raise OneTimeLink.DoesNotExist
    is_done = True
    if delivery.incident is not None and is_escalation:
        is_done = escalate_now(delivery.incident, actor=delivery.person, via=Via.EMAIL, asked_in=delivery)
    elif delivery.incident is not None:
        acknowledge_incident(delivery.incident, actor=delivery.person, via=Via.EMAIL)
    mark_reached(delivery, by="link")
    return is_done
