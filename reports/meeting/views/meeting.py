"""The meeting's page: the agenda before it starts, the presenter's page while it runs, the minutes afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.commands import label_of, offered
from incidents.presentation import actions_of
from incidents.presentation.actions import form_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle.transitions import Offer
from reports.meeting.commands import MEETING_COMMANDS
from reports.meeting.reading import Reading, ShownSection, read_meeting
from reports.models import Meeting, MeetingStatus

TEMPLATES = {
    MeetingStatus.PLANNED: "reports/meeting/planned.html",
    MeetingStatus.RUNNING: "reports/meeting/running.html",
    MeetingStatus.ENDED: "reports/meeting/minutes.html",
    MeetingStatus.SKIPPED: "reports/meeting/planned.html",
}


@dataclass
class Box:
    """A section with its time box: from when to when by plan, and how many minutes it really took."""

    section: ShownSection
    starts_at: datetime
    ends_at: datetime
    spent_minutes: int | None


@require_safe
@for_colleagues
def show_meeting(request: PersonRequest, day: date) -> HttpResponse:
    return render_meeting(request, meeting_of(day))


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def run_verb(request: PersonRequest, day: date, verb: str) -> HttpResponse:
    """POST runs a verb of the meeting; GET shows the page with the verb's form open."""
    meeting = meeting_of(day)
    if verb not in MEETING_COMMANDS:
        raise Http404
    if request.method != "POST":
        return render_meeting(request, meeting, open_verb=verb)
    refusal = run_posted(request, meeting, command_named(meeting, verb))
    if refusal is not None:
        return render_meeting(request, meeting_of(day), refusal=refusal)
    if verb == "turn_to":
        return redirect(f"{meeting.get_absolute_url()}#section-{meeting.section}")
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Meeting, verb)})
    return redirect(meeting)


def meeting_of(day: date) -> Meeting:
    return get_object_or_404(Meeting.objects.select_related("chair").prefetch_related("attendees"), day=day)


def render_meeting(
    request: PersonRequest, meeting: Meeting, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    reading = read_meeting(meeting, request.user)
    actions = actions_of(meeting, request.user)
    opened = next((action for action in actions if action.verb == open_verb and action.is_allowed), None)
    others = Meeting.objects.exclude(pk=meeting.pk).defer("agenda")
    context = {
        "meeting": meeting,
        "reading": reading,
        "boxes": boxes_of(reading),
        "actions": [action for action in actions if action.verb != "turn_to"],
        "opened": opened,
        "opened_form": form_of(meeting, MEETING_COMMANDS[open_verb], place="opened-") if opened else None,
        "may_turn": any(action.verb == "turn_to" for action in actions),
        "offers": offers_of(reading, request) if meeting.is_running else {},
        "refusal": refusal,
        "before": others.filter(day__lt=meeting.day, status="ended").order_by("-day").first(),
        "after": others.filter(day__gt=meeting.day).order_by("day").first(),
        "minutes_in_all": sum(section.minutes for section in reading.sections),
    }
    template = TEMPLATES[MeetingStatus(meeting.status)]
    return render(request, template, context, status=refusal.status if refusal else 200)


def offers_of(reading: Reading, request: PersonRequest) -> dict[int, list[Offer]]:
    """Item -> its verbs; its note has a box of its own."""
    return {
        item.pk: [offer for offer in offered(item, request.user) if offer.verb != "note"] for item in reading.items()
    }


def boxes_of(reading: Reading) -> list[Box]:
    """The plan counts from the start of the meeting; the section that is talked about has its own clock."""
    meeting, boxes = reading.meeting, []
    at = meeting.started_at or meeting.starts_at
    for section in reading.sections:
        if section.is_current and meeting.section_since:
            at = meeting.section_since
        end = at + timedelta(minutes=section.minutes)
        spent = None if section.spent is None else round(section.spent / 60)
        boxes.append(Box(section, at, end, spent))
        at = end
    return boxes
