"""Tells people what became of their duty: by mail, and by text as well where it begins soon."""

import zoneinfo
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Person
from lifecycle import clock
from notifications.models import Channel, DutyRole, Purpose, Schedule
from notifications.services.plain import promise_plain

SOON = timedelta(hours=12)
Sentence = Callable[[], str]


class Stretch(Protocol):
    """An override or a swap: whose duty, as what, and when."""

    schedule: Schedule
    role: str
    starts_at: datetime
    ends_at: datetime


def tell(people: Iterable[Person | None], stretch: Stretch, sentence: Sentence, *, key: str) -> None:
    """``sentence`` is made in each reader's language. Whoever is None or inactive is passed over."""
    channels = [Channel.EMAIL]
    if stretch.starts_at - clock.now() <= SOON:
        channels.append(Channel.SMS)
    for person in {person.pk: person for person in people if person is not None and person.is_active}.values():
        with override(person.language):
            subject = _("On-call duty of %(team)s") % {"team": stretch.schedule}
            body = sentence()
        for channel in channels:
            promise_plain(recipient=person, channel=channel, purpose=Purpose.DUTY, subject=subject, body=body, key=key)


def words_of(stretch: Stretch) -> dict[str, str]:
    """What sentences about a stretch are made of, in the language of the moment and the schedule's zone."""
    zone = zoneinfo.ZoneInfo(stretch.schedule.time_zone)
    return {
        "team": str(stretch.schedule),
        "role": str(DutyRole(stretch.role).label),
        "start": date_format(stretch.starts_at.astimezone(zone), "Y-m-d H:i"),
        "end": date_format(stretch.ends_at.astimezone(zone), "Y-m-d H:i"),
        "zone": stretch.schedule.time_zone,
        "link": f"{settings.PUBLIC_URL}/oncall/swaps/",
    }
