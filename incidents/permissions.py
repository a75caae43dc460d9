"""Who may do what to an incident, and who may see it: `rules` predicates, ``predicate(person, record)``.

Services, views and transitions ask the functions below them, ``may(record, person)``, one a meaning. Every one of them
asks ``sees`` too: nobody acts on what they may not see. ``Incident.objects.visible_to(person)`` is the same rule as a
query; a test holds them together.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rules import predicates

from catalog.models import Person, Role

if TYPE_CHECKING:
    from incidents.models import Incident

May = Callable[[object, Person], bool]
predicate: Callable[[Callable[..., bool]], Any] = predicates.predicate


def has_role(*roles: str) -> Any:
    """Whether an active person has one of the roles."""
    return predicate(lambda person: person.has_role(*roles))


operates = has_role(Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
leads_incidents = has_role(Role.INCIDENT_MANAGER)
oversees = has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
writes_code = has_role(Role.DEVELOPER, Role.RD_LEADER, Role.ADMINISTRATOR)
takes_notice = operates | has_role(Role.DEVELOPER, Role.SERVICE_OWNER, Role.RD_LEADER)


@predicate
def is_colleague(person: Person) -> bool:
    return person.is_colleague


@predicate
def is_reporter(person: Person, record: Any) -> bool:
    return person.is_active and incident_of(record).reporter_id == person.pk


@predicate
def is_restricted(_person: Person, record: Any) -> bool:
    return bool(incident_of(record).is_restricted)


@predicate
def is_of_restricted_service(_person: Person, record: Any) -> bool:
    return bool(incident_of(record).service.is_restricted)


@predicate
def is_of_its_service(person: Person, record: Any) -> bool:
    """Runs, develops, owns or leads the service."""
    service = incident_of(record).service
    teams = {service.operations_team_id, service.development_team_id}
    return owns_service(person, record) or person.teams.filter(pk__in=teams - {None}).exists()


@predicate
def owns_service(person: Person, record: Any) -> bool:
    service = incident_of(record).service
    return person.pk in (service.owner_id, service.rd_leader_id)


@predicate
def is_on_it(person: Person, record: Any) -> bool:
    """Has a role on the incident, is a participant, or belongs to the team that it was transferred to."""
    incident = incident_of(record)
    participants: Any = incident.participants
    people = {incident.owner_id, incident.handler_id, incident.manager_id, incident.communications_lead_id}
    return (
        person.pk in people
        or participants.filter(pk=person.pk).exists()
        or (incident.transferred_to_id is not None and person.teams.filter(pk=incident.transferred_to_id).exists())
    )


has_to_do_with_it = oversees | is_reporter | owns_service | is_on_it
sees_incident = (is_colleague & ~is_restricted & (~is_of_restricted_service | is_of_its_service)) | has_to_do_with_it


@predicate
def sees_subject(person: Person, record: Any) -> bool:
    """As ``sees_incident``, for a record that may belong to no incident (a problem, an action item of a meeting), or
    be about more than its own (an action item of a postmortem)."""
    if incident_of(record) is not None and not sees_incident(person, record):
        return False
    return all(sees_incident(person, incident) for incident in getattr(record, "incidents_behind", ()))


def is_confidential(incident: "Incident") -> bool:
    """Whether there are colleagues who do not see it, so that nothing of it is taken over to where they read.

    ``Incident.objects.confidential()`` is the same as a query, ``public()`` its opposite.
    """
    return incident.is_restricted or incident.service.is_restricted


def incident_of(record: Any) -> "Incident | Any":
    """The incident itself, the one that the record belongs to, or None."""
    return record if hasattr(record, "reporter_id") else getattr(record, "incident", None)


def _may(rule: Any) -> May:
    """The rule in the order of arguments that transitions use; whoever may not see it may not do it."""
    allowed = rule & sees_subject

    def ask(record: object, person: Person) -> bool:
        return bool(allowed.test(person, record))

    return ask


sees: May = _may(predicates.always_true)
watches: May = _may(is_colleague)
"""Is told of what happens, in the words meant for colleagues."""
handles: May = _may(operates)
"""Works on incidents as O&M."""
responds: May = _may(takes_notice)
"""May take notice of a page: those who handle, and the developers and leaders whom a page may reach."""
develops: May = _may(writes_code)
"""Takes over what O&M transfers."""
resolves: May = _may(operates | writes_code)
manages: May = _may(leads_incidents)
"""Declares major incidents and decides about their solutions."""
confirms: May = _may(is_reporter | operates)
"""The reporter, or an engineer who writes down what the reporter said."""
is_mainstay: May = _may(predicates.always_false)
"""Only the product itself does this: no person may."""


@predicate
def has_proposed(person: Person, record: Any) -> bool:
    return bool(record.proposed_by_id == person.pk)


@predicate
def owns_report(person: Person, report: Any) -> bool:
    return person.is_active and report.owner_id == person.pk


@predicate
def has_submitted(person: Person, report: Any) -> bool:
    return bool(report.submitted_by_id == person.pk)


decides: May = _may(leads_incidents & ~has_proposed)
"""Four eyes: never one's own proposal."""
withdraws: May = _may(has_proposed | leads_incidents)
"""Takes back what one has proposed."""
writes_report: May = _may(owns_report | leads_incidents)
signs_report: May = _may(leads_incidents & ~owns_report & ~has_submitted)
"""Four eyes: never one's own report, nor what one has submitted."""
