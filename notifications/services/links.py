"""One-time acknowledge links in mails: GET shows, POST acts, 30 minutes, one use, kept as a hash."""

import secrets
from datetime import timedelta

from django.db import transaction

from catalog.services import digest_of
from incidents.models import Incident
from incidents.services import acknowledge_incident
from lifecycle import clock
from lifecycle.models import Via
from notifications.models import Delivery, OneTimeLink
from notifications.services.reaching import mark_reached

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
def follow_link(link: OneTimeLink) -> Incident:
    """Acknowledge in the recipient's name. Raises TransitionRefused where somebody was faster, and
    OneTimeLink.DoesNotExist where the link was used meanwhile."""
    used = OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now())
    if not used:
        raise OneTimeLink.DoesNotExist
    incident = link.delivery.about
    acknowledge_incident(incident, actor=link.delivery.person, via=Via.EMAIL)
    mark_reached(link.delivery, by="link")
    return incident
