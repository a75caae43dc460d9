"""The button "create chat group" of the incident page, and its settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.access import PersonRequest, for_colleagues
from incidents.views.asking import visible_incident
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.services.warrooms import want_war_room


@require_POST
@for_colleagues
def create(request: PersonRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request, pk)
    try:
        want_war_room(incident, actor=request.user, via=Via.WEB)
    except InputRefused as refused:
        messages.error(request, " ".join(refused.errors.values()))
    except NotPermitted:
        messages.error(request, _("Your role does not allow this."))
    else:
        messages.success(request, _("The chat group is being made."))
    return redirect(f"{incident.get_absolute_url()}#war-room")
