"""Why a rule said what it said of one series at one minute."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive
from django.views.decorators.http import require_safe

from detection.models import Rule, Series
from detection.rules.words import plain
from detection.services import Explanation, explain
from detection.views.asking import number_of, rule_of
from incidents.presentation.veiling import unseen_of
from incidents.views.asking import colleague_of, moment_of

MOST_CHOICES = 200


@login_required
@require_safe
def explain_minute(request: HttpRequest, pk: int) -> HttpResponse:
    """``?series=KEY&at=2026-11-30T14:33``; without them the first series and the last minute judged."""
    person, rule = colleague_of(request), rule_of(pk)
    series = _series(rule, request.GET.get("series", ""))
    at = moment_in(request.GET.get("at", ""))
    said = explain(rule, series=series, at=at or rule.evaluated_to) if series else None
    context: dict[str, Any] = {
        "rule": rule,
        "choices": rule.metric.series.filter(labels__contains=rule.selector).order_by("position")[:MOST_CHOICES],
        "series": series,
        "said": said,
        "is_slip": bool(request.GET.get("at")) and at is None,
        "facts": facts_of(said) if said else [],
        "unseen": unseen_of([said.alert.incident_id if said and said.alert else None], person),
        "now": moment_of(request),
    }
    return render(request, "detection/explain.html", context)


def moment_in(text: str) -> datetime | None:
    """What was typed as a moment, in the reader's zone where it names none; None where it is none."""
    try:
        moment = parse_datetime(text.strip()) if len(text) < 40 else None
        if moment is None:
            return None
        moment = moment.replace(tzinfo=get_current_timezone()) if is_naive(moment) else moment
        return moment if 1971 <= moment.year <= 9000 else None
    except (ValueError, OverflowError):
        return None


def facts_of(said: Explanation) -> dict[str, str]:
    """Numbers as people write them; empty where nothing is known."""
    numbers = {name: getattr(said, name) for name in ("value", "measured", "expected", "low", "high")}
    return {name: "" if number is None else plain(number) for name, number in numbers.items()}


def _series(rule: Rule, asked: str) -> Series | None:
    """The one asked for, if the rule looks at it; else the first one that it looks at."""
    chosen = rule.metric.series.filter(labels__contains=rule.selector).order_by("position")
    key = number_of(asked)
    return (chosen.filter(pk=key).first() if key else None) or chosen.first()
