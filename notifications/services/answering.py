"""What happens when a paged person presses a key or replies. Returns the sentence that they hear or read."""

import re

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import OVER, Status
from incidents.services import acknowledge_incident
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, TransitionRefused
from notifications.models import Channel, Delivery, Purpose
from notifications.services.reaching import mark_reached
from notifications.services.steering import escalate_now
from notifications.wording import ACKNOWLEDGE_KEY, ESCALATE_KEY

# "4", "4 1042", "4#1042", "4 INC-1042"; full-width digits as Chinese keyboards type them.
REPLY = re.compile(r"^\s*([45])(?:[\s#]*(?:INC-)?(\d{1,18}))?\s*[.!。！]?\s*$", re.IGNORECASE)
FULL_WIDTH = str.maketrans("０１２３４５６７８９＃", "0123456789#")


def press_key(delivery: Delivery, *, key: str) -> str:
    """A key in a page's call; an empty sentence means: say the menu again."""
    person = delivery.person
    with translation.override(person.language):
        if key not in (ACKNOWLEDGE_KEY, ESCALATE_KEY):
            return ""
        return _act(delivery.about, person, key=key, via=Via.VOICE, delivery=delivery, by="key")


def reply_sms(*, number: str, text: str) -> str | None:
    """A text message from a phone; None where the number is nobody's that we ever paged."""
    delivery = _paged(number).first()
    if delivery is None:
        return None
    person = delivery.person
    with translation.override(person.language):
        match = REPLY.match(text.translate(FULL_WIDTH))
        if match is None:
            return _("Reply %(ack)s to acknowledge or %(escalate)s for the next person.") % {
                "ack": ACKNOWLEDGE_KEY,
                "escalate": ESCALATE_KEY,
            }
        delivery = _meant(number, match[2])
        if delivery is None:
            return _("You were not paged for INC-%(number)s.") % {"number": match[2]}
        return _act(delivery.about, person, key=match[1], via=Via.SMS, delivery=delivery, by="reply")


def _act(incident: Incident, person: Person, *, key: str, via: str, delivery: Delivery, by: str) -> str:
    mark_reached(delivery, by=by, key=key)
    if key == ESCALATE_KEY:
        is_running = escalate_now(incident, actor=person, via=via, asked_in=delivery)
        return _("The next person is paged now.") if is_running else _already(incident)
    try:
        with transaction.atomic():
            acknowledge_incident(incident, actor=person, via=via)
    except TransitionRefused:
        return _already(incident)
    except NotPermitted:
        return _("You may not acknowledge this incident.")
    return _("%(incident)s is acknowledged. It is yours.") % {"incident": incident.reference}


def _already(incident: Incident) -> str:
    """Who was faster."""
    incident.refresh_from_db()
    values = {"incident": incident.reference, "person": incident.handler}
    if incident.handler is not None and incident.status not in OVER:
        return _("%(incident)s was already acknowledged by %(person)s.") % values
    values["status"] = incident.get_status_display()
    return _("%(incident)s needs no page any more: %(status)s.") % values


def _paged(number: str) -> "models.QuerySet[Delivery]":
    pages = Delivery.objects.filter(destination=number, purpose=Purpose.PAGE, recipient__phone=number)
    return pages.exclude(channel=Channel.EMAIL).select_related("incident", "recipient").order_by("-id")


def _meant(number: str, reference: str | None) -> Delivery | None:
    """The page that a reply speaks of: the one named, else the newest still open, else the newest."""
    pages = _paged(number)
    if reference:
        return pages.filter(incident=int(reference)).first()
    return pages.filter(incident__status=Status.REPORTED).first() or pages.first()
