"""What happens in the very transaction in which an incident ends: the trigger policy looks at it."""

from incidents.models import Incident
from lifecycle.models import Event
from lifecycle.reactions import in_the_same_transaction
from postmortems.services.triggering import look_at


@in_the_same_transaction(Incident, "resolve", "close")
def propose_postmortem(incident: Incident, event: Event) -> None:
    look_at(incident, verb=event.verb)
