"""What asks for a look at whether an incident is a recurrence, in the transaction in which it happens."""

from incidents.models import Incident
from lifecycle.models import Event
from lifecycle.reactions import in_the_same_transaction
from problems.models import DueLook


@in_the_same_transaction(Incident, "report", "reopen", "resolve", "reclassify", "edit", "merge")
def _ask_for_a_look(incident: Incident, _event: Event) -> None:
    """A row of its own each time, so that nobody waits for the detector, which takes them away."""
    DueLook.objects.create(incident_id=incident.merged_into_id or incident.pk)
