"""Pages of findings: the list with its filters, and one with its verbs."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.inspections.forms import FindingFilter
from detection.inspections.presentation import RISK_TONES, face_of, finding_kpis, lines_of
from detection.inspections.views.frame import PAGE_SIZE, show
from detection.inspections.warnings import MOST_INCIDENTS, incidents_since
from detection.models import Finding, FindingStatus
from detection.models.finding import FindingQuerySet
from detection.views.frame import EDITED
from incidents.commands import label_of
from incidents.models import ActionItem
from incidents.presentation import actions_of, entries_of
from incidents.presentation.actions import open_action
from incidents.views.asking import moment_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle.models import Event
from problems.models import Problem

MOST_ENTRIES = 200


@require_safe
@for_colleagues
def list_page(request: PersonRequest) -> HttpResponse:
    form, today = FindingFilter(request.GET or None), moment_of(request).date()
    found = Finding.objects.visible_to(request.user).for_list().order_by("due_on", "pk")
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    findings = found.none() if form.errors else filtered(found, asked, today)
    page = Paginator(findings, PAGE_SIZE).get_page(request.GET.get("page"))
    is_filtered = form.is_bound and (bool(form.errors) or any(asked.values()))
    context: dict[str, Any] = {"page": page, "lines": lines_of(page, today), "form": form, "is_filtered": is_filtered}
    return show(request, "findings.html", kpis=finding_kpis(today), **context)


def filtered(findings: FindingQuerySet, asked: dict[str, Any], today: date) -> FindingQuerySet:
    """``asked``: q, status (to_do, overdue, all, or one status; else what stands), risk, service, owner, inspection."""
    status = asked.get("status", "")
    if status in FindingStatus.values:
        findings = findings.filter(status=status)
    elif status != "all":
        findings = _by_word(findings, status, today)
    for name in ("risk", "service", "owner", "inspection"):
        if asked.get(name):
            findings = findings.filter(**{name: asked[name]})
    return findings.filter(title__icontains=asked["q"]) if asked.get("q") else findings


def _by_word(findings: FindingQuerySet, word: str, today: date) -> FindingQuerySet:
    if word == "overdue":
        return findings.overdue(today)
    return findings.to_do() if word == "to_do" else findings.standing()


@require_safe
@for_colleagues
def finding_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


@require_http_methods(EDITED)
@for_colleagues
def finding_command(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb. GET shows the page with that verb's form open, and changes nothing."""
    finding = _found(request, pk)
    command = command_named(finding, verb)
    if request.method != "POST":
        return _show(request, finding, open_verb=verb)
    refusal = run_posted(request, finding, command)
    if refusal is not None:
        return _show(request, _found(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Finding, verb)})
    return redirect(finding)


def _found(request: PersonRequest, pk: int) -> Finding:
    related = ("done_by", "waiver_by", "waived_by")
    return get_object_or_404(Finding.objects.visible_to(request.user).for_list().select_related(*related), pk=pk)


def _show(
    request: PersonRequest, finding: Finding, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    person, now = request.user, moment_of(request)
    actions = actions_of(finding, person)
    for action in actions:
        _fill_in(action.form, action.verb, finding)
    opened = open_action(actions, open_verb, finding) if open_verb else None
    if opened is not None:
        _fill_in(opened.form, open_verb, finding)
    events = Event.objects.about(finding).select_related("actor").order_by("-occurred_at", "-pk")[:MOST_ENTRIES]
    return show(
        request,
        "finding.html",
        status=refusal.status if refusal else 200,
        finding=finding,
        face=face_of(finding),
        tone=RISK_TONES.get(finding.risk, ""),
        is_overdue=finding.is_overdue_on(now.date()),
        actions=actions,
        opened=opened,
        refusal=refusal,
        problem=Problem.objects.visible_to(person).filter(findings=finding).first(),
        items=ActionItem.objects.of_seen(person).from_origin(finding).select_related("owner"),
        incidents=incidents_since(finding, person)[:MOST_INCIDENTS],
        entries=entries_of(events, person),
    )


def _fill_in(form: forms.Form | None, verb: str, finding: Finding) -> None:
    """What is there already need not be typed again."""
    if form is not None and verb == "assign":
        form.initial = {"owner": finding.owner and finding.owner.username, "due_on": finding.due_on}
    elif form is not None and verb == "add_action":
        owner = finding.owner.username if finding.owner else ""
        form.initial = {"title": finding.title, "owner": owner, "due_on": finding.due_on, "type": "prevent"}
