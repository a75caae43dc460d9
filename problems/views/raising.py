"""Raising a problem, from an incident or by itself, and linking an incident to one that exists."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Person
from incidents.forms import IncidentReference
from incidents.permissions import is_confidential, sees
from incidents.views.asking import colleague_of, visible_incident
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from problems import permissions
from problems.forms import LinkForm, RaiseForm
from problems.services import link_incident, raise_problem
from problems.services.raising import context_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_problem(request: HttpRequest) -> HttpResponse:
    """``?incident=12`` fills the form with that incident's context."""
    person = _worker(request)
    if request.method != "POST":
        return _show(request, RaiseForm(initial=_context(request.GET.get("incident", ""), person)))
    form = RaiseForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=400)
    try:
        problem = raise_problem(actor=person, via=Via.WEB, **form.cleaned_data)
    except InputRefused as refusal:
        add_errors(form, refusal)
        return _show(request, form, status=400)
    messages.success(request, _("%(reference)s was raised.") % {"reference": problem.reference})
    return redirect(problem)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link_problem(request: HttpRequest, incident_pk: int) -> HttpResponse:
    """Link the incident to an existing problem, and return to the incident."""
    person = _worker(request)
    incident = visible_incident(request, incident_pk)
    if request.method != "POST":
        return redirect(incident)
    form = LinkForm(request.POST)
    if form.is_valid():
        problem = form.cleaned_data["problem"]
        try:
            link_incident(problem, actor=person, via=Via.WEB, incident=incident)
        except InputRefused as refusal:
            add_errors(form, refusal)
        else:
            words = {"incident": incident.reference, "problem": problem.reference}
            messages.success(request, _("%(incident)s is linked to %(problem)s.") % words)
            return redirect(incident)
    return render(request, "problems/link.html", {"form": form, "incident": incident}, status=400)


def add_errors(form: forms.Form, refusal: InputRefused) -> None:
    for name, sentence in refusal.errors.items():
        form.add_error(name if name in form.fields else None, sentence)


def _worker(request: HttpRequest) -> Person:
    """For colleagues who work on problems; for others this page does not exist."""
    person = colleague_of(request)
    if not permissions.works(None, person):
        raise Http404
    return person


def _context(asked: str, person: Person) -> dict[str, Any]:
    try:
        incident = IncidentReference(required=False).clean(asked[:30])
    except forms.ValidationError:
        incident = None
    if incident is None or not sees(incident, person):
        return {}
    if is_confidential(incident):
        return {"incident": incident.reference, "service": incident.service.slug}
    return {
        "incident": incident.reference,
        "title": incident.title,
        "description": context_of(incident),
        "service": incident.service.slug,
    }


def _show(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return render(request, "problems/new.html", {"form": form}, status=status)
