"""What a rule was before: its versions with what changed, restoring one, and two of them back-tested side by side."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from detection import permissions
from detection.differences import Differences
from detection.models import Rule, RuleVersion
from detection.services import back_test_versions, restore_version
from detection.services.backtesting import SPANS
from detection.trials import kept_tests
from detection.views.asking import editor_of, number_of, rule_of, span_of, spans
from incidents.views.asking import colleague_of, moment_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused

MOST_VERSIONS = 50


@login_required
@require_safe
def version_list(request: HttpRequest, pk: int) -> HttpResponse:
    person, rule = colleague_of(request), rule_of(pk)
    versions = list(rule.versions.select_related("actor")[: MOST_VERSIONS + 1])
    shown = versions[:MOST_VERSIONS]
    context: dict[str, Any] = {
        "rule": rule,
        "rows": _rows(rule, versions)[:MOST_VERSIONS],
        "kept": kept_tests(rule, shown, reader=person),
        "now": moment_of(request),
        "spans": spans(),
        "may_edit": permissions.edits_rules(person),
    }
    return render(request, "detection/versions.html", context)


@login_required
@require_POST
def restore_rule_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    person, rule = editor_of(request), rule_of(pk)
    if not rule.versions.filter(number=number).exists():
        raise Http404
    note, version = request.POST.get("note", "")[:500], number_of(request.POST.get("version", ""))
    try:
        restore_version(rule, number=number, actor=person, via=Via.WEB, note=note, expected_version=version)
    except TransitionRefused as refusal:
        messages.error(request, refusal.reason)
    except InputRefused as refused:
        messages.error(request, " ".join(refused.errors.values()))
    else:
        messages.success(request, _("Version %(number)d is back.") % {"number": number})
    return redirect("detection:versions", pk=rule.pk)


@login_required
@require_POST
def compare_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Back-test one or two versions over the same stretch and keep what came of it."""
    person, rule = editor_of(request), rule_of(pk)
    asked = (number_of(request.POST.get(name, "")) for name in ("old", "new"))
    numbers = [number for number in asked if number is not None]
    tested = back_test_versions(rule, numbers=numbers, span=SPANS[span_of(request)], actor=person)
    if not tested:
        messages.error(request, _("There is no such version."))
    return redirect("detection:versions", pk=rule.pk)


def _rows(rule: Rule, versions: list[RuleVersion]) -> list[dict[str, Any]]:
    """Each with what it changed of the one before it."""
    differences = Differences(rule, versions)
    rows = []
    for index, version in enumerate(versions):
        before = versions[index + 1] if index + 1 < len(versions) else None
        changed = differences.between(before.definition, version.definition) if before else []
        rows.append({"version": version, "changed": changed, "is_first": before is None, "is_current": index == 0})
    return rows
