"""The report form: the full one for O&M, a shorter one for reporters."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Person
from incidents.forms import OwnReportForm, ReportForm
from incidents.models import Incident, Level, Source
from incidents.services import open_incident
from incidents.views.asking import reader_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_incident(request: HttpRequest) -> HttpResponse:
    person = reader_of(request)
    kind = ReportForm if person.is_colleague else OwnReportForm
    if request.method != "POST":
        return _show(request, kind(initial=_defaults(request, person)))
    form = kind(request.POST)
    if not form.is_valid():
        return _show(request, form, status=400)
    try:
        incident = _open(person, dict(form.cleaned_data))
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _show(request, form, status=400)
    messages.success(request, _("%(reference)s was opened; its clocks run.") % {"reference": incident.reference})
    return redirect(incident)


def _open(person: Person, values: dict[str, Any]) -> Incident:
    """A reporter's own words become a web report; its level follows from how far it reaches."""
    if "reach" in values:
        values |= {"level": Level.objects.get(pk=int(values.pop("reach"))), "source": Source.WEB, "reporter": person}
    elif values["source"] == Source.WEB and values["reporter_name"] == person.name:
        values["reporter"] = person
    return open_incident(actor=person, via=Via.WEB, **values)


def _defaults(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Whoever reports by the page is taken for the reporter; ``?service=...`` fills that in."""
    return {
        "occurred_at": clock.now().replace(second=0, microsecond=0),
        "reporter_name": person.name,
        "reporter_contact": person.phone or person.email,
        "service": request.GET.get("service", ""),
        "source": Source.WEB,
    }


def _show(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return render(request, "incidents/new.html", {"form": form}, status=status)
