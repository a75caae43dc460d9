"""The handling policy, and the rules of action items."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.access import PersonRequest
from incidents.forms.settings import ActionPolicyForm, PolicyForm
from incidents.models import ActionPolicy, HandlingPolicy
from incidents.services import settings
from incidents.views.settings.frame import colleagues_look, save, show_form


@require_http_methods(["GET", "HEAD", "POST"])
@colleagues_look
def policy_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = PolicyForm(request.POST if is_posted else None, instance=HandlingPolicy.current())
    if not is_posted or save(form, settings.set_policy, actor=request.user) is None:
        return show_form(request, form, here="policy", title=_("Handling policy"))
    messages.success(request, _("The handling policy is changed."))
    return redirect("incidents:settings-policy")


@require_http_methods(["GET", "HEAD", "POST"])
@colleagues_look
def action_policy_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = ActionPolicyForm(request.POST if is_posted else None, instance=ActionPolicy.current())
    if not is_posted or save(form, settings.set_action_policy, actor=request.user) is None:
        return show_form(request, form, here="actions", title=_("Rules of action items"))
    messages.success(request, _("The rules of action items are changed."))
    return redirect("incidents:settings-actions")
