"""Hands the messages about an incident over to the timeline of its postmortem: when which notice went out, by which
way, to how many. Names stay out: a timeline is told by role."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.db.models.functions import TruncMinute
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import Incident
from notifications.models import Channel, Purpose
from postmortems.facts import Fact, register

TOLD = (Purpose.PAGE, Purpose.INITIAL, Purpose.PROGRESS, Purpose.RECTIFIED, Purpose.OVERDUE)
MOST = 300
"""Groups of messages; of more than that, a timeline is told by the first."""


@register
def messages_about(incident: Incident) -> Iterator[Fact]:
    """One fact for what went out together: the same notice, the same way, the same minute."""
    sent = incident.deliveries.filter(purpose__in=TOLD, sent_at__isnull=False, is_drill=False)
    groups = (
        sent.order_by()
        .annotate(minute=TruncMinute("sent_at"))
        .values("purpose", "channel", "minute")
        .annotate(first=Min("pk"), at=Min("sent_at"), people=Count("recipient", distinct=True))
        .order_by("first")[:MOST]
    )
    for group in groups:
        words = {
            "notice": Purpose(group["purpose"]).label,
            "channel": Channel(group["channel"]).label,
            "people": group["people"],
        }
        what = ngettext(
            "Sent by %(channel)s to %(people)s person: %(notice)s",
            "Sent by %(channel)s to %(people)s people: %(notice)s",
            group["people"],
        )
        yield Fact(
            citation=f"delivery:{group['first']}",
            happened_at=group["at"],
            what=what % words,
            source=_("%(incident)s, message %(number)s") % {"incident": incident.reference, "number": group["first"]},
            milestone="notified",
        )
