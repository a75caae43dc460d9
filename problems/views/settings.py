"""What a site decides about problems. Every colleague may look, administrators change."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import access
from catalog.access import PersonRequest, for_administrators, for_colleagues
from catalog.permissions import administers
from incidents.views.settings.frame import lock_unless_administrator, save
from problems.models import Cause, RecurrencePolicy
from problems.models.recurrence import Kind
from problems.services import settings
from problems.settings_forms import CauseForm, PolicyForm

EDITED = ["GET", "HEAD", "POST"]
colleagues_look = access.colleagues_look(administers)


@require_safe
@for_colleagues
def settings_page(request: PersonRequest) -> HttpResponse:
    order = list(Kind.values)
    causes = list(Cause.objects.select_related("parent"))
    below = {cause.pk: [other for other in causes if other.parent_id == cause.pk] for cause in causes}
    context = {
        "policies": sorted(RecurrencePolicy.objects.all(), key=lambda policy: order.index(policy.kind)),
        "tree": [(cause, below[cause.pk]) for cause in causes if cause.parent_id is None],
        "may_change": administers(request.user),
    }
    return render(request, "problems/settings.html", context)


@require_http_methods(EDITED)
@colleagues_look
def policy_page(request: PersonRequest, kind: str) -> HttpResponse:
    policy = get_object_or_404(RecurrencePolicy, kind=kind)
    title, is_posted = str(policy), request.method == "POST"
    form = PolicyForm(request.POST if is_posted else None, instance=get_object_or_404(RecurrencePolicy, kind=kind))
    if not is_posted or save(form, settings.set_recurrence_policy, policy, actor=request.user) is None:
        return _show_form(request, form, title)
    messages.success(request, _("The policy is changed. It holds from the next incident on."))
    return redirect("problems:settings")


@require_http_methods(EDITED)
@for_administrators
def add_cause_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = CauseForm(request.POST if is_posted else None)
    if not is_posted or save(form, settings.add_cause, actor=request.user) is None:
        return _show_form(request, form, _("New cause"))
    messages.success(request, _("The cause is added."))
    return redirect("problems:settings")


@require_http_methods(EDITED)
@colleagues_look
def cause_page(request: PersonRequest, pk: int) -> HttpResponse:
    cause = get_object_or_404(Cause, pk=pk)
    title, is_posted = str(cause), request.method == "POST"
    form = CauseForm(request.POST if is_posted else None, instance=get_object_or_404(Cause, pk=pk))
    if not is_posted or save(form, settings.change_cause, cause, actor=request.user) is None:
        return _show_form(request, form, title)
    messages.success(request, _("The cause is changed."))
    return redirect("problems:settings")


def _show_form(request: PersonRequest, form: Any, title: str) -> HttpResponse:
    lock_unless_administrator(request, [form])
    context = {"form": form, "title": title, "may_change": administers(request.user)}
    return render(request, "problems/settings_form.html", context, status=400 if form.errors else 200)
