"""Pages of rules: the list, one rule with its chart, the switch."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Person, Service
from detection import permissions
from detection.health import health_of
from detection.models import Rule, RuleMode, RuleStatus
from detection.presentation import last_window, rule_chart
from detection.rules import KINDS
from detection.trials import trial_of
from detection.verdicts import latest_verdicts
from detection.views.asking import kinds, rule_of
from incidents.presentation.veiling import unseen_of
from incidents.views.asking import colleague_of, moment_of

PAGE_SIZE = 50
FILTERS = ("q", "mode", "status", "kind", "service")
SHOWN_ALERTS = 20


@login_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """``?q=``, ``?mode=``, ``?status=``, ``?kind=``, ``?service=``."""
    person, now = colleague_of(request), moment_of(request)
    asked = {name: request.GET.get(name, "")[:100] for name in FILTERS}
    page = Paginator(_asked_for(asked, now), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": health_of(page.object_list, reader=person, now=now),
        "now": now,
        "may_edit": permissions.edits_rules(person),
        "kinds": kinds(),
        "modes": RuleMode.choices,
        "statuses": RuleStatus.choices,
        "services": Service.objects.filter(rules__isnull=False).distinct(),
        "asked": asked,
        "is_filtered": any(asked.values()),
    }
    return render(request, "detection/list.html", context)


def _asked_for(asked: dict[str, str], now: datetime) -> Any:
    """The rules asked for; whether a verdict has grown old is known here only, so a status is looked at one by one."""
    rules = Rule.objects.for_list()
    if words := asked["q"].replace("\0", "").strip():
        rules = rules.filter(Q(name__icontains=words) | Q(metric__name__icontains=words))
    if asked["mode"] in RuleMode:
        is_shadow = asked["mode"] == RuleMode.SHADOW
        is_off = asked["mode"] == RuleMode.OFF
        rules = rules.filter(is_active=False) if is_off else rules.filter(is_active=True, is_shadow=is_shadow)
    if asked["kind"] in KINDS:
        rules = rules.filter(kind=asked["kind"])
    if asked["service"]:
        rules = rules.filter(service__slug=asked["service"].replace("\0", ""))
    if asked["status"] in RuleStatus:
        return [rule for rule in rules if rule.status_at(now) == asked["status"]]
    return rules


@login_required
@require_safe
def rule_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = colleague_of(request)
    return _show_rule(request, person, rule_of(pk))


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
        "trial": trial_of(rule, reader=person, now=now) if rule.mode == RuleMode.SHADOW else None,
        "may_edit": permissions.edits_rules(person),
    }
    return render(request, "detection/rule.html", context)
