"""The report form: the full one for O&M, a shorter one for reporters."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents import panels
from incidents.forms import DraftForm, JudgementForm, OwnReportForm, ReportForm
from incidents.models import Incident, IncidentTemplate, Level, Source
from incidents.presentation.classification import reasons_of
from incidents.priority import Suggestion
from incidents.services import open_incident
from incidents.services.judging import suggest_level
from incidents.views.asking import colleague_of, reader_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

JUDGED = ("impact", "urgency", "criteria")
TEMPLATE_FIELDS = ("title", "description", "service", "category", "impact", "urgency", "tags", "custom")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_incident(request: HttpRequest) -> HttpResponse:
    """The button "suggest" shows the form again with the suggested level, for those without JavaScript."""
    person = reader_of(request)
    kind = ReportForm if person.is_colleague else OwnReportForm
    if request.method != "POST":
        return _show(request, kind(initial=_defaults(request, person)))
    form = kind(request.POST)
    is_complete = form.is_valid()
    if "suggest" in request.POST:
        form.errors.clear()
        return _show(request, form)
    if not is_complete:
        return _show(request, form, status=400)
    try:
        incident = _open(person, dict(form.cleaned_data))
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _show(request, form, status=400)
    words = {"reference": incident.reference, "level": incident.level}
    messages.success(request, _("%(reference)s was opened at %(level)s; its clocks run.") % words)
    return redirect(incident)


@login_required
@require_safe
def suggested_level(request: HttpRequest) -> HttpResponse:
    """The suggestion alone, as the form asks for it: ``?impact=1&urgency=2&criteria=3``, and with ``title`` and
    ``service`` what is known of the like."""
    colleague_of(request)
    form = DraftForm(request.GET)
    form.is_valid()
    suggestion = _suggested(JudgementForm(request.GET))
    return render(request, "incidents/suggestion.html", {**suggestion, "beside": _beside(request, form.cleaned_data)})


def _open(person: Person, values: dict[str, Any]) -> Incident:
    """A reporter's own words become a web report; its level follows from how far it reaches."""
    if "reach" in values:
        values |= {"level": Level.objects.get(pk=int(values.pop("reach"))), "source": Source.WEB, "reporter": person}
    elif values["source"] == Source.WEB and values["reporter_name"] == person.name:
        values["reporter"] = person
    return open_incident(actor=person, via=Via.WEB, **values)


def _defaults(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Whoever reports by the page is taken for the reporter; ``?service=`` and ``?template=`` fill more in."""
    now = clock.now().replace(second=0, microsecond=0)
    prepared = _prepared(request) if person.is_colleague else {}
    return {
        "occurred_at": now,
        "reported_at": now,
        "reporter_name": person.name,
        "reporter_contact": person.phone or person.email,
        "reporter_email": person.email,
        "source": Source.WEB,
        **prepared,
        "service": request.GET.get("service") or prepared.get("service", ""),
    }


def _prepared(request: HttpRequest) -> dict[str, Any]:
    """What the chosen template fills in; an unknown one nothing."""
    slug = request.GET.get("template", "").replace("\0", "")
    template = IncidentTemplate.objects.filter(slug=slug, is_active=True).first() if slug else None
    return {name: getattr(template, name) for name in TEMPLATE_FIELDS} if template else {}


def _show(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    if not isinstance(form, ReportForm):
        return render(request, "incidents/new.html", {"form": form}, status=status)
    context = {
        "form": form,
        "is_full": True,
        "templates": IncidentTemplate.objects.filter(is_active=True),
        "template": request.GET.get("template", ""),
        **_suggested(form),
        "beside": _beside(request, form.cleaned_data) if form.is_bound else [],
    }
    return render(request, "incidents/new.html", context, status=status)


def _suggested(form: forms.Form) -> dict[str, Any]:
    """What the form, filled in as far as it is, suggests; what is not understood counts as not said."""
    form.is_valid()
    known = form.cleaned_data if form.is_bound else form.initial
    values = {name: known[name] for name in JUDGED if known.get(name)}
    suggestion = suggest_level(**values) if values else Suggestion()
    return {"suggestion": suggestion, "reasons": reasons_of(suggestion)}


def _beside(request: HttpRequest, values: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What apps above know of an incident like that, once it has a title and a service."""
    if not values.get("title") or not values.get("service"):
        return []
    typed = {name: values[name] for name in ("title", "description", "service", "category", "tags") if values.get(name)}
    return panels.fill_report(request, Incident(reported_at=clock.now(), **typed))
