"""One item of a running meeting: its verbs, and its note, which is saved while it is typed."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents import permissions
from incidents.commands import label_of
from incidents.presentation import actions_of, entries_of
from incidents.presentation.actions import form_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle.models import Event, Via
from lifecycle.transitions import NotPermitted, TransitionRefused
from reports.meeting import services
from reports.meeting.commands import ITEM_COMMANDS
from reports.meeting.forms import NoteForm
from reports.meeting.words import moment
from reports.models import AgendaItem

AUTOSAVE = "autosave"
TOLD = ("replace_note", "keep_note", "decide")


@require_safe
@for_colleagues
def show_item(request: PersonRequest, day: date, pk: int) -> HttpResponse:
    return _render(request, item_of(request, day, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def run_verb(request: PersonRequest, day: date, pk: int, verb: str) -> HttpResponseBase:
    """POST runs a verb of the item; GET shows the item with the verb's form open."""
    item = item_of(request, day, pk)
    if verb not in ITEM_COMMANDS:
        raise Http404
    if request.method != "POST":
        return _render(request, item, open_verb=verb)
    if verb == "note":
        return _save_note(request, item)
    refusal = run_posted(request, item, command_named(item, verb))
    if refusal is not None:
        return _render(request, item, refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(AgendaItem, verb)})
    return redirect(place_of(item))


def item_of(request: PersonRequest, day: date, pk: int) -> AgendaItem:
    """The item, for whoever may see what it is about."""
    rows = AgendaItem.objects.select_related("meeting", "incident__service", "noted_by")
    item = get_object_or_404(rows, pk=pk, meeting__day=day)
    if not permissions.sees(item, request.user):
        raise Http404
    return item


def place_of(item: AgendaItem) -> str:
    return f"{item.meeting.get_absolute_url()}#item-{item.pk}"


def _save_note(request: PersonRequest, item: AgendaItem) -> HttpResponseBase:
    """A page's script asks by a header and is answered in JSON; a form without a script gets pages."""
    form = NoteForm(request.POST, auto_id="refused-note-%s")
    is_script = request.headers.get("X-Requested-With") == AUTOSAVE
    if not form.is_valid():
        if is_script:
            sentences = [str(each) for each in form.errors.get("text", [])] or [_("That cannot be saved.")]
            return JsonResponse({"detail": " ".join(sentences)}, status=400)
        return _render(request, item, form=form, status=400)
    try:
        services.write_note(item, actor=request.user, via=Via.WEB, **form.cleaned_data)
    except services.NoteConflict as conflict:
        return _show_conflict(request, conflict, form.cleaned_data["text"], is_script=is_script)
    except NotPermitted:
        raise Http404 from None
    except TransitionRefused as refused:
        if is_script:
            return JsonResponse({"detail": refused.reason}, status=409)
        return _render(request, item, form=form, reason=refused.reason, status=409)
    if is_script:
        return JsonResponse(_saved(item))
    messages.success(request, _("The note is saved."))
    return redirect(place_of(item))


def _saved(item: AgendaItem) -> dict[str, Any]:
    return {"version": item.note_version, "saved": _wall_time(item)}


def _wall_time(item: AgendaItem) -> str:
    """When it was saved, by the meeting's clock."""
    zone = ZoneInfo(item.meeting.time_zone)
    return item.noted_at.astimezone(zone).strftime("%H:%M:%S") if item.noted_at else ""


def _show_conflict(
    request: PersonRequest, conflict: services.NoteConflict, typed: str, *, is_script: bool
) -> HttpResponseBase:
    """Both texts: theirs, and what was typed, which may now be saved on top of theirs."""
    item = conflict.item
    if is_script:
        by = item.noted_by.name if item.noted_by else ""
        body = {"detail": conflict.reason, "text": item.note, "version": item.note_version, "by": by}
        return JsonResponse(body, status=409)
    form = NoteForm(initial={"text": typed, "note_version": item.note_version}, auto_id="refused-note-%s")
    return _render(request, item, form=form, reason=conflict.reason, theirs=item.note, status=409)


def _render(
    request: PersonRequest,
    item: AgendaItem,
    *,
    form: NoteForm | None = None,
    refusal: Refusal | None = None,
    open_verb: str = "",
    reason: str = "",
    theirs: str = "",
    status: int = 200,
) -> HttpResponse:
    actions = [action for action in actions_of(item, request.user) if action.verb != "note"]
    opened = next((action for action in actions if action.verb == open_verb and action.is_allowed), None)
    kept = Event.objects.about(item).filter(verb__in=TOLD).select_related("actor")
    now_said = {"text": item.note, "note_version": item.note_version}
    context = {
        "meeting": item.meeting,
        "item": item,
        "place": place_of(item),
        "actions": actions,
        "opened": opened,
        "opened_form": form_of(item, ITEM_COMMANDS[open_verb], place="opened-") if opened else None,
        "refusal": refusal,
        "form": form or NoteForm(initial=now_said, auto_id="note-%s"),
        "reason": reason,
        "theirs": theirs,
        "noted": moment(item.noted_at, ZoneInfo(item.meeting.time_zone)) if item.noted_at else "",
        "decisions": item.decisions.select_related("action__owner"),
        "history": entries_of(list(kept.order_by("-pk")), request.user),
    }
    return render(request, "reports/meeting/item.html", context, status=refusal.status if refusal else status)
