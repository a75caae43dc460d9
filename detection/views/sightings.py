"""What today's rules would have seen of a past incident."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from detection.services import replaying_incident
from incidents.models import Incident
from incidents.views.asking import colleague_of


@login_required
@require_safe
def sightings(request: HttpRequest, pk: int) -> HttpResponse:
    person = colleague_of(request)
    incident = get_object_or_404(Incident.objects.visible_to(person).select_related("service"), pk=pk)
    seen = replaying_incident(incident, actor=person)
    return render(request, "detection/sightings.html", {"incident": incident, "sightings": seen})
