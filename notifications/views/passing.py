"""“I can't”: whoever is paged and cannot come has the next person paged now."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.access import PersonRequest, for_colleagues
from incidents import permissions
from incidents.models import Incident
from lifecycle.models import Via
from notifications.services.steering import escalate_now


@require_POST
@for_colleagues
def pass_on(request: PersonRequest, pk: int) -> HttpResponse:
    incident = _visible(request, pk)
    if escalate_now(incident, actor=request.user, via=Via.WEB):
        messages.success(request, _("The next person is paged now."))
    else:
        messages.info(request, _("Nobody is being paged for it any more."))
    return redirect("incidents:card", pk)


def _visible(request: PersonRequest, pk: int) -> Incident:
    """An incident that the reader may be paged for; for everybody else it is not there."""
    incident = Incident.objects.visible_to(request.user).filter(pk=pk).first()
    if incident is None or not permissions.responds(incident, request.user):
        raise Http404
    return incident
