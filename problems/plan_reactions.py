"""What happens to plans in the very transaction that changes an incident."""

from incidents.models import Incident
from lifecycle.models import Event
from lifecycle.reactions import in_the_same_transaction
from problems.services.planning import attach_by_condition
from problems.services.planning.running import end_with_incident


@in_the_same_transaction(Incident, "report", "change_level", "reclassify", "edit", "reopen", "unmerge", "alert")
def attach_plans(incident: Incident, _event: Event) -> None:
    """Reported, or changed in what conditions ask about."""
    attach_by_condition(incident)


@in_the_same_transaction(Incident, "close", "cancel", "merge")
def end_plans(incident: Incident, _event: Event) -> None:
    end_with_incident(incident)
