"""Plans: the list, one plan with its versions, its verbs, the figures."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents.commands import label_of
from incidents.presentation import actions_of, entries_of
from incidents.presentation.actions import open_action
from incidents.presentation.durations import in_words, round_words
from incidents.views.asking import colleague_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused
from problems import permissions
from problems.models import Plan, PlanRun, PlanVersion
from problems.plan_checklist import FACES
from problems.plan_diff import diff
from problems.plan_figures import WINDOW, figures_of
from problems.plan_forms import PlanForm
from problems.services import planning
from problems.services.planning.secrets import open_headers
from problems.views.raising import add_errors

MOST_ENTRIES = 100
MOST_RUNS = 20


@login_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    person = colleague_of(request)
    published = PlanVersion.objects.filter(plan=OuterRef("pk"), published_at__isnull=False).order_by("-number")
    plans = Plan.objects.visible_to(person).annotate(
        number=Subquery(published.values("number")[:1]),
        steps=Subquery(published.annotate(count=Count("steps")).values("count")[:1]),
    )
    runs = (
        PlanRun.objects.of_seen(person)
        .values("plan")
        .annotate(all=Count("pk", filter=Q(started_at__isnull=False)), last=Max("started_at"))
    )
    by_plan = {row["plan"]: row for row in runs.order_by()}
    drafts = set(PlanVersion.objects.filter(published_at=None).values_list("plan", flat=True))
    rows = [
        {
            "plan": plan,
            "face": FACES.get(plan.status, plan.status),
            "runs": by_plan.get(plan.pk),
            "has_draft": plan.pk in drafts,
        }
        for plan in plans
    ]
    return render(
        request, "problems/plans/list.html", {"rows": rows, "may_edit": permissions.edits_plans(None, person)}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    person = editor_of(request)
    form = PlanForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            plan = planning.add_plan(actor=person, via=Via.WEB, **form.cleaned_data)
        except InputRefused as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("The plan was added. Now write its steps."))
            return redirect("problems:plan-draft", plan.pk)
    return render(request, "problems/plans/new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, visible_plan(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb. GET shows the page with that verb's form open, and changes nothing."""
    plan = visible_plan(request, pk)
    command = command_named(plan, verb)
    if request.method != "POST":
        return _show(request, plan, open_verb=verb)
    refusal = run_posted(request, plan, command)
    if refusal is not None:
        return _show(request, visible_plan(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Plan, verb)})
    return redirect(plan)


@login_required
@require_safe
def version_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The steps of a version, and what it changed against the one before."""
    plan = visible_plan(request, pk)
    version = plan.versions.filter(number=number).select_related("edited_by", "published_by").first()
    if version is None:
        raise Http404
    before = plan.versions.filter(number__lt=number, published_at__isnull=False).first()
    context = {
        "plan": plan,
        "version": version,
        "steps": steps_of(version),
        "before": before,
        "changes": changes_between(before, version) if before else [],
        "may_restore": version.published_at is not None and permissions.edits_plans(plan, colleague_of(request)),
    }
    return render(request, "problems/plans/version.html", context)


@login_required
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """``?days=30``: of another window than the last 90 days."""
    days = request.GET.get("days", "")
    window = timedelta(days=int(days)) if days in ("7", "30", "90", "365") else WINDOW
    figures = figures_of(colleague_of(request), clock.now(), window=window)
    share = figures.share
    kpis = [
        {"label": _("Incidents"), "value": share.incidents, "note": _("without drills, duplicates and false alarms")},
        {"label": _("With a plan"), "value": "–" if share.percent is None else f"{share.percent:g}", "unit": "%"},
        {"label": _("Plan was run"), "value": share.with_run},
    ]
    context = {
        "kpis": kpis,
        "recovery": [_recovery_words(row) for row in figures.recovery],
        "steps": [_step_words(figure) for figure in figures.steps],
        "days": window.days,
        "windows": (7, 30, 90, 365),
    }
    return render(request, "problems/plans/figures.html", context)


def editor_of(request: HttpRequest) -> Person:
    """For those who write plans; for others the page does not exist."""
    person = colleague_of(request)
    if not permissions.edits_plans(None, person):
        raise Http404
    return person


def visible_plan(request: HttpRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(colleague_of(request)), pk=pk)


def steps_of(version: PlanVersion | None) -> list[Any]:
    return list(version.steps.select_related("subplan", "person")) if version else []


def changes_between(before: PlanVersion, version: PlanVersion) -> list[Any]:
    """What differs; the values of headers are compared and never shown."""

    def headers_of(step: Any) -> Any:
        try:
            return open_headers(step)
        except InputRefused:
            return step.sealed_headers

    found = diff(steps_of(before), steps_of(version), headers_of=headers_of)
    return [change for change in found if change.kind != "same"]


def _show(request: HttpRequest, plan: Plan, *, refusal: Refusal | None = None, open_verb: str = "") -> HttpResponse:
    person = colleague_of(request)
    published, draft, actions = plan.published, plan.draft, actions_of(plan, person)
    runs = PlanRun.objects.of_seen(person).filter(plan=plan, started_at__isnull=False).select_related("incident")
    events = Event.objects.about(plan).select_related("actor").order_by("-occurred_at", "-pk")[:MOST_ENTRIES]
    figures = figures_of(person, clock.now(), plan=plan)
    context = {
        "plan": plan,
        "face": FACES.get(plan.status, plan.status),
        "published": published,
        "draft": draft,
        "steps": steps_of(published or draft),
        "figures": {figure.key: _step_words(figure) for figure in figures.steps},
        "step_figures": [_step_words(figure) for figure in figures.steps],
        "conditions": plan.conditions.select_related("service", "business_line", "category"),
        "versions": plan.versions.select_related("published_by", "edited_by"),
        "runs": [{"run": run, "face": FACES.get(run.status, run.status)} for run in runs[:MOST_RUNS]],
        "used_in": Plan.objects.filter(versions__steps__subplan=plan).distinct(),
        "actions": actions,
        "opened": open_action(actions, open_verb, plan) if open_verb else None,
        "refusal": refusal,
        "may_edit": permissions.edits_plans(plan, person) and plan.status != "retired",
        "entries": entries_of(events, person),
    }
    return render(request, "problems/plans/plan.html", context, status=refusal.status if refusal else 200)


def _recovery_words(row: Any) -> dict[str, Any]:
    names = ("with_median", "with_p90", "without_median", "without_p90")
    words = {name: round_words(getattr(row, name)) if getattr(row, name) is not None else "–" for name in names}
    return {"level": row.level, "with_count": row.with_count, "without_count": row.without_count, **words}


def _step_words(figure: Any) -> dict[str, Any]:
    names = ("expected", "median", "p90")
    words = {name: in_words(getattr(figure, name)) if getattr(figure, name) is not None else "–" for name in names}
    is_slow = bool(figure.expected and figure.median and figure.median > figure.expected)
    return {"figure": figure, "is_slow": is_slow, **words}
