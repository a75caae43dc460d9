"""The list of postmortems, and the form that starts one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents.models import Incident
from incidents.permissions import is_confidential
from incidents.views.asking import colleague_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from postmortems import permissions
from postmortems.effects import effects_of
from postmortems.forms import StartForm
from postmortems.models import Postmortem, Status
from postmortems.services import start_postmortem
from problems.views.raising import add_errors

PAGE_SIZE = 50


@login_required
@require_safe
def postmortem_list(request: HttpRequest) -> HttpResponse:
    """Newest first; ``?status=published`` is what can be learned from."""
    person = colleague_of(request)
    status = request.GET.get("status", "")
    rows = Postmortem.objects.visible_to(person).for_list(person).order_by("-pk")
    if status in Status.values:
        rows = rows.filter(status=status)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    effects = effects_of(page, person, clock.now())
    for postmortem in page:
        postmortem.unseen = postmortem.incident_count - len(postmortem.seen_incidents)
        postmortem.effect = None if postmortem.unseen else effects.get(postmortem.pk)
    context = {"page": page, "tabs": _tabs(status, person), "may_start": permissions.leads(None, person)}
    return render(request, "postmortems/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_postmortem(request: HttpRequest) -> HttpResponse:
    """``?incident=12`` fills the form."""
    person = _leader(request)
    if request.method != "POST":
        return _show(request, StartForm(initial=_defaults(request.GET.get("incident", ""), person), reader=person))
    form = StartForm(request.POST, reader=person)
    if not form.is_valid():
        return _show(request, form, status=400)
    try:
        postmortem = start_postmortem(actor=person, via=Via.WEB, **form.cleaned_data)
    except InputRefused as refusal:
        add_errors(form, refusal)
        return _show(request, form, status=400)
    messages.success(request, _("%(reference)s was started.") % {"reference": postmortem.reference})
    return redirect(postmortem)


def _leader(request: HttpRequest) -> Person:
    """For colleagues who lead postmortems; for others this page does not exist."""
    person = colleague_of(request)
    if not permissions.leads(None, person):
        raise Http404
    return person


def _defaults(asked: str, person: Person) -> dict[str, Any]:
    found = (
        Incident.objects.visible_to(person).filter(pk=int(asked)).first()
        if asked.isascii() and asked.isdigit() and len(asked) < 16
        else None
    )
    named = {"incidents": found.reference} if found else {}
    title = {"title": found.title} if found and not is_confidential(found) else {}
    return {"facilitator": person.username, **named, **title}


def _tabs(current: str, person: Person) -> list[dict[str, Any]]:
    address = reverse("postmortems:list")
    every = {"label": _("All"), "url": address, "is_current": not current, "count": None}
    waiting = Postmortem.objects.visible_to(person).filter(status=Status.PROPOSED).count()
    tabs = [
        {
            "label": str(status.label),
            "url": f"{address}?status={status}",
            "is_current": status == current,
            "count": waiting if status == Status.PROPOSED else None,
        }
        for status in Status
    ]
    items = {
        "label": _("Action items"),
        "url": reverse("incidents:actions") + "?origin=postmortem",
        "is_current": False,
        "count": None,
    }
    return [every, *tabs, items]


def _show(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return render(request, "postmortems/new.html", {"form": form}, status=status)
