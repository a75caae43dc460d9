"""The declared transitions equal a literal table; every other pair of status and verb is refused."""

from typing import Any

import pytest

from catalog.models import Role
from incidents import services
from incidents.models import Incident, Solution
from incidents.models.status import Status
from lifecycle.models import Event
from lifecycle.transitions import NotPermitted, TransitionRefused, declared, perform
from tests.factories import make_incident, make_person, make_team

pytestmark = pytest.mark.django_db

TABLE = {
    "acknowledge": {"reported"},
    "recover": {"reported", "acknowledged", "pending", "transferred"},
    "transfer": {"acknowledged", "recovered"},
    "accept": {"transferred"},
    "refuse": {"transferred"},
    "hold": {"acknowledged", "transferred", "recovered"},
    "resume": {"pending"},
    "resolve": {"acknowledged", "transferred", "recovered"},
    "confirm": {"resolved"},
    "close": {"resolved"},
    "reopen": {"transferred", "recovered", "resolved", "closed"},
    "cancel": {"reported", "acknowledged", "pending", "recovered"},
    "merge": {"reported", "acknowledged", "pending", "recovered"},
    "unmerge": {"cancelled"},
    "lapse": {"acknowledged"},
}
REFUSED = [(verb, status) for verb, sources in TABLE.items() for status in Status.values if status not in sources]


def incident_in(status: str) -> Incident:
    """An incident led to that status through the services."""
    incident = make_incident()
    engineer, developer = make_person(), make_person(Role.DEVELOPER)
    who: dict[str, Any] = {"actor": engineer, "via": "web"}
    if status in ("reported", "cancelled"):
        if status == "cancelled":
            services.cancel_incident(incident, reason="false alarm", **who)
        return incident
    services.acknowledge_incident(incident, **who)
    if status == "pending":
        services.hold_incident(incident, reason="waiting for the bank", **who)
    if status == "transferred":
        services.transfer_incident(incident, team=make_team(developer), hand_over="see the logs", **who)
    if status in ("recovered", "resolved", "closed"):
        services.recover_incident(incident, **who)
    if status in ("resolved", "closed"):
        services.resolve_incident(incident, resolution="reverted", cause_class="known", **who)
    if status == "closed":
        services.confirm_incident(incident, note="told us by phone", **who)
        services.close_incident(incident, **who)
    assert incident.status == status
    return incident


def test_the_declared_transitions_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(Incident):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_verb_is_refused_from_every_other_status(verb: str, status: str) -> None:
    incident = incident_in(status)
    events = Event.objects.about(incident).count()
    with pytest.raises(TransitionRefused) as refused:
        perform(incident, verb, actor=None, via="web")
    assert refused.value.status == status
    assert verb not in refused.value.allowed
    incident.refresh_from_db()
    assert incident.status == status
    assert Event.objects.about(incident).count() == events


def test_a_major_incident_is_not_resolved_without_an_approved_solution() -> None:
    incident, engineer, manager = make_incident(level=1), make_person(), make_person(Role.INCIDENT_MANAGER)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.recover_incident(incident, actor=engineer, via="web")
    with pytest.raises(TransitionRefused, match="approval"):
        services.resolve_incident(incident, actor=engineer, via="web", resolution="x", cause_class="known")
    solution = services.propose_solution(incident, actor=engineer, via="web", text="revert the release")
    services.approve_solution(solution, actor=manager, via="web")
    services.resolve_incident(incident, actor=engineer, via="web", resolution="x", cause_class="known")
    assert incident.status == Status.RESOLVED


def test_nobody_approves_their_own_solution() -> None:
    incident, manager = make_incident(level=1), make_person(Role.INCIDENT_MANAGER)
    solution = services.propose_solution(incident, actor=manager, via="web", text="restart")
    with pytest.raises(NotPermitted):
        services.approve_solution(solution, actor=manager, via="web")
    assert Solution.objects.get().status == "proposed"


def test_recovery_is_never_blocked_by_an_approval() -> None:
    incident = make_incident(level=1)
    services.recover_incident(incident, actor=make_person(), via="web")
    assert incident.status == Status.RECOVERED


def test_an_incident_closes_only_after_the_reporter_confirmed() -> None:
    incident, engineer = incident_in("resolved"), make_person()
    with pytest.raises(TransitionRefused, match="reporter must confirm"):
        services.close_incident(incident, actor=engineer, via="web")


def test_an_unknown_cause_does_not_close_without_a_problem() -> None:
    incident, engineer = incident_in("recovered"), make_person()
    services.resolve_incident(incident, actor=engineer, via="web", resolution="restart", cause_class="unknown")
    services.confirm_incident(incident, actor=engineer, via="web", note="mail of noon")
    with pytest.raises(TransitionRefused, match="problem"):
        services.close_incident(incident, actor=engineer, via="web")


def test_a_reporter_may_not_acknowledge() -> None:
    with pytest.raises(NotPermitted):
        services.acknowledge_incident(make_incident(), actor=make_person(Role.REPORTER), via="web")


def test_a_refused_transfer_comes_back_to_operations() -> None:
    incident, developer = incident_in("transferred"), make_person(Role.DEVELOPER)
    services.refuse_incident(incident, actor=developer, via="web", reason="not ours")
    assert incident.status == Status.ACKNOWLEDGED
    assert incident.clocks.get(kind="resolution").stopped_at is None


def test_a_relapse_after_the_acknowledgement_asks_for_another() -> None:
    incident = incident_in("recovered")
    acknowledged_at = incident.acknowledged_at
    services.reopen_incident(incident, actor=None, via="detector", reason="counts fell again", is_down=True)
    assert incident.status == Status.REPORTED
    assert incident.clocks.get(kind="response").stopped_at is not None
    services.acknowledge_incident(incident, actor=make_person(), via="web")
    assert incident.acknowledged_at == acknowledged_at


def test_a_relapse_before_the_acknowledgement_is_reported_again() -> None:
    incident = make_incident()
    services.recover_incident(incident, actor=None, via="detector")
    services.reopen_incident(incident, actor=None, via="detector", reason="counts fell again", is_down=True)
    assert incident.status == Status.REPORTED
    assert incident.clocks.get(kind="recovery").stopped_at is None
