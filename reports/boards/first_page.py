"""Where a person's day begins: what they chose, else what their roles suggest (ux.md 1.3)."""

from django.urls import reverse

from catalog.models import FirstPage, Person, Role, Service

SETUP = "setup"
BY_ROLE = (
    (Role.INCIDENT_MANAGER, FirstPage.COMMAND),
    (Role.OPERATIONS, FirstPage.QUEUE),
    (Role.SERVICE_OWNER, FirstPage.SERVICES),
    (Role.RD_LEADER, FirstPage.SERVICES),
    (Role.DEVELOPER, FirstPage.SERVICES),
    (Role.MANAGER, FirstPage.TREND),
    (Role.ADMINISTRATOR, FirstPage.COMMAND),
)
"""Of somebody with several roles the first of these decides: whoever has to act comes before whoever reads."""


def suggested(person: Person) -> str:
    """The board of the person's roles, or the list of incidents for whoever has no board."""
    return next((board for role, board in BY_ROLE if role in person.roles), FirstPage.INCIDENTS)


def address_of(page: str) -> str:
    return reverse("incidents:list") if page == FirstPage.INCIDENTS else reverse("boards:board", args=[page])


def first_address(person: Person) -> str:
    """Where ``/`` leads. Who administers a company that has nothing yet is led to the first steps."""
    if not person.is_colleague:
        return reverse("incidents:list")
    if person.first_page:
        return address_of(person.first_page)
    if person.has_role(Role.ADMINISTRATOR) and not Service.objects.exists():
        return address_of(SETUP)
    return address_of(suggested(person))
