"""What happens to paging in the very transaction that changes an incident; everything else follows from its events
a moment later (services/dispatching.py)."""

from incidents.models import Incident
from incidents.models.status import Status
from lifecycle.models import Event
from lifecycle.reactions import in_the_same_transaction
from notifications.models import AlarmKind
from notifications.services.alarming import raise_alarm
from notifications.services.escalating import stop_escalation


@in_the_same_transaction(Incident, "acknowledge", "recover", "resolve", "close", "cancel", "merge", "transfer")
def stop_paging(incident: Incident, _event: Event) -> None:
    """Whoever commits an acknowledgement has withdrawn the waiting pages with it: nobody is called a second later."""
    if incident.status != Status.REPORTED:
        stop_escalation(incident, reason=incident.status)


@in_the_same_transaction(Incident, "page")
def notice_gap(incident: Incident, event: Event) -> None:
    """A step that found nobody is a gap in somebody's duty, and whoever keeps the rota has to know."""
    if event.data.get("is_gap"):
        team = incident.service.operations_team
        raise_alarm(AlarmKind.DUTY_GAP, about=team.name, detail=incident.reference, incident=incident)
