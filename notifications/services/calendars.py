"""Calendar layers: shifts that a file or an address states, read a year ahead."""

import zoneinfo
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.sealing import SealBroken, seal, unseal
from incidents.services.claiming import act_on_each, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock, record_event
from notifications.calendars import CalendarRefused, Stated, Unread, match, read_calendar
from notifications.calendars.reading import LARGEST
from notifications.models import LayerKind, LayerShift, ScheduleLayer
from notifications.services.scheduling import refuse_strangers
from outbound import OutboundError, check_url, request

AHEAD = timedelta(days=366)
BEHIND = timedelta(days=1)
REFETCH_EVERY = timedelta(hours=1)
MOST_UNREAD = 50


@transaction.atomic
def import_calendar(layer: ScheduleLayer, *, actor: Person | None, content: bytes, via: str = Via.WEB) -> ScheduleLayer:
    """State a calendar layer's shifts by an uploaded file. Raises InputRefused."""
    refuse_strangers(actor, "import_calendar")
    _lock_calendar(layer)
    try:
        _store(layer, content)
    except CalendarRefused as refused:
        raise InputRefused(file=str(refused)) from refused
    layer.sealed_url, layer.fetch_due_at, layer.fetch_error = "", None, ""
    layer.save(update_fields=["sealed_url", "fetch_due_at", "fetch_error"])
    data = {"layer": layer.pk, "before": {}, "after": {"shifts": layer.shifts.count(), "unread": len(layer.unread)}}
    record_event(layer.schedule, "import_calendar", actor=actor, via=via, data=data)
    return layer


@transaction.atomic
def follow_calendar(layer: ScheduleLayer, *, actor: Person | None, url: str, via: str = Via.WEB) -> ScheduleLayer:
    """Read a calendar layer's shifts from an address, at once and every hour. The address is kept sealed."""
    refuse_strangers(actor, "follow_calendar")
    url = "https://" + url.strip().removeprefix("webcal://").removeprefix("https://")
    try:
        check_url(url)
    except OutboundError as error:
        raise InputRefused(url=str(error)) from error
    _lock_calendar(layer)
    layer.sealed_url, layer.fetch_due_at, layer.fetch_error = seal(url), clock.now(), ""
    layer.save(update_fields=["sealed_url", "fetch_due_at", "fetch_error"])
    data = {"layer": layer.pk, "before": {}, "after": {"follows": True}}
    record_event(layer.schedule, "follow_calendar", actor=actor, via=via, data=data)
    return layer


def fetch_due_calendars(*, limit: int = 20) -> int:
    """Read again every calendar whose hour has come. A call may take its ten seconds, so this is no step of the cycle:
    a task of its own does it. Returns how many were read."""
    due = ScheduleLayer.objects.filter(fetch_due_at__lte=clock.now()).order_by("fetch_due_at")
    done, failures = act_on_each(fetch_calendar, list(due.values_list("pk")[:limit]))
    complain(failures)
    return sum(done)


def fetch_calendar(pk: int) -> int:
    """Claim by moving the moment on, call outside any transaction, then store. What was read before stays where it
    fails, with the reason."""
    layer = _claim(pk)
    if layer is None:
        return 0
    try:
        content = _call(layer)
        with transaction.atomic():
            _store(layer, content)
        error = ""
    except (OutboundError, CalendarRefused, SealBroken) as failure:
        error = str(failure)[:300]
    ScheduleLayer.objects.filter(pk=pk).update(fetch_error=error)
    return int(not error)


@transaction.atomic
def _claim(pk: int) -> ScheduleLayer | None:
    rows = ScheduleLayer.objects.select_for_update(skip_locked=True, of=("self",)).select_related("schedule")
    layer = rows.filter(pk=pk, fetch_due_at__lte=clock.now()).first()
    if layer is not None:
        layer.fetch_due_at = clock.now() + REFETCH_EVERY
        layer.save(update_fields=["fetch_due_at"])
    return layer


def _call(layer: ScheduleLayer) -> bytes:
    answer = request("GET", unseal(layer.sealed_url), headers={"Accept": "text/calendar"}, limit=LARGEST)
    if not answer.is_success:
        raise CalendarRefused(_("The server answered %(status)d.") % {"status": answer.status})
    return answer.body


def _lock_calendar(layer: ScheduleLayer) -> None:
    lock(layer.schedule)
    if layer.kind != LayerKind.CALENDAR:
        raise InputRefused(layer=_("This layer is a rotation."))


def _store(layer: ScheduleLayer, content: bytes) -> None:
    """Put what the calendar states from now on in place of what it stated before; the past stays. Raises
    CalendarRefused."""
    start = clock.now() - BEHIND
    zone = zoneinfo.ZoneInfo(layer.schedule.time_zone)
    read = read_calendar(content, zone=zone, start=start, end=start + AHEAD)
    people = list(Person.objects.filter(is_active=True))
    shifts, unread = _matched(layer, read.stated, [person for person in people if person.is_colleague])
    layer.shifts.filter(ends_at__gt=start).delete()
    LayerShift.objects.bulk_create(shifts, batch_size=500)
    layer.unread = [_row(missed) for missed in (*read.unread, *unread)][:MOST_UNREAD]
    layer.fetched_at = clock.now()
    layer.save(update_fields=["unread", "fetched_at"])


def _matched(layer: ScheduleLayer, stated: list[Stated], people: list[Person]) -> tuple[list[LayerShift], list[Unread]]:
    shifts, unread = [], []
    for event in stated:
        found = match(event, people)
        if not found:
            unread.append(Unread(event.summary, _text(event.starts_at), _("It names nobody who is known here.")))
        for person in found:
            shifts.append(LayerShift(layer=layer, person=person, starts_at=event.starts_at, ends_at=event.ends_at))
    return shifts, unread


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _row(missed: Unread) -> dict[str, str]:
    return {"summary": missed.summary, "starts": missed.starts, "why": missed.why}
