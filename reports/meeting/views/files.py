"""The minutes as a file, and what two days' agendas differ in."""

from datetime import date
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from reports.meeting import words
from reports.meeting.diff import Still, diff_agendas
from reports.meeting.entries import Entry
from reports.meeting.minutes import write_minutes
from reports.meeting.reading import read_meeting
from reports.meeting.views.meeting import meeting_of
from reports.models import MeetingStatus

TYPES = {"md": "text/markdown", "txt": "text/plain"}


@require_safe
@for_colleagues
def download(request: PersonRequest, day: date, kind: str) -> HttpResponse:
    """minutes.md or minutes.txt, of a meeting that has ended."""
    meeting = meeting_of(day)
    if kind not in TYPES or meeting.status != MeetingStatus.ENDED:
        raise Http404
    text = write_minutes(read_meeting(meeting, request.user), markdown=kind == "md")
    headers = {"Content-Disposition": f'attachment; filename="minutes-{day}.{kind}"'}
    return HttpResponse(text.encode(), content_type=f"{TYPES[kind]}; charset=utf-8", headers=headers)


@require_safe
@for_colleagues
def compare(request: PersonRequest, day: date, other: date) -> HttpResponse:
    """What is new on the day's agenda, gone since the other's, and still there."""
    meeting, before = meeting_of(day), meeting_of(other)
    zone = ZoneInfo(meeting.time_zone)
    now, then = read_meeting(meeting, request.user), read_meeting(before, request.user)
    diff = diff_agendas(then.entries(), now.entries())
    context = {
        "meeting": meeting,
        "before": before,
        "new": [_line(entry, zone) for entry in diff.new],
        "gone": [_line(entry, zone) for entry in diff.gone],
        "still": [_still(each, zone) for each in diff.still],
    }
    return render(request, "reports/meeting/diff.html", context)


def _line(entry: Entry, zone: ZoneInfo) -> dict[str, object]:
    return {"entry": entry, "phrases": words.phrases(entry, zone)}


def _still(each: Still, zone: ZoneInfo) -> dict[str, object]:
    return {**_line(each.entry, zone), "changes": words.change_words(each.entry.kind, each.changes, zone)}
