"""Which messages a phone number still has to answer."""

from datetime import timedelta

from django.db.models import QuerySet

from incidents.models import Incident
from incidents.models.status import Status
from lifecycle import clock
from notifications.models import Channel, Delivery, Purpose
from notifications.services.bundling import bundle_of

TEST_LASTS = timedelta(minutes=30)


def messages_to(number: str) -> QuerySet[Delivery]:
    """Everything that went to the number and whose reader still has it, the newest first."""
    messages = Delivery.objects.filter(destination=number, recipient__phone=number)
    return messages.exclude(channel=Channel.EMAIL).select_related("incident", "recipient").order_by("-id")


def pages_meant(number: str, *, reference: str | None, everything: bool) -> list[Delivery]:
    """The pages that a reply speaks of: the one named; all open ones; else the newest open one with what was told in
    the same message; else the newest."""
    pages = messages_to(number).filter(purpose=Purpose.PAGE)
    still_open = pages.filter(incident__status=Status.REPORTED)
    if reference:
        return list(pages.filter(incident=int(reference))[:1])
    if everything:
        newest = still_open.order_by("incident_id", "-id").distinct("incident_id")
        return sorted(newest, key=lambda page: -page.pk)
    if (page := still_open.first()) is not None:
        return [each for each in bundle_of(page) if each.about.status == Status.REPORTED]
    if open_test(number) is not None:
        return []
    return list(pages[:1])


def open_incidents(number: str) -> list[Incident]:
    """Those that the number was paged for and nobody has acknowledged, the newest first."""
    pages = messages_to(number).filter(purpose=Purpose.PAGE, incident__status=Status.REPORTED)
    found = {page.incident_id: page.about for page in pages[:50]}
    return list(found.values())


def open_test(number: str) -> Delivery | None:
    """The newest test page to the number that has not proved anything yet."""
    since = clock.now() - TEST_LASTS
    tests = messages_to(number).filter(purpose=Purpose.TEST, reached_at=None, created_at__gte=since)
    return tests.first()
