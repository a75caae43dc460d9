"""Who may do what in the catalogue. Services and views ask the same predicates."""

from django.db.models import prefetch_related_objects

from catalog.models import Person, Role, Service
from lifecycle.transitions import NotPermitted


def administers(person: Person) -> bool:
    """Adds and changes people, teams and services."""
    return person.has_role(Role.ADMINISTRATOR)


def measures(service: Service, person: Person) -> bool:
    """States the audience of a service: those who administer, and its owner."""
    return administers(person) or (person.is_active and service.owner_id == person.pk)


def sees_phone(viewer: Person, person: Person) -> bool:
    """The whole number is for oneself, one's teams and those who administer; others see it masked."""
    if viewer.pk == person.pk or administers(viewer):
        return True
    prefetch_related_objects([viewer, person], "teams")  # once a request, not once a row
    mine = {team.pk for team in viewer.teams.all()}
    return any(team.pk in mine for team in person.teams.all())


def require_administrator(actor: Person | None) -> None:
    """``actor`` is None where the product itself acts (set-up, imports, demo data)."""
    if actor is not None and not administers(actor):
        raise NotPermitted("administer")
