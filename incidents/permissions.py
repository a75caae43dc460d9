"""Who may do what to an incident. One predicate a meaning; services and views ask the same ones."""

from typing import TYPE_CHECKING

from catalog.models import Person, Role

if TYPE_CHECKING:
    from incidents.models import Incident, MajorProposal, MajorReport, Solution


def handles(_record: object, person: Person) -> bool:
    """Works on incidents as O&M."""
    return person.has_role(Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def responds(record: object, person: Person) -> bool:
    """May take notice of a page: those who handle, and the developers and leaders whom a page may reach."""
    return handles(record, person) or person.has_role(Role.DEVELOPER, Role.SERVICE_OWNER, Role.RD_LEADER)


def develops(_record: object, person: Person) -> bool:
    """Takes over what O&M transfers."""
    return person.has_role(Role.DEVELOPER, Role.RD_LEADER, Role.ADMINISTRATOR)


def resolves(record: object, person: Person) -> bool:
    return handles(record, person) or develops(record, person)


def manages(_record: object, person: Person) -> bool:
    """Declares major incidents and decides about their solutions."""
    return person.has_role(Role.INCIDENT_MANAGER)


def confirms(incident: "Incident", person: Person) -> bool:
    """The reporter, or an engineer who writes down what the reporter said."""
    return incident.reporter_id == person.pk or handles(incident, person)


def decides(solution: "Solution", person: Person) -> bool:
    """Four eyes: never one's own proposal."""
    return manages(solution, person) and solution.proposed_by_id != person.pk


def is_mainstay(_record: object, _person: Person) -> bool:
    """Only the product itself does this: no person may."""
    return False


def withdraws(proposal: "MajorProposal", person: Person) -> bool:
    """Takes back what one has proposed."""
    return proposal.proposed_by_id == person.pk or manages(proposal, person)


def writes_report(report: "MajorReport", person: Person) -> bool:
    return person.is_active and (report.owner_id == person.pk or manages(report, person))


def signs_report(report: "MajorReport", person: Person) -> bool:
    """Four eyes: never one's own report."""
    return manages(report, person) and report.owner_id != person.pk
