"""One impact of an incident: state it anew, or take it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from incidents import permissions, services
from incidents.forms.verbs import ImpactForm, ReasonForm
from incidents.models import Impact
from incidents.views.asking import colleague_of, visible_incident
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

FIELDS = ("affected_users", "affected_page_views", "started_at", "ended_at", "is_down", "is_estimate")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def impact_page(request: HttpRequest, pk: int, impact: int) -> HttpResponse:
    found = _changeable(request, pk, impact)
    if request.method != "POST":
        return _render(request, found, ImpactForm(initial={name: getattr(found, name) for name in FIELDS}))
    form = ImpactForm(request.POST)
    if form.is_valid():
        try:
            services.change_impact(found, actor=colleague_of(request), via=Via.WEB, **form.cleaned_data)
        except InputRefused as refused:
            _add(form, refused)
        else:
            messages.success(request, _("The impact is changed."))
            return redirect(found.incident)
    return _render(request, found, form)


@login_required
@require_POST
def remove_impact(request: HttpRequest, pk: int, impact: int) -> HttpResponse:
    found = _changeable(request, pk, impact)
    form = ReasonForm(request.POST)
    if form.is_valid():
        services.remove_impact(found, actor=colleague_of(request), via=Via.WEB, reason=form.cleaned_data["reason"])
        messages.success(request, _("The impact is taken back."))
        return redirect(found.incident)
    initial = {name: getattr(found, name) for name in FIELDS}
    return _render(request, found, ImpactForm(initial=initial), removal=form)


def _changeable(request: HttpRequest, pk: int, impact: int) -> Impact:
    """404 for whoever may not change it, as for whoever may not see the incident."""
    person, incident = colleague_of(request), visible_incident(request, pk)
    if not permissions.resolves(incident, person):
        raise Http404
    return get_object_or_404(incident.impacts.select_related("incident__level", "recorded_by"), pk=impact)


def _add(form: ImpactForm, refused: InputRefused) -> None:
    for name, reason in refused.errors.items():
        form.add_error(name if name in form.fields else None, reason)


def _render(
    request: HttpRequest, impact: Impact, form: ImpactForm, *, removal: ReasonForm | None = None
) -> HttpResponse:
    context = {"impact": impact, "incident": impact.incident, "form": form, "removal": removal or ReasonForm()}
    is_wrong = bool(form.errors or (removal and removal.errors))
    return render(request, "incidents/impact_form.html", context, status=400 if is_wrong else 200)
