"""Who is told of what the notification table does not speak of: reminders, mentions, watchers, reporters."""

from collections.abc import Callable, Iterable

from catalog.models import Person, Role
from incidents import permissions
from incidents.models import Incident, Solution
from lifecycle.models import Event
from notifications.models import NoticeKind
from notifications.recipients import managers_of

FOR_MANAGERS = ("propose_major", "propose_solution", "bypass_solution", "submit_report", "propose_postmortem")
"""What an incident manager has to decide about."""
FOR_THE_NAMED = (
    "accept_major",
    "reject_major",
    "ask_solution",
    "answer_solution",
    "delegate_solution",
    "approve_solution",
    "reject_solution",
    "open_report",
    "assign_report",
    "send_back_report",
    "sign_report",
)
"""What concerns those whom the event names as ``mentions``."""

Readers = Callable[[Incident, Event], Iterable[Person | None]]


def readers_of(incident: Incident, kind: str, cause: Event) -> list[Person]:
    """The active colleagues whom that notice is for and who may see the incident; nobody is told of their own doing."""
    found = {person.pk: person for person in READERS[kind](incident, cause) if person is not None}
    return [
        person for person in found.values() if person.pk != cause.actor_id and permissions.watches(incident, person)
    ]


def _reminded(incident: Incident, cause: Event) -> Iterable[Person | None]:
    reminders: dict[str, Callable[[], Iterable[Person | None]]] = {
        "acknowledgement": lambda: [incident.handler, incident.owner],
        "owner_unset": lambda: _team(incident),
        "manager_unset": lambda: Person.objects.with_role(Role.INCIDENT_MANAGER),
        "decision_due": lambda: _deciders(incident, cause),
        "retro_approval": lambda: _deciders(incident, cause),
        "report_due": lambda: [_report_owner(incident), *managers_of(incident)],
        "report_overdue": lambda: [_report_owner(incident), *managers_of(incident)],
        "close_blocked": lambda: [incident.owner or incident.handler],
    }
    kind = cause.data.get("kind", "") if cause.verb == "remind" else ""
    return reminders.get(kind, lambda: [incident.handler, incident.owner])()


def _team(incident: Incident) -> list[Person]:
    team = incident.service.operations_team
    return [team.leader] if team.leader else list(team.members.all())


def _deciders(incident: Incident, cause: Event) -> list[Person]:
    solution = Solution.objects.filter(pk=cause.data.get("solution")).select_related("asked_of").first()
    asked = solution.asked_of if solution else None
    return [asked] if asked else managers_of(incident)


def _report_owner(incident: Incident) -> Person | None:
    report = getattr(incident, "major_report", None)
    return report.owner if report else incident.owner


def _mentioned(incident: Incident, cause: Event) -> Iterable[Person | None]:
    if cause.verb == "propose_postmortem":
        return _who_decide(incident, cause)
    if cause.verb in FOR_MANAGERS:
        return _other_managers(incident, cause)
    return Person.objects.filter(pk__in=cause.data.get("mentions", []))


def _other_managers(incident: Incident, cause: Event) -> Iterable[Person]:
    """The incident's own, or whoever else may decide where that is the one who asks."""
    if cause.verb == "propose_solution" and not incident.is_major:
        return []
    others = [manager for manager in managers_of(incident) if manager.pk != cause.actor_id]
    return others or Person.objects.with_role(Role.INCIDENT_MANAGER)


def _who_decide(incident: Incident, cause: Event) -> Iterable[Person | None]:
    """About a proposed postmortem, once however many incidents it is about: the managers; where not they alone are
    asked, whoever owns or handled the incident too."""
    if not cause.data.get("is_first"):
        return []
    own = [] if cause.data.get("is_asked") else [incident.owner or incident.handler]
    return [*managers_of(incident), *own]


def _watching(incident: Incident, cause: Event) -> Iterable[Person]:
    """Whoever was mentioned in it is told of that instead."""
    watchers: Iterable[Person] = incident.watchers.exclude(pk__in=cause.data.get("mentions", []))
    return watchers


READERS: dict[str, Readers] = {
    NoticeKind.REMINDER: _reminded,
    NoticeKind.MENTION: _mentioned,
    NoticeKind.WATCHED: _watching,
}
"""Notices to colleagues that go by mail to whom the event concerns."""

TO_REPORTERS = (NoticeKind.RECEIVED, NoticeKind.ANSWER, NoticeKind.CONFIRMATION)
"""Notices to whoever reported the incident."""
