"""Editing the draft of a plan, a step a page, and its conditions."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifecycle.models import Via
from lifecycle.transitions import InputRefused, VersionConflict
from problems.models import Plan, PlanStep, StepKind
from problems.plan_forms import STEP_FORMS, ConditionForm, initial_of
from problems.plan_steps import KEPT, StepSpec
from problems.services import planning
from problems.views.plans import changes_between, editor_of, steps_of, visible_plan
from problems.views.raising import add_errors

SPARE_CONDITIONS = 1


@login_required
@require_http_methods(["GET", "HEAD"])
def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps as they will be published, with what changes by it."""
    editor_of(request)
    plan = visible_plan(request, pk)
    draft, published = plan.draft, plan.published
    context = {
        "plan": plan,
        "draft": draft,
        "published": published,
        "steps": steps_of(draft or published),
        "kinds": StepKind.choices,
        "changes": changes_between(published, draft) if draft and published else [],
    }
    return render(request, "problems/plans/draft.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_step_page(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A new step at the end of the draft."""
    editor_of(request)
    plan = visible_plan(request, pk)
    if kind not in STEP_FORMS:
        raise Http404
    return _edit(request, plan, kind, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_step_page(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    editor_of(request)
    plan = visible_plan(request, pk)
    step = next((step for step in steps_of(plan.draft or plan.published) if step.key == key), None)
    if step is None:
        raise Http404
    return _edit(request, plan, step.kind, step)


@login_required
@require_POST
def move_step(request: HttpRequest, pk: int, key: int, verb: str) -> HttpResponse:
    """Up, down or away."""
    person = editor_of(request)
    plan = visible_plan(request, pk)
    specs = _specs(plan)
    place = next((place for place, spec in enumerate(specs) if spec.key == key), None)
    if place is None or verb not in ("up", "down", "remove"):
        raise Http404
    spec = specs.pop(place)
    if verb != "remove":
        specs.insert(max(place + (-1 if verb == "up" else 1), 0), spec)
    try:
        planning.save_draft(plan, actor=person, via=Via.WEB, steps=specs, expected_version=_version(request))
    except (InputRefused, VersionConflict) as refused:
        messages.error(request, str(refused))
    return redirect("problems:plan-draft", plan.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conditions_page(request: HttpRequest, pk: int) -> HttpResponse:
    """When the plan is attached by itself: every condition as a form, and an empty one for another."""
    person = editor_of(request)
    plan = visible_plan(request, pk)
    begun = [_initial_of_condition(condition) for condition in plan.conditions.all()]
    make = forms.formset_factory(ConditionForm, extra=SPARE_CONDITIONS, max_num=20, validate_max=True, can_delete=True)
    formset = make(request.POST if request.method == "POST" else None, initial=begun)
    error = ""
    if formset.is_bound and formset.is_valid():
        stated = [form.parts() for form in formset if _is_stated(form)]
        try:
            planning.set_conditions(plan, actor=person, via=Via.WEB, conditions=stated)
        except InputRefused as refused:
            error = str(refused)
        else:
            messages.success(request, _("Saved. It holds for incidents from now on."))
            return redirect(plan)
    status = 400 if formset.is_bound else 200
    context = {"plan": plan, "formset": formset, "error": error}
    return render(request, "problems/plans/conditions.html", context, status=status)


def _edit(request: HttpRequest, plan: Plan, kind: str, step: PlanStep | None) -> HttpResponse:
    person, make = editor_of(request), STEP_FORMS[kind]
    form = make(request.POST if request.method == "POST" else None, initial=initial_of(step) if step else {})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            specs, spec = _specs(plan), StepSpec(kind=kind, key=step.key if step else None, **form.cleaned_data)
            specs = [spec if each.key == spec.key else each for each in specs] if step else [*specs, spec]
            try:
                planning.save_draft(plan, actor=person, via=Via.WEB, steps=specs, expected_version=_version(request))
            except InputRefused as refused:
                add_errors(form, refused)
            except VersionConflict as conflict:
                form.add_error(None, conflict.reason)
                status = 409
            else:
                return redirect("problems:plan-draft", plan.pk)
    label = StepKind(kind).label
    context = {"plan": plan, "form": form, "step": step, "kind": label}
    return render(request, "problems/plans/step.html", context, status=status)


def _specs(plan: Plan) -> list[StepSpec]:
    """The draft's steps as ``save_draft`` takes them; headers stay as they are stored."""
    return [spec_of(step) for step in steps_of(plan.draft or plan.published)]


def spec_of(step: PlanStep) -> StepSpec:
    names = ("kind", "text", "expected_seconds", "needs_confirm", "method", "url", "body", "role", "key")
    spec = StepSpec(**{name: getattr(step, name) for name in names})
    return replace(spec, person=step.person, subplan=step.subplan, headers=dict.fromkeys(step.header_names, KEPT))


def _initial_of_condition(condition: Any) -> dict[str, Any]:
    return {
        "service": condition.service.slug if condition.service else None,
        "business_line": condition.business_line.slug if condition.business_line else None,
        "category": condition.category.slug if condition.category else None,
        "levels": condition.levels,
        "labels": "\n".join(f"{name}={value}" for name, value in condition.labels.items()),
    }


def _is_stated(form: Any) -> bool:
    """Neither struck out nor empty."""
    parts = form.cleaned_data
    return bool(parts) and not parts.get("DELETE") and any(parts.get(name) for name in ConditionForm.base_fields)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
