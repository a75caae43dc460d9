"""Four eyes at the sign-off: never one's own postmortem, where somebody else can."""

from catalog.models import Person
from postmortems import permissions
from postmortems.models import Postmortem, ReviewPolicy


def must_leave_to_another(postmortem: Postmortem, person: Person) -> bool:
    """Whether the person led or started it, and another colleague who sees all of it could sign it off."""
    own = {postmortem.facilitator_id, postmortem.started_by_id}
    if person.pk not in own or not ReviewPolicy.current().needs_second_person:
        return False
    others = Person.objects.with_role(*permissions.LEADERS).exclude(pk__in=own - {None})
    return any(permissions.leads(postmortem, other) for other in others.iterator(chunk_size=50))
