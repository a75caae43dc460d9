"""One order of locks everywhere: the incident first, then its escalation, notice or delivery. So nothing deadlocks."""

from incidents.models import Incident


def claim_incident(incident_id: int) -> Incident | None:
    """The incident under its row lock, or None while somebody else holds it: the next cycle is a second away."""
    return (
        Incident.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("level", "manager", "service__operations_team", "service__owner", "service__rd_leader")
        .filter(pk=incident_id)
        .first()
    )
