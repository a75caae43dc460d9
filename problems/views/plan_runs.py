"""Plans at an incident: attach one, and work through its checklist."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from incidents.commands import label_of
from incidents.presentation.actions import open_action
from incidents.views.asking import colleague_of, visible_incident
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from problems.models import PlanRun, RunStep
from problems.plan_checklist import checklists_of
from problems.plan_commands import STEP_COMMANDS, StepCommand
from problems.plan_forms import AttachForm
from problems.services import planning


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, incident_pk: int) -> HttpResponse:
    """Attach a plan by hand, and return to the incident."""
    person, incident = colleague_of(request), visible_incident(request, incident_pk)
    if request.method != "POST":
        return redirect(incident)
    form = AttachForm(request.POST)
    if form.is_valid():
        try:
            planning.attach_plan(incident, actor=person, via=Via.WEB, plan=form.cleaned_data["plan"])
        except InputRefused as refused:
            form.add_error("plan", "; ".join(refused.errors.values()))
        else:
            messages.success(request, _("The plan is attached."))
            return redirect(f"{incident.get_absolute_url()}#plans")
    return render(request, "problems/plans/attach.html", {"form": form, "incident": incident}, status=400)


@login_required
@require_safe
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb. GET shows the page with that verb's form open, and changes nothing."""
    run = _visible(request, pk)
    command = command_named(run, verb)
    if request.method != "POST":
        return _show(request, run, open_verb=verb)
    refusal = run_posted(request, run, command)
    if refusal is not None:
        return _show(request, _visible(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(PlanRun, verb)})
    return HttpResponseRedirect(_way_back(request, run))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step_command(request: HttpRequest, pk: int, step: int, verb: str) -> HttpResponse:
    """POST runs the verb of a step; GET shows the checklist."""
    run = _visible(request, pk)
    found = get_object_or_404(run.steps.select_related("step", "ended_by"), pk=step)
    command = STEP_COMMANDS.get(verb)
    if command is None:
        raise Http404
    if request.method != "POST":
        return _show(request, run)
    found.run = run
    form = command.form(request.POST, auto_id=f"refused-{verb}-%s")
    status, reason = _try(request, found, command, form)
    if status == 200:
        return HttpResponseRedirect(_way_back(request, run))
    asked = form if form.errors and form.fields else None
    refused = {"label": command.label, "reason": reason, "form": asked, "url": request.path, "step": found}
    return _show(request, _visible(request, pk), refused_step=refused, status=status)


def _try(request: HttpRequest, step: RunStep, command: StepCommand, form: forms.Form) -> tuple[int, str]:
    """(HTTP status, why not)."""
    missing = _("Something is missing or not right yet: see below.")
    if not form.is_valid():
        return 400, missing
    try:
        command.service(step, actor=colleague_of(request), via=Via.WEB, **form.cleaned_data)
    except InputRefused as refused:
        for name, sentence in refused.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return 400, "; ".join(refused.errors.values())
    except TransitionRefused as refused:
        return 409, refused.reason
    except NotPermitted:
        return 403, _("Your role does not allow this.")
    return 200, ""


def _visible(request: HttpRequest, pk: int) -> PlanRun:
    runs = PlanRun.objects.of_seen(colleague_of(request))
    return get_object_or_404(runs.select_related("plan", "plan_version", "started_by", "incident__service"), pk=pk)


def _show(
    request: HttpRequest,
    run: PlanRun,
    *,
    refusal: Refusal | None = None,
    refused_step: dict[str, Any] | None = None,
    open_verb: str = "",
    status: int = 200,
) -> HttpResponse:
    person = colleague_of(request)
    checklist = checklists_of([run], person)[0]
    context = {
        "run": run,
        "checklist": checklist,
        "refusal": refusal,
        "refused_step": refused_step,
        "opened": open_action(checklist.actions, open_verb, run) if open_verb else None,
        "next": run.get_absolute_url(),
    }
    return render(request, "problems/plans/run.html", context, status=refusal.status if refusal else status)


def _way_back(request: HttpRequest, run: PlanRun) -> str:
    """The page that the form was on, where it said so and it is ours."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False)
    return asked if asked and is_ours else run.get_absolute_url()
