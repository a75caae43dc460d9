"""Action items on the page of what they come out of, with the form that adds one right there."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from catalog.models import Person
from incidents import panels
from incidents.action_filters import today
from incidents.forms.actions import OpenActionForm
from incidents.models import ActionItem, Incident
from incidents.presentation.action_items import WITH_ROWS, rows_of

MOST = 100
TEMPLATE = "incidents/actions/panel.html"


@panels.register("main", 40, TEMPLATE)
def actions_of_incident(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Those opened in the incident and those of its postmortem or problem that are about it."""
    person: Any = request.user
    form = OpenActionForm(initial={"incident": incident.reference}, auto_id="new-action-%s")
    form.fields["incident"].widget = form.fields["incident"].hidden_widget()
    return panel_of(request, person, Q(incident=incident), form)


def actions_of_origin(request: HttpRequest, name: str, record: Any) -> dict[str, Any]:
    """The same for a record above incidents, of the kind ``name`` (incidents/origins.py)."""
    person: Any = request.user
    form = OpenActionForm(initial={"origin": name, "origin_id": record.pk}, auto_id="new-action-%s")
    del form.fields["incident"]
    return panel_of(request, person, Q(pk__in=ActionItem.objects.from_origin(record).values("pk")), form)


def panel_of(request: HttpRequest, person: Person, which: Q, form: OpenActionForm) -> dict[str, Any]:
    """``way_back``: where a verb that went through leads."""
    items = ActionItem.objects.of_seen(person).filter(which).order_by("due_on", "pk")
    rows = rows_of(items.select_related(*WITH_ROWS).prefetch_related("origin")[:MOST], person, today())
    return {"rows": rows, "form": form, "way_back": f"{request.path}#actions"}
