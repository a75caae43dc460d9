"""A test page to oneself, through the same outbox as every page: only a key, a reply or a link proves that it came."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock
from notifications.models import Channel, Delivery, Purpose
from notifications.models.delivery import new_token
from notifications.services.plain import promise_plain
from notifications.ways import PERSONAL
from notifications.wording import words_of_test

AN_HOUR = 6
"""Test pages of one person: enough to find out what is wrong, too few to run up a bill."""
HOUR = timedelta(hours=1)


@transaction.atomic
def send_test_page(person: Person, *, actor: Person, channel: str) -> Delivery:
    """Promise it. Where the channel cannot reach the person, the delivery says why."""
    if actor.pk != person.pk or not person.is_colleague:
        raise NotPermitted("send_test_page")
    if channel not in PERSONAL:
        raise InputRefused(channel=_("Choose a call, a text or an e-mail."))
    lock(person)
    if tests_of(person).filter(created_at__gt=clock.now() - HOUR).count() >= AN_HOUR:
        raise InputRefused(channel=_("That was the last test page of this hour. Try again later."))
    with translation.override(person.language):
        subject, body = words_of_test(channel)
    (delivery,) = promise_plain(
        recipient=person, channel=channel, purpose=Purpose.TEST, subject=subject, body=body, key=f"test:{new_token()}"
    )
    return delivery


def tests_of(person: Person) -> QuerySet[Delivery]:
    return Delivery.objects.filter(recipient=person, purpose=Purpose.TEST)


def last_tests(person: Person) -> list[Delivery]:
    """The newest test page by each channel, in the order of the channels."""
    newest = tests_of(person).order_by("channel", "-id").distinct("channel")
    return sorted(newest, key=lambda delivery: PERSONAL.index(Channel(delivery.channel)))


def last_proof(person: Person) -> datetime | None:
    """When a test page last proved that it reached the person."""
    proved = tests_of(person).filter(reached_at__isnull=False).order_by("-reached_at")
    return proved.values_list("reached_at", flat=True).first()
