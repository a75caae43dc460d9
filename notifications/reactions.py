"""What happens to paging in the very transaction that changes an incident; everything else follows from its events
a moment later (services/dispatching.py)."""

from incidents.models import Incident
from incidents.models.status import Status
from lifecycle.models import Event
from lifecycle.reactions import in_the_same_transaction
from notifications.services.escalating import stop_escalation


@in_the_same_transaction(Incident, "acknowledge", "recover", "resolve", "close", "cancel", "merge", "transfer")
def stop_paging(incident: Incident, _event: Event) -> None:
    """Whoever commits an acknowledgement has withdrawn the waiting pages with it: nobody is called a second later."""
    if incident.status != Status.REPORTED:
        stop_escalation(incident, reason=incident.status)
