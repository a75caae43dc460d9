"""Postmortems led to a phase through the services."""

from datetime import timedelta
from typing import Any

from catalog.models import Person, Role
from incidents import services as incident_services
from incidents.models import ActionItem, Incident
from lifecycle import clock
from postmortems import services
from postmortems.models import Issue, Postmortem, Status, TimelineEntry
from postmortems.services.triggering import look_at
from tests.factories import make_incident, make_person

PHASES = [Status.TIMELINE, Status.ISSUES, Status.ACTIONS, Status.PUBLISHED]
BEFORE = (Status.PROPOSED, Status.DECLINED)


def recovered_incident(**fields: Any) -> Incident:
    incident, engineer = make_incident(**fields), make_person()
    incident_services.acknowledge_incident(incident, actor=engineer, via="web")
    incident_services.recover_incident(incident, actor=engineer, via="web")
    return incident


def make_postmortem(*incidents: Incident, actor: Person | None = None, **fields: Any) -> Postmortem:
    chosen = list(incidents) or [recovered_incident()]
    return services.start_postmortem(actor=actor or make_person(), via="web", incidents=chosen, **fields)


def add_entry(postmortem: Postmortem, **fields: Any) -> TimelineEntry:
    fields.setdefault("happened_at", clock.now() - timedelta(hours=1))
    fields.setdefault("what", "The hotline took the tenth call")
    fields.setdefault("source", "hotline book")
    return services.add_entry(postmortem, **{"actor": None, "via": "web", **fields})


def add_issue(postmortem: Postmortem, **fields: Any) -> Issue:
    fields.setdefault("text", "No load test before the release")
    fields.setdefault("kind", "process")
    return services.add_issue(postmortem, **{"actor": None, "via": "web", **fields})


def add_action(postmortem: Postmortem, **fields: Any) -> ActionItem:
    fields.setdefault("title", "Make the load test mandatory")
    fields.setdefault("type", "prevent")
    fields.setdefault("due_on", clock.now().date() + timedelta(days=14))
    if "owner" not in fields:
        fields["owner"] = make_person(Role.DEVELOPER)
    if "issues" not in fields:
        fields["issues"] = list(postmortem.issues.all())
    return services.add_action(postmortem, **{"actor": None, "via": "web", **fields})


def postmortem_in(phase: str, actor: Person | None = None) -> Postmortem:
    """With one issue from the issue phase on, and one action that answers it from publishing on."""
    if phase in BEFORE:
        return _proposed(phase)
    postmortem = make_postmortem(actor=actor)
    who: dict[str, Any] = {"actor": actor or postmortem.started_by, "via": "web"}
    steps = PHASES.index(Status(phase))
    if steps > 0:
        services.open_issues(postmortem, **who)
        add_issue(postmortem)
    if steps > 1:
        services.open_actions(postmortem, **who)
    if steps > 2:
        add_action(postmortem)
        services.publish_postmortem(postmortem, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    assert postmortem.status == phase
    return postmortem


def _proposed(phase: str) -> Postmortem:
    """By the policy, of a resolved incident of Level 1."""
    incident = recovered_incident(level=1)
    look_at(incident, verb="resolve")
    postmortem: Postmortem = incident.postmortems.get()
    if phase == Status.DECLINED:
        services.decline_postmortem(postmortem, actor=None, via="web", reason="A known thing")
    return postmortem
