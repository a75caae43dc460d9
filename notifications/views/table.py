"""The notification table: look, edit, try out."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from notifications.models import NotificationRule
from notifications.policy_forms import RuleForm, SimulationForm
from notifications.services.editing.table import add_rule, change_rule, delete_rule, uncovered
from notifications.services.simulating import Entry, simulate
from notifications.views.frame import for_editors, save, show

EDITED = ["GET", "HEAD", "POST"]


@require_safe
@for_colleagues
def table_page(request: PersonRequest) -> HttpResponse:
    return show(request, "table.html", "table", rules=NotificationRule.objects.all(), uncovered=uncovered())


@require_http_methods(EDITED)
@for_editors
def add_rule_page(request: PersonRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(EDITED)
@for_editors
def rule_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(NotificationRule, pk=pk))


@require_POST
@for_editors
def delete_rule_page(request: PersonRequest, pk: int) -> HttpResponse:
    delete_rule(get_object_or_404(NotificationRule, pk=pk), actor=request.user)
    messages.success(request, _("The row is removed."))
    return redirect("notifications:table")


def _edit(request: PersonRequest, rule: NotificationRule | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial=RuleForm.of(rule) if rule else None)
    trial = SimulationForm(data if data and "simulate" in data else None, prefix="trial")
    entries: list[Entry] | None = None
    if data is not None and form.is_valid():
        if "simulate" in data:
            entries = _try_out(form, trial, rule)
        elif save(form, lambda: _store(form, rule, request)) is not None:
            messages.success(request, _("The table is saved."))
            return redirect("notifications:table")
    status = 400 if form.errors else 200
    context = {"form": form, "trial": trial, "rule": rule, "entries": entries}
    return show(request, "rule.html", "table", status=status, **context)


def _store(form: RuleForm, rule: NotificationRule | None, request: PersonRequest | None) -> NotificationRule:
    actor = request.user if request else None
    return change_rule(rule, form.values(), actor=actor) if rule else add_rule(form.values(), actor=actor)


def _try_out(form: RuleForm, trial: SimulationForm, rule: NotificationRule | None) -> list[Entry] | None:
    """The notices by the unsaved row: it is saved, asked, and taken back in one transaction."""
    if not trial.is_valid():
        return None
    entries, asked = None, trial.cleaned_data
    with transaction.atomic():
        if save(form, lambda: _store(form, rule, None)) is not None:
            at = asked["at"] or clock.now()
            entries = simulate(service=asked["service"], level=asked["level"], at=at, policies=[])
        transaction.set_rollback(True)
    return entries
