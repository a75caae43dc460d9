"""The buttons of "paged next"."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.access import PersonRequest, for_colleagues
from catalog.models import Person
from incidents.models import Incident
from incidents.views.asking import visible_incident
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import Escalation, EscalationStatus
from notifications.services.steering import add_to_escalation, page_person, page_step_now, skip_step

Verb = Callable[[HttpRequest, Incident, Person], str]


def _page_step(request: HttpRequest, incident: Incident, actor: Person) -> str:
    page_step_now(_escalation(request, incident), _number(request, "step"), actor=actor, via=Via.WEB)
    return _("That step is paged now.")


def _skip(request: HttpRequest, incident: Incident, actor: Person) -> str:
    skip_step(_escalation(request, incident), _number(request, "step"), actor=actor, via=Via.WEB)
    return _("The step is left out.")


def _page(request: HttpRequest, incident: Incident, actor: Person) -> str:
    person = _person(request)
    page_person(incident, person, actor=actor, via=Via.WEB)
    return _("%(person)s is paged now.") % {"person": person}


def _add(request: HttpRequest, incident: Incident, actor: Person) -> str:
    person = _person(request)
    running = incident.escalations.filter(status=EscalationStatus.RUNNING).select_related("incident")
    if not running:
        raise InputRefused(step=_("This escalation is not running any more."))
    for escalation in running:
        add_to_escalation(escalation, person, actor=actor, via=Via.WEB)
    return _("%(person)s is paged with every step to come.") % {"person": person}


VERBS: dict[str, Verb] = {"page-step": _page_step, "skip": _skip, "page": _page, "add": _add}


@require_POST
@for_colleagues
def steer(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    incident = visible_incident(request, pk)
    if verb not in VERBS:
        raise Http404
    try:
        messages.success(request, VERBS[verb](request, incident, request.user))
    except InputRefused as refused:
        messages.error(request, str(refused))
    except NotPermitted:
        raise Http404 from None
    return redirect(f"{incident.get_absolute_url()}#paging")


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _escalation(request: HttpRequest, incident: Incident) -> Escalation:
    escalations = incident.escalations.select_related("incident")
    return get_object_or_404(escalations, pk=_number(request, "escalation"))


def _person(request: HttpRequest) -> Person:
    person = Person.objects.filter(pk=_number(request, "person")).first()
    if person is None:
        raise InputRefused(person=_("Choose a person."))
    return person
