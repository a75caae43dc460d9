"""Pages of prevention activities: the list, one with its findings, recording and changing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.inspections import permissions
from detection.inspections.forms import ActivityForm, FindingForm
from detection.inspections.presentation import lines_of
from detection.inspections.services import add_finding, edit_activity, record_activity
from detection.inspections.views.frame import PAGE_SIZE, for_editors, for_workers, show
from detection.models import STANDING, Activity
from detection.views.asking import number_of
from detection.views.frame import EDITED, save
from incidents.presentation import entries_of
from incidents.views.asking import moment_of
from lifecycle.models import Event, Via

OUTCOME_TONES = {"passed": "is-ok", "with_findings": "is-warn", "failed": "is-bad"}
MOST_ENTRIES = 100


@require_safe
@for_colleagues
def list_page(request: PersonRequest) -> HttpResponse:
    standing = Count("findings", filter=Q(findings__status__in=STANDING))
    found = Activity.objects.annotate(in_all=Count("findings"), standing=standing).prefetch_related("services")
    found = found.order_by("-held_on", "-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"activity": each, "tone": OUTCOME_TONES[each.outcome]} for each in page]
    return show(request, "activities.html", page=page, rows=rows)


@require_http_methods(EDITED)
@for_editors
def new_page(request: PersonRequest) -> HttpResponse:
    form = ActivityForm(request.POST or None)
    made = save(form, lambda: record_activity(actor=request.user, via=Via.WEB, **form.cleaned_data))
    if made is not None:
        messages.success(request, _("The activity was recorded. Now add what it found."))
        return redirect(made)
    context = {"form": form, "title": _("Record an activity"), "here": "activities"}
    return show(request, "form.html", status=400 if form.errors else 200, **context)


@require_safe
@for_colleagues
def activity_page(request: PersonRequest, pk: int) -> HttpResponse:
    activity, today = _found(pk), moment_of(request).date()
    findings = activity.findings.for_list().order_by("due_on", "pk")
    events = Event.objects.about(activity).select_related("actor").order_by("-occurred_at", "-pk")[:MOST_ENTRIES]
    return show(
        request,
        "activity.html",
        activity=activity,
        tone=OUTCOME_TONES[activity.outcome],
        lines=lines_of(findings[:PAGE_SIZE], today),
        entries=entries_of(events, request.user),
        may_add=permissions.works(None, request.user),
    )


@require_http_methods(EDITED)
@for_editors
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    activity = _found(pk)
    form = ActivityForm(request.POST or None, initial=ActivityForm.initial_of(activity))
    version = number_of(request.POST.get("version", ""))

    def act() -> Activity:
        values = form.cleaned_data
        return edit_activity(activity, actor=request.user, via=Via.WEB, expected_version=version, **values)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect(activity)
    context = {"form": form, "record": _found(pk), "title": activity.title, "here": "activities"}
    return show(request, "form.html", status=400 if form.errors else 200, **context)


@require_http_methods(EDITED)
@for_workers
def add_finding_page(request: PersonRequest, pk: int) -> HttpResponse:
    activity = _found(pk)
    services = activity.services.all()
    form = FindingForm(request.POST or None, initial={"service": services[0].slug} if services else {})
    made = save(form, lambda: add_finding(activity, actor=request.user, via=Via.WEB, **form.cleaned_data))
    if made is not None:
        messages.success(request, _("The finding was added."))
        return redirect(activity)
    title = _("Finding of %(activity)s") % {"activity": activity}
    return show(request, "form.html", form=form, title=title, here="activities", status=400 if form.errors else 200)


def _found(pk: int) -> Activity:
    return get_object_or_404(Activity.objects.select_related("recorded_by").prefetch_related("services"), pk=pk)
