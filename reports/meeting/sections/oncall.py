"""On-call: the hand-over notes since the last meeting, who is on call tonight, and where nobody will be."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.duty import coverage_of, duty_at, instant
from notifications.models import Schedule
from notifications.rosters import Rota, read_rotas
from notifications.rota_view import fill_url
from reports.meeting.entries import MOST, Entry, Window, iso, section
from reports.meeting.states import hand_over_state
from reports.models import HandOver

AHEAD = timedelta(days=7)
NIGHT = time(22)
"""When "tonight" is, by the clock of the schedule's zone."""


@section("oncall", _("On-call: hand-over, tonight, gaps"), rank=60, minutes=3)
def oncall(window: Window) -> list[Entry]:
    rotas = read_rotas(Schedule.objects.select_related("team"), window.now, window.now + AHEAD)
    notes = [_note(note, window) for note in _notes(window)]
    return notes + [_tonight(rota, window) for rota in rotas] + [gap for rota in rotas for gap in _gaps(rota, window)]


def _notes(window: Window) -> list[HandOver]:
    of_now = Q(changes_at__gt=window.since, changes_at__lte=window.now) | Q(status="handed_over")
    found = HandOver.objects.filter(of_now).select_related("schedule__team", "leaving", "arriving")
    return list(found.order_by("changes_at", "pk")[:MOST])


def _note(note: HandOver, window: Window) -> Entry:
    return Entry(
        subject=f"handover:{note.pk}",
        title=str(note.schedule),
        reference=note.reference,
        url=note.get_absolute_url(),
        state=hand_over_state(note),
        facts={
            "leaving": note.leaving.name,
            "arriving": note.arriving.name if note.arriving else None,
            "changes_at": iso(note.changes_at),
        },
        times=window.times.get(f"handover:{note.pk}", 0),
    )


def _tonight(rota: Rota, window: Window) -> Entry:
    night = max(instant(datetime.combine(window.now.astimezone(rota.zone).date(), NIGHT), rota.zone), window.now)
    duty = duty_at(rota.roster, night)
    names = {role: [each.name for each in rota.who(getattr(duty, role))] for role in ("primary", "secondary")}
    return Entry(
        subject=f"duty:{rota.schedule.pk}",
        title=str(rota.schedule.team),
        url=f"/oncall/?team={rota.schedule.team.slug}",
        facts={"tonight": iso(night), **names},
    )


def _gaps(rota: Rota, window: Window) -> Iterator[Entry]:
    duties = rota.duties_between(window.now, window.now + AHEAD)
    for gap in coverage_of(duties, rota.zone).gaps[:MOST]:
        subject = f"gap:{rota.schedule.pk}:{gap.start:%Y%m%d%H%M}"
        facts = {"gap_from": iso(gap.start), "gap_to": iso(gap.end)}
        times = window.times.get(subject, 0)
        yield Entry(subject=subject, title=str(rota.schedule.team), url=fill_url(rota, gap), facts=facts, times=times)
