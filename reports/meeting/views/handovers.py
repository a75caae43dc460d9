"""Pages of hand-over notes."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.commands import label_of
from incidents.presentation import actions_of
from incidents.presentation.actions import form_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import Schedule
from reports.meeting import permissions, services
from reports.meeting.commands import HAND_OVER_COMMANDS
from reports.meeting.handover_content import content_for
from reports.meeting.handover_text import line_words
from reports.meeting.words import moment, status_word
from reports.models import HandOver

ROWS_A_PAGE = 30


@require_safe
@for_colleagues
def list_notes(request: PersonRequest) -> HttpResponse:
    rows = HandOver.objects.select_related("schedule__team", "leaving", "arriving").defer("content")
    context = {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "schedules": Schedule.objects.select_related("team"),
        "may_draft": permissions.drafts(request.user),
    }
    return render(request, "reports/meeting/handovers.html", context)


@require_POST
@for_colleagues
def draft(request: PersonRequest) -> HttpResponse:
    """Draft the note of a schedule's next shift change now."""
    number = request.POST.get("schedule", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    schedule = get_object_or_404(Schedule, pk=int(number) if is_number else 0)
    try:
        note = services.draft_hand_over(schedule, actor=request.user, via=Via.WEB)
    except NotPermitted:
        raise Http404 from None
    except InputRefused as refused:
        messages.error(request, refused.errors["schedule"])
        return redirect("meetings:hand-overs")
    return redirect(note)


@require_safe
@for_colleagues
def show_note(request: PersonRequest, pk: int) -> HttpResponse:
    return _render(request, _note(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def run_verb(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    note = _note(pk)
    if verb not in HAND_OVER_COMMANDS:
        raise Http404
    if request.method != "POST":
        return _render(request, note, open_verb=verb)
    refusal = run_posted(request, note, command_named(note, verb))
    if refusal is not None:
        return _render(request, _note(pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(HandOver, verb)})
    return redirect(note)


def _note(pk: int) -> HandOver:
    return get_object_or_404(HandOver.objects.select_related("schedule__team", "leaving", "arriving"), pk=pk)


def _render(
    request: PersonRequest, note: HandOver, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    zone = ZoneInfo(note.schedule.time_zone)
    lines, unseen = content_for(note, request.user)
    actions = actions_of(note, request.user)
    opened = next((action for action in actions if action.verb == open_verb and action.is_allowed), None)
    may_write = any(action.verb == "write" and action.is_allowed for action in actions)
    context: dict[str, Any] = {
        "note": note,
        "lines": [_line(line, zone) for line in lines],
        "unseen": unseen,
        "actions": [action for action in actions if action.verb not in ("write", "hand_over")],
        "gives": next((action for action in actions if action.verb == "hand_over"), None),
        "opened": opened if opened and opened.verb == "send_back" else None,
        "opened_form": form_of(note, HAND_OVER_COMMANDS["send_back"], place="opened-"),
        "write_form": form_of(note, HAND_OVER_COMMANDS["write"]) if may_write else None,
        "refusal": refusal,
        "changes_at": moment(note.changes_at, zone),
        "handed_over_at": moment(note.handed_over_at, zone),
        "accepted_at": moment(note.accepted_at, zone),
        "sent_back": Event.objects.about(note).filter(verb="send_back").select_related("actor").last(),
    }
    return render(request, "reports/meeting/handover.html", context, status=refusal.status if refusal else 200)


def _line(line: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    words = line_words(line, zone)
    return {**line, "status_word": status_word("incident", line["status"]), "words": words}
