"""What people write into the phases. A refusal renders everything they typed again; nothing is lost."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incidents.commands import label_of
from incidents.views.asking import reader_of
from incidents.views.commanding import command_named, run_posted
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from postmortems import services
from postmortems.commands import POSTMORTEM_COMMANDS
from postmortems.forms import ActionForm, ContentForm, DeclineForm, DropForm, EntryForm, GapForm, IssueForm, PlainForm
from postmortems.models import Postmortem
from postmortems.services import StaleEdit, wordings
from postmortems.views.workspace import Content, render_workspace, whole_postmortem

Verb = tuple[type[ContentForm], Callable[..., Any]]
ADDING: dict[str, Verb] = {
    "add_entry": (EntryForm, services.add_entry),
    "answer_gap": (GapForm, services.answer_gap),
    "add_issue": (IssueForm, services.add_issue),
    "add_action": (ActionForm, services.add_action),
}
# Verb -> the rows it is about, its form, its service.
CHANGING: dict[str, tuple[str, type[ContentForm], Callable[..., Any]]] = {
    "edit_entry": ("entries", EntryForm, services.edit_entry),
    "remove_entry": ("entries", PlainForm, services.remove_entry),
    "edit_issue": ("issues", IssueForm, services.edit_issue),
    "remove_issue": ("issues", PlainForm, services.remove_issue),
    "decline_action": ("issues", DeclineForm, services.decline_action),
    "drop_parked": ("parked", DropForm, services.drop_parked),
}
UNASKED = {"edit_issue": {"parked"}, "drop_parked": {"expected_version"}}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST moves the postmortem or adds content; GET shows the page, with the verb's form open."""
    postmortem = whole_postmortem(request, pk)
    if verb in ADDING:
        return _add(request, postmortem, verb) if request.method == "POST" else redirect(postmortem)
    if verb not in POSTMORTEM_COMMANDS:
        raise Http404
    if request.method != "POST":
        return render_workspace(request, postmortem, open_verb=verb)
    refusal = run_posted(request, postmortem, command_named(postmortem, verb))
    if refusal is not None:
        return render_workspace(request, whole_postmortem(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Postmortem, verb)})
    return redirect(postmortem)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def row_command(request: HttpRequest, pk: int, verb: str, row: int) -> HttpResponse:
    """POST changes one row; GET opens its form."""
    postmortem = whole_postmortem(request, pk)
    if verb not in CHANGING:
        raise Http404
    rows, make, service = CHANGING[verb]
    record = get_object_or_404(getattr(postmortem, rows), pk=row)
    address = reverse("postmortems:row", args=[pk, verb, row])
    if request.method != "POST":
        form = make(postmortem, initial=_as_typed(record), auto_id=f"{verb}-%s")
        about = None if verb.startswith("edit") else record
        return render_workspace(request, postmortem, content=Content(verb, row, form, address, about=about))
    form = make(postmortem, request.POST, auto_id=f"{verb}-%s")

    def change(version: int | None, **values: Any) -> None:
        values["expected_version"] = version
        for name in UNASKED.get(verb, ()):
            values.pop(name, None)
        service(record, actor=reader_of(request), via=Via.WEB, **values)

    return _run(request, postmortem, verb, row, form, address, change)


def _add(request: HttpRequest, postmortem: Postmortem, verb: str) -> HttpResponse:
    make, service = ADDING[verb]
    form = make(postmortem, request.POST, auto_id=f"{verb}-%s")

    def add(version: int | None, **values: Any) -> None:
        service(postmortem, actor=reader_of(request), via=Via.WEB, **values)

    address = reverse("postmortems:command", args=[postmortem.pk, verb])
    return _run(request, postmortem, verb, None, form, address, add)


def _run(
    request: HttpRequest,
    postmortem: Postmortem,
    verb: str,
    row: int | None,
    form: ContentForm,
    address: str,
    act: Callable[..., None],
) -> HttpResponse:
    """Act with what was typed; a refusal shows the page with the form as it was filled."""

    def refuse(status: int, reason: str, current: Any = None) -> HttpResponse:
        fresh = whole_postmortem(request, postmortem.pk)
        content = Content(verb, row, form, address, reason=reason, current=current, status=status)
        return render_workspace(request, fresh, content=content)

    if not form.is_valid():
        return refuse(400, _("Something is missing or not right yet: see below."))
    try:
        act(**form.cleaned_data)
        for hint in _hints(form, verb):
            messages.warning(request, hint)
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return refuse(400, _("Something is missing or not right yet: see below."))
    except StaleEdit as stale:
        # What was typed stays; sent again, it goes on top of what the other person wrote and this one has now seen.
        typed: Any = request.POST.copy()
        typed["version"] = stale.current.version
        form.data = typed
        return refuse(409, stale.reason, stale.current)
    except TransitionRefused as refusal:
        return refuse(409, refusal.reason)
    except NotPermitted:
        return refuse(403, _("Your role does not allow this."))
    return redirect(f"{postmortem.get_absolute_url()}#{verb.split('_')[1]}")


def _hints(form: ContentForm, verb: str) -> list[str]:
    plans = wordings.plan_hints(str(form.cleaned_data["text"])) if verb in ("add_issue", "edit_issue") else []
    return [*wordings.blame_hints(_written(form)), *plans]


def _written(form: ContentForm) -> str:
    """What somebody just wrote, for the hints."""
    return "\n".join(str(form.cleaned_data.get(name) or "") for name in ("what", "text", "reason"))


def _as_typed(record: Any) -> dict[str, Any]:
    """The row as its form's initial values."""
    names = ("happened_at", "what", "role", "source", "milestone", "text", "kind", "version")
    values = {name: getattr(record, name) for name in names if hasattr(record, name)}
    values["is_override"] = getattr(record, "is_overridden", False)
    values["from_entry"] = getattr(record, "from_entry_id", None)
    values["reason"] = getattr(record, "no_action_reason", "")
    return values
