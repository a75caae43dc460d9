"""What a site decides about postmortems. Every colleague may look, administrators change."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import access
from catalog.access import PersonRequest, for_administrators, for_colleagues
from catalog.permissions import administers
from incidents.presentation.sentences import sentence_of
from incidents.views.settings.changes import changes_of
from incidents.views.settings.frame import lock_unless_administrator, save
from lifecycle.models import Event
from postmortems.models import ReviewPolicy, TriggerRule
from postmortems.services import settings
from postmortems.settings_forms import ReviewPolicyForm, TriggerForm

EDITED = ["GET", "HEAD", "POST"]
MOST_CHANGES = 50
colleagues_look = access.colleagues_look(administers)


@require_safe
@for_colleagues
def settings_page(request: PersonRequest) -> HttpResponse:
    """The triggers, the figures of the process, and who changed what."""
    events = Event.objects.filter(verb__in=settings.VERBS).select_related("actor").order_by("-pk")[:MOST_CHANGES]
    fields = {field.name: field for model in (TriggerRule, ReviewPolicy) for field in model._meta.fields}
    context = {
        "triggers": TriggerRule.objects.all(),
        "policy": ReviewPolicy.current(),
        "may_change": administers(request.user),
        "changes": [
            {"event": event, "text": sentence_of(event).write(event), "changes": changes_of(event, [fields])}
            for event in events
        ],
    }
    return render(request, "postmortems/settings.html", context)


@require_http_methods(EDITED)
@for_administrators
def add_trigger_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = TriggerForm(request.POST if is_posted else None)
    if not is_posted or save(form, settings.add_trigger, actor=request.user) is None:
        return _show_form(request, form, _("New trigger"))
    messages.success(request, _("The trigger is added."))
    return redirect("postmortems:settings")


@require_http_methods(EDITED)
@colleagues_look
def trigger_page(request: PersonRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(TriggerRule, pk=pk)
    title, is_posted = str(rule), request.method == "POST"
    form = TriggerForm(request.POST if is_posted else None, instance=get_object_or_404(TriggerRule, pk=pk))
    if not is_posted or save(form, settings.set_trigger, rule, actor=request.user) is None:
        return _show_form(request, form, title)
    messages.success(request, _("The trigger is changed. It holds for whatever ends from now on."))
    return redirect("postmortems:settings")


@require_http_methods(EDITED)
@colleagues_look
def review_policy_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = ReviewPolicyForm(request.POST if is_posted else None, instance=ReviewPolicy.current())
    if not is_posted or save(form, settings.set_review_policy, actor=request.user) is None:
        return _show_form(request, form, _("Policy of postmortems"))
    messages.success(request, _("The policy is changed."))
    return redirect("postmortems:settings")


def _show_form(request: PersonRequest, form: Any, title: str) -> HttpResponse:
    lock_unless_administrator(request, [form])
    context = {"form": form, "title": title, "may_change": administers(request.user)}
    return render(request, "postmortems/settings_form.html", context, status=400 if form.errors else 200)
