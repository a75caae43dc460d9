"""The page of the stability targets: which are in force, and what is left of their budgets this month."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.access import PersonRequest, for_colleagues
from catalog.models import Person
from lifecycle import clock
from reports import permissions, words
from reports.indicators import Indicator, Question, Unit, Value, find_indicator, rows_url
from reports.models import StabilityTarget
from reports.period import Month
from reports.services.targets import set_target
from reports.target_forms import TargetForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def targets(request: PersonRequest) -> HttpResponse:
    """Every colleague looks; managers, incident managers and administrators set."""
    may_set = permissions.writes(None, request.user)
    form = TargetForm(initial={"valid_from": clock.now().date()})
    if request.method == "POST":
        if not may_set:
            raise Http404
        form = TargetForm(request.POST)
        if _is_set(form, request.user):
            messages.success(request, _("The target is set."))
            return redirect("reports:targets")
    context = {"form": form if may_set else None, "lines": _lines(), "month": Month.of(clock.now())}
    return render(request, "reports/targets.html", context, status=400 if form.errors else 200)


def _is_set(form: TargetForm, person: Person) -> bool:
    if not form.is_valid():
        return False
    set_target(actor=person, **form.cleaned_data)
    return True


def _lines() -> list[dict[str, Any]]:
    """The targets, the newest of each subject first marked as in force, with this month's budget."""
    now = clock.now()
    month, today = Month.of(now), now.date()
    lines, seen = [], set()
    answers: dict[str, dict[str, Value]] = {}
    for target in StabilityTarget.objects.select_related("service", "business_line", "set_by"):
        subject = (target.kind, target.service_id, target.business_line_id)
        is_in_force = target.valid_from <= today and subject not in seen
        line: dict[str, Any] = {
            "target": target,
            "is_in_force": is_in_force,
            "percent": f"{target.percent.normalize():f}",
        }
        if is_in_force:
            seen.add(subject)
            line |= _budget(target, Question(month, now), answers)
        lines.append(line)
    return lines


def _budget(target: StabilityTarget, question: Question, answers: dict[str, dict[str, Value]]) -> dict[str, Any]:
    """What has been lost of the budget."""
    indicator = find_indicator(target.kind)
    if indicator is None:
        return {}
    value, asked = _measured(target, indicator, question, answers)
    if value is None:
        return {}
    unit: Unit = indicator.beside["lost"][1]
    parts = value.parts
    return {
        "stability": words.stability(value.value),
        "lost": words.measured(parts.get("lost"), unit),
        "budget": words.measured(parts.get("budget"), unit),
        "left": words.measured(parts.get("left"), unit) if (parts.get("left") or 0) >= 0 else words.measured(0, unit),
        "is_over": (parts.get("left") or 0) < 0,
        "burn": words.measured(parts.get("burn"), Unit.RATE),
        "url": rows_url(indicator, asked),
    }


def _measured(
    target: StabilityTarget,
    indicator: Indicator,
    question: Question,
    answers: dict[str, dict[str, Value]],
) -> tuple[Value | None, Question]:
    """Services are measured all at once; a line with everything below it, and the company, each alone."""
    if target.service is None:
        filters = {"below": str(target.business_line_id)} if target.business_line_id else {}
        asked = Question(question.period, question.now, filters)
        return indicator.value(asked), asked
    if target.kind not in answers:
        told = indicator.measure(Question(question.period, question.now, by=("service",)))
        answers[target.kind] = {slug: value for (slug,), value in told.items()}
    asked = Question(question.period, question.now, {"service": target.service.slug})
    return answers[target.kind].get(target.service.slug), asked
