"""Pages of rules: the list, one rule with its chart, the form, the switch."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Person
from detection import permissions
from detection.forms import RuleForm
from detection.models import Rule
from detection.presentation import last_window, rule_chart
from detection.rules import KINDS
from detection.services import add_rule, disable_rule, edit_rule, enable_rule
from detection.verdicts import latest_verdicts
from incidents.presentation.veiling import unseen_of
from incidents.views.asking import colleague_of, moment_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused

PAGE_SIZE = 50
SHOWN_ALERTS = 20


@login_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    person, now = colleague_of(request), moment_of(request)
    page = Paginator(Rule.objects.for_list(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"rule": rule, "status": rule.status_at(now)} for rule in page]
    may_edit = permissions.edits_rules(person)
    context = {"page": page, "rows": rows, "now": now, "may_edit": may_edit, "kinds": _kinds()}
    return render(request, "detection/list.html", context)


@login_required
@require_safe
def rule_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = colleague_of(request)
    return _show_rule(request, person, _rule(pk))


@login_required
def new_rule(request: HttpRequest, kind: str) -> HttpResponse:
    person = _editor(request)
    if kind not in KINDS:
        raise Http404
    form = RuleForm(request.POST or None, kind=kind, is_new=True, initial={"metric": request.GET.get("metric")})
    if request.method == "POST" and form.is_valid():
        try:
            rule = add_rule(kind=kind, actor=person, via=Via.WEB, **form.values)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The rule judges from now on."))
            return redirect(rule)
    context = {"form": form, "kind": kind, "kind_label": _(KINDS[kind].LABEL), "kinds": _kinds()}
    return render(request, "detection/new.html", context, status=400 if form.errors else 200)


@login_required
def edit_rule_page(request: HttpRequest, pk: int) -> HttpResponse:
    person, rule = _editor(request), _rule(pk)
    form = RuleForm(request.POST or None, kind=rule.kind, is_new=False, initial=RuleForm.initial_of(rule))
    version = request.POST.get("version", str(rule.version))
    if request.method == "POST" and form.is_valid():
        try:
            edit_rule(rule, actor=person, via=Via.WEB, expected_version=_number(version), **form.values)
        except InputRefused as refused:
            form.refuse(refused)
        except TransitionRefused as refusal:
            # What was typed stays; posting it once more puts it over what somebody else has saved.
            form.add_error(None, refusal.reason)
            version = str(_rule(pk).version)
        else:
            messages.success(request, _("Saved. Frames are judged by it from now on."))
            return redirect(rule)
    context = {"form": form, "rule": _rule(pk), "version": version}
    return render(request, "detection/edit.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def switch_rule(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """``enable`` or ``disable``."""
    person, rule = _editor(request), _rule(pk)
    service = {"enable": enable_rule, "disable": disable_rule}[verb]
    try:
        service(rule, actor=person, via=Via.WEB, expected_version=_number(request.POST.get("version", "")))
    except TransitionRefused as refusal:
        messages.error(request, refusal.reason)
    return redirect(rule)


def _show_rule(request: HttpRequest, person: Person, rule: Rule) -> HttpResponse:
    now = moment_of(request)
    start, end = last_window(rule.metric, now)
    alerts = list(rule.alerts.select_related("series", "incident")[:SHOWN_ALERTS])
    context: dict[str, Any] = {
        "rule": rule,
        "status": rule.status_at(now),
        "now": now,
        "chart": rule_chart(rule, start=start, end=end, wide=True),
        "alerts": alerts,
        "unseen": unseen_of([alert.incident_id for alert in alerts], person),
        "verdicts": latest_verdicts(rule),
        "may_edit": permissions.edits_rules(person),
    }
    return render(request, "detection/rule.html", context)


def _rule(pk: int) -> Rule:
    return get_object_or_404(Rule.objects.for_list(), pk=pk)


def _editor(request: HttpRequest) -> Person:
    """Whoever may not edit has no such page."""
    person = colleague_of(request)
    if not permissions.edits_rules(person):
        raise Http404
    return person


def _kinds() -> list[tuple[str, str]]:
    return [(code, _(kind.LABEL)) for code, kind in KINDS.items()]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
