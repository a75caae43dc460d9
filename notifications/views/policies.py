"""Escalation policies: look, edit, copy, delete, try out."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from lifecycle.transitions import InputRefused
from notifications.models import EscalationPolicy
from notifications.plan import FrozenStep, Snapshot
from notifications.policy_forms import PolicyForm, SimulationForm, StepForm, StepForms, policy_values
from notifications.services.editing.policies import (
    PolicyValues,
    StepValues,
    add_policy,
    change_policy,
    copy_policy,
    delete_policy,
)
from notifications.services.simulating import Entry, simulate
from notifications.step_words import Names, sentence_of
from notifications.views.frame import for_editors, save, show
from notifications.ways import AT_ONCE

EDITED = ["GET", "HEAD", "POST"]


@require_safe
@for_colleagues
def policies_page(request: PersonRequest) -> HttpResponse:
    policies = EscalationPolicy.objects.select_related("fallback").prefetch_related("steps__people", "routes")
    frozen = {policy.pk: Snapshot.of(policy).steps for policy in policies}
    names = Names.of(step for steps in frozen.values() for step in steps)
    rows = [{"policy": policy, "steps": _sentences(frozen[policy.pk], names)} for policy in policies]
    return show(request, "policies.html", "policies", rows=rows)


def _sentences(steps: tuple[FrozenStep, ...], names: Names) -> list[str]:
    return [sentence_of(step, names) for step in steps]


@require_http_methods(EDITED)
@for_editors
def add_policy_page(request: PersonRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(EDITED)
@for_editors
def policy_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(EscalationPolicy, pk=pk))


@require_POST
@for_editors
def copy_policy_page(request: PersonRequest, pk: int) -> HttpResponse:
    policy = copy_policy(get_object_or_404(EscalationPolicy, pk=pk), actor=request.user)
    messages.success(request, _("The policy is copied. It is for no level yet."))
    return redirect("notifications:policy", policy.pk)


@require_POST
@for_editors
def delete_policy_page(request: PersonRequest, pk: int) -> HttpResponse:
    try:
        delete_policy(get_object_or_404(EscalationPolicy, pk=pk), actor=request.user)
    except InputRefused as refused:
        messages.error(request, str(refused))
        return redirect("notifications:policy", pk)
    messages.success(request, _("The policy is deleted. Running escalations go on by it."))
    return redirect("notifications:policies")


def _edit(request: PersonRequest, policy: EscalationPolicy | None) -> HttpResponse:
    """One form for both; "more" adds an empty step, "simulate" tries the unsaved values out."""
    data = request.POST if request.method == "POST" else None
    form = PolicyForm(_plus_one(data), initial=PolicyForm.of(policy) if policy else {"levels": []})
    steps = StepForms(_plus_one(data), initial=_initial(policy), prefix="steps")
    trial = SimulationForm(data if data and "simulate" in data else None, prefix="trial")
    entries: list[Entry] | None = None
    if data is not None and "more" not in data and form.is_valid() and steps.is_valid():
        values = policy_values(form, steps)
        if "simulate" in data:
            entries = _try_out(form, values, trial, policy)
        elif (saved := save(form, lambda: _store(request, policy, values))) is not None:
            messages.success(request, _("The policy is saved. Running escalations keep the one they began with."))
            return redirect("notifications:policy", saved.pk)
    is_wrong = bool(data) and "more" not in (data or {}) and bool(form.errors or steps.total_error_count())
    context = {"form": form, "steps": steps, "trial": trial, "policy": policy, "entries": entries}
    return show(request, "policy.html", "policies", status=400 if is_wrong else 200, **context)


def _plus_one(data: Any) -> Any:
    """What was typed, with one empty step more where that was asked for. Faults are not shown yet."""
    if data is None or "more" not in data:
        return data
    copied = data.copy()
    total = copied.get("steps-TOTAL_FORMS", "0")
    copied["steps-TOTAL_FORMS"] = str(min(int(total) + 1, 50)) if total.isascii() and total.isdigit() else "1"
    return copied


def _initial(policy: EscalationPolicy | None) -> list[dict[str, Any]]:
    steps = PolicyValues.of(policy).steps if policy else [StepValues(AT_ONCE, "primary")]
    return [StepForm.of(step) for step in steps]


def _store(request: PersonRequest, policy: EscalationPolicy | None, values: PolicyValues) -> EscalationPolicy:
    if policy is None:
        return add_policy(values, actor=request.user)
    version = request.POST.get("version", "")
    read = int(version) if version.isascii() and version.isdigit() else None
    return change_policy(policy, values, actor=request.user, expected_version=read)


def _try_out(
    form: PolicyForm, values: PolicyValues, trial: SimulationForm, policy: EscalationPolicy | None
) -> list[Entry] | None:
    """The timetable by the unsaved values: they are saved, asked, and taken back in one transaction."""
    if not trial.is_valid():
        return None
    with transaction.atomic():
        tried = save(
            form, lambda: change_policy(policy, values, actor=None) if policy else add_policy(values, actor=None)
        )
        entries = None if tried is None else _simulated(trial, EscalationPolicy.objects.get(pk=tried.pk))
        transaction.set_rollback(True)
    if policy is not None:
        policy.refresh_from_db()
    return entries


def _simulated(trial: SimulationForm, policy: EscalationPolicy) -> list[Entry]:
    asked = trial.cleaned_data
    at = asked["at"] or clock.now()
    return simulate(service=asked["service"], level=asked["level"], at=at, policies=[policy])
