"""Pages of inspections: the list, one with its runs, adding and changing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.inspections import permissions
from detection.inspections.forms import form_for, initial_of, values_of
from detection.inspections.kinds import KINDS, Kind
from detection.inspections.presentation import (
    RUN_FACES,
    finding_kpis,
    inspection_rows,
    kind_label,
    lines_of,
    parameter_words,
    score_kpis,
)
from detection.inspections.services import add_inspection, edit_inspection, run_now, switch_inspection
from detection.inspections.services.scores import read_rows, scores_of
from detection.inspections.views.frame import for_editors, for_workers, show
from detection.models import Inspection
from detection.views.asking import number_of
from detection.views.frame import EDITED, save
from incidents.presentation import entries_of
from incidents.views.asking import moment_of
from lifecycle.models import Event, Via

MOST_RUNS, MOST_FINDINGS, MOST_ENTRIES = 30, 50, 100


@require_safe
@for_colleagues
def list_page(request: PersonRequest) -> HttpResponse:
    today = moment_of(request).date()
    return show(request, "list.html", rows=inspection_rows(today), kpis=finding_kpis(today))


@require_safe
@for_editors
def kinds_page(request: PersonRequest) -> HttpResponse:
    """What there is to look for, by heading."""
    groups: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        if not kind.asks_source or permissions.asks_sources(request.user):
            groups.setdefault(str(kind.group), []).append(kind)
    return show(request, "kinds.html", groups=groups)


@require_http_methods(EDITED)
@for_editors
def new_page(request: PersonRequest, kind: str) -> HttpResponse:
    known = _kind(request, kind)
    form = form_for(known)(request.POST or None)

    def act() -> Inspection:
        return add_inspection(actor=request.user, via=Via.WEB, kind=kind, **values_of(form, known))

    made = save(form, act)
    if made is not None:
        messages.success(request, _("The inspection was added."))
        return redirect(made)
    return show(request, "form.html", form=form, title=str(known.label), about=known.about, status=_status(form))


@require_safe
@for_colleagues
def inspection_page(request: PersonRequest, pk: int) -> HttpResponse:
    inspection, now = _found(pk), moment_of(request)
    findings = inspection.findings.standing().for_list().order_by("due_on", "pk")
    runs = inspection.runs.select_related("asked_by")
    events = Event.objects.about(inspection).select_related("actor").order_by("-occurred_at", "-pk")[:MOST_ENTRIES]
    score = scores_of([inspection], read_rows(request.user, now), now)[inspection.pk]
    return show(
        request,
        "inspection.html",
        inspection=inspection,
        kind=kind_label(inspection),
        parameters=parameter_words(inspection),
        runs=[{"run": run, "face": RUN_FACES[run.status]} for run in runs[:MOST_RUNS]],
        is_waiting=inspection.next_run_at is not None and inspection.next_run_at <= now,
        lines=lines_of(findings[:MOST_FINDINGS], now.date()),
        standing=findings.count(),
        kpis=score_kpis(score, f"inspection={inspection.pk}"),
        entries=entries_of(events, request.user),
        may_run=permissions.works(None, request.user),
        may_change=permissions.edits(request.user) and _may_ask(request, inspection),
    )


@require_http_methods(EDITED)
@for_editors
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    inspection = _found(pk)
    kind = _kind(request, inspection.kind)
    form = form_for(kind)(request.POST or None, initial=initial_of(inspection))
    version = number_of(request.POST.get("version", ""))

    def act() -> Inspection:
        values = values_of(form, kind)
        return edit_inspection(inspection, actor=request.user, via=Via.WEB, expected_version=version, **values)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect(inspection)
    context: dict[str, Any] = {"form": form, "record": _found(pk), "title": inspection.name, "about": kind.about}
    return show(request, "form.html", status=_status(form), **context)


@require_POST
@for_workers
def act_page(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """``run``, ``enable`` or ``disable``."""
    inspection = _found(pk)
    if verb == "run":
        run_now(inspection, actor=request.user, via=Via.WEB)
        messages.success(request, _("It runs within seconds."))
    elif verb in ("enable", "disable"):
        if not permissions.edits(request.user):
            raise Http404
        switch_inspection(inspection, is_active=verb == "enable", actor=request.user, via=Via.WEB)
    else:
        raise Http404
    return redirect(inspection)


def _found(pk: int) -> Inspection:
    return get_object_or_404(Inspection.objects.select_related("owner", "service"), pk=pk)


def _kind(request: PersonRequest, slug: str) -> Kind:
    kind = KINDS.get(slug)
    if kind is None or (kind.asks_source and not permissions.asks_sources(request.user)):
        raise Http404
    return kind


def _may_ask(request: PersonRequest, inspection: Inspection) -> bool:
    kind = KINDS.get(inspection.kind)
    return kind is not None and (not kind.asks_source or permissions.asks_sources(request.user))


def _status(form: Any) -> int:
    return 400 if form.errors else 200
