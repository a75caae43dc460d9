"""Proposing a major incident: by a person or by the rule, decided by an incident manager, once."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role
from incidents import services
from incidents.models import HandlingPolicy, Incident, Level, MajorProposal, MajorReport, ProposalStatus
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict, declared, perform
from notifications.models import Delivery
from notifications.services.dispatching import dispatch_events
from notifications.services.noticing import fire_notices
from tests.clock import Clock
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db

TABLE = {"accept": {"proposed"}, "reject": {"proposed"}, "withdraw": {"proposed"}}
REFUSED = [
    (verb, status) for verb, sources in TABLE.items() for status in ProposalStatus.values if status not in sources
]


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice")


@pytest.fixture
def manager() -> Person:
    return make_person(Role.INCIDENT_MANAGER, name="Mona")


def propose(incident: Incident | None = None, *, actor: Person | None = None, **values: Any) -> MajorProposal:
    values.setdefault("reason", "Hundreds of calls")
    return services.propose_major(incident or make_incident(), actor=actor or make_person(), via="web", **values)


def proposal_in(status: str) -> MajorProposal:
    proposal = propose()
    who: dict[str, Any] = {"actor": make_person(Role.INCIDENT_MANAGER), "via": "web"}
    if status == "accepted":
        services.accept_major(proposal, business_impact="no payments", **who)
    if status == "rejected":
        services.reject_major(proposal, reason="one shop only", **who)
    if status == "withdrawn":
        services.withdraw_major(proposal, **who)
    assert proposal.status == status
    return proposal


def verbs_of(incident: Incident) -> list[str]:
    return list(Event.objects.about(incident).order_by("pk").values_list("verb", flat=True))


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


# --- Transitions ----------------------------------------------------------------------------------------


def test_the_declared_transitions_of_a_proposal_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(MajorProposal):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_decided_proposal_is_decided_no_further(verb: str, status: str) -> None:
    proposal = proposal_in(status)
    with pytest.raises(TransitionRefused) as refused:
        perform(proposal, verb, actor=None, via="web")
    assert refused.value.status == status
    proposal.refresh_from_db()
    assert proposal.status == status


# --- Deciding -------------------------------------------------------------------------------------------


def test_who_accepts_becomes_incident_manager_of_a_major_incident(manager: Person) -> None:
    incident = make_incident(level=2)
    proposal = propose(incident)
    services.accept_major(proposal, actor=manager, via="web", business_impact="No shop can take cards")
    incident.refresh_from_db()
    assert (incident.is_declared_major, incident.manager, incident.status) == (True, manager, "reported")
    assert (proposal.business_impact, proposal.decided_by) == ("No shop can take cards", manager)
    assert verbs_of(incident)[-2:] == ["propose_major", "accept_major"]


def test_accepting_needs_the_business_impact_and_rejecting_a_reason(manager: Person) -> None:
    proposal = propose()
    with pytest.raises(InputRefused) as refused:
        services.accept_major(proposal, actor=manager, via="web", business_impact=" ")
    assert set(refused.value.errors) == {"business_impact"}
    with pytest.raises(InputRefused) as refused:
        services.reject_major(proposal, actor=manager, via="web", reason="")
    assert set(refused.value.errors) == {"reason"}
    proposal.refresh_from_db()
    assert proposal.status == "proposed"


def test_a_rejection_leaves_the_incident_as_it_was_and_is_told_to_its_owner(manager: Person, engineer: Person) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="web")
    version = incident.version
    proposal = propose(incident)
    services.reject_major(proposal, actor=manager, via="web", reason="One shop only")
    incident.refresh_from_db()
    assert (incident.status, incident.is_declared_major, incident.version) == ("acknowledged", False, version)
    event = Event.objects.get(verb="reject_major")
    assert event.note == "One shop only"
    assert engineer.pk in event.data["mentions"]
    dispatch_events()
    fire_notices()
    mails = Delivery.objects.filter(cause=event)
    assert engineer in [mail.recipient for mail in mails]
    assert all("One shop only" in mail.body for mail in mails)


def test_only_an_incident_manager_decides_and_only_om_proposes(engineer: Person) -> None:
    with pytest.raises(NotPermitted):
        propose(actor=make_person(Role.DEVELOPER))
    proposal = propose()
    decisions: list[tuple[Any, dict[str, str]]] = [
        (services.accept_major, {"business_impact": "x"}),
        (services.reject_major, {"reason": "x"}),
        (services.withdraw_major, {}),
    ]
    for decide, values in decisions:
        with pytest.raises(NotPermitted):
            decide(proposal, actor=engineer, via="web", **values)
    proposal.refresh_from_db()
    assert proposal.status == "proposed"


def test_the_proposer_takes_it_back(engineer: Person) -> None:
    proposal = propose(actor=engineer)
    services.withdraw_major(proposal, actor=engineer, via="web", note="Only a test shop")
    assert proposal.status == "withdrawn"
    assert propose(proposal.incident).status == "proposed"


def test_one_proposal_waits_at_a_time() -> None:
    incident = make_incident()
    propose(incident)
    with pytest.raises(TransitionRefused, match="already"):
        propose(incident)
    assert incident.major_proposals.count() == 1


@pytest.mark.parametrize("lead", ["level", "declared"])
def test_what_is_major_already_is_not_proposed(lead: str, manager: Person) -> None:
    incident = make_incident(level=1 if lead == "level" else 2)
    if lead == "declared":
        services.declare_major(incident, actor=manager, via="web", reason="press")
    with pytest.raises(TransitionRefused, match="It is a major incident already"):
        propose(incident)


def test_an_outdated_version_is_refused(manager: Person) -> None:
    proposal = propose()
    with pytest.raises(VersionConflict):
        services.reject_major(proposal, actor=manager, via="web", reason="no", expected_version=proposal.version + 1)


def test_a_resolved_incident_may_still_turn_out_major_and_then_owes_a_report(manager: Person) -> None:
    incident = make_incident(level=3)
    who: dict[str, Any] = {"actor": manager, "via": "web"}
    services.acknowledge_incident(incident, **who)
    services.resolve_incident(incident, resolution="fixed", cause_class="known", **who)
    assert not MajorReport.objects.exists()
    services.accept_major(propose(incident), business_impact="Refunds", **who)
    report = MajorReport.objects.get(incident=incident)
    assert report.owner == incident.owner == manager


def test_a_closed_incident_is_history(manager: Person) -> None:
    incident = make_incident(level=3)
    who: dict[str, Any] = {"actor": manager, "via": "web"}
    proposal = propose(incident)
    services.cancel_incident(incident, reason="false alarm", **who)
    with pytest.raises(TransitionRefused, match="over"):
        services.accept_major(proposal, business_impact="x", **who)
    with pytest.raises(TransitionRefused, match="over"):
        propose(incident)


# --- The rule -------------------------------------------------------------------------------------------


def record_impact(incident: Incident, users: int) -> None:
    services.record_impact(incident, actor=None, via="system", affected_users=users)


def test_many_affected_users_propose_it_by_rule() -> None:
    HandlingPolicy.objects.update_or_create(pk=1, defaults={"propose_major_at_users": 1000})
    incident = make_incident()
    record_impact(incident, 999)
    assert not incident.major_proposals.exists()
    record_impact(incident, 1000)
    proposal = incident.major_proposals.get()
    assert proposal.proposed_by is None
    assert "1,000" in proposal.reason
    record_impact(incident, 5000)
    assert incident.major_proposals.count() == 1


def test_the_rule_does_not_repeat_itself_after_a_rejection(manager: Person) -> None:
    HandlingPolicy.objects.update_or_create(pk=1, defaults={"propose_major_at_users": 10})
    incident = make_incident()
    record_impact(incident, 10)
    services.reject_major(incident.major_proposals.get(), actor=manager, via="web", reason="internal users")
    record_impact(incident, 20)
    assert incident.major_proposals.count() == 1


@pytest.mark.parametrize("threshold", [None, 10])
def test_the_rule_is_silent_without_a_figure_and_for_major_incidents(threshold: int | None) -> None:
    HandlingPolicy.objects.update_or_create(pk=1, defaults={"propose_major_at_users": threshold})
    incident = make_incident(level=1 if threshold else 2)
    record_impact(incident, 10_000)
    assert not MajorProposal.objects.exists()


# --- Reminders ------------------------------------------------------------------------------------------


def reminded(incident: Incident) -> list[str]:
    services.fire_reminders()
    return [event.data["kind"] for event in Event.objects.about(incident).filter(verb="remind").order_by("pk")]


def test_a_major_incident_without_a_manager_is_reminded_of(engineer: Person, clock: Clock) -> None:
    incident = make_incident(level=1)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    clock.advance(minutes=9)
    assert reminded(incident) == []
    clock.advance(minutes=1, seconds=1)
    assert reminded(incident) == ["manager_unset"]
    clock.advance(hours=2)
    assert reminded(incident) == ["manager_unset"]


def test_raising_the_level_begins_the_waiting_for_a_manager(engineer: Person, clock: Clock) -> None:
    incident = make_incident(level=2)
    services.acknowledge_incident(incident, actor=engineer, via="web")
    clock.advance(hours=1)
    level = Level.objects.get(pk=1)
    services.change_level(incident, actor=engineer, via="web", level=level, reason="worse")
    clock.advance(minutes=11)
    assert reminded(incident) == ["manager_unset"]


def test_nobody_is_reminded_of_what_is_done(manager: Person, clock: Clock) -> None:
    incident = make_incident(level=1)
    services.acknowledge_incident(incident, actor=manager, via="web")
    services.assign_incident(incident, actor=manager, via="web", manager=manager)
    clock.advance(minutes=11)
    assert reminded(incident) == []
    assert not incident.reminders.pending().exists()


def test_an_incident_that_nobody_owns_is_reminded_of(clock: Clock) -> None:
    incident = make_incident(level=3)
    clock.advance(minutes=11)
    assert reminded(incident) == ["owner_unset"]


def test_a_reminder_set_again_moves_instead_of_doubling(clock: Clock) -> None:
    incident = make_incident(level=3)
    later = clock.now().replace(year=clock.now().year + 1)
    services.remind(incident, "snooze_over", clock.now(), why="a")
    services.remind(incident, "snooze_over", later, why="a")
    services.remind(incident, "snooze_over", later, why="b")
    found = incident.reminders.pending().filter(kind="snooze_over")
    assert [row.due_at for row in found] == [later, later]
    services.cancel_reminders(incident, "snooze_over", why="b")
    assert [row.data for row in incident.reminders.pending().filter(kind="snooze_over")] == [{"why": "a"}]


def test_a_reminder_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    from incidents.services import reminding

    bad, good = make_incident(level=3), make_incident(level=3)
    genuine = reminding.STILL["owner_unset"]  # type: ignore[index]

    def look(incident: Incident, data: Any) -> Any:
        if incident.pk == bad.pk:
            raise RuntimeError("broken row")
        return genuine(incident, data)

    monkeypatch.setitem(reminding.STILL, "owner_unset", look)  # type: ignore[misc]
    clock.advance(minutes=11)
    with pytest.raises(ExceptionGroup):
        services.fire_reminders()
    assert [event.subject_id for event in Event.objects.filter(verb="remind")] == [good.pk]


# --- Pages and API --------------------------------------------------------------------------------------


def test_the_incident_page_offers_the_decision_to_the_manager_only(engineer: Person, manager: Person) -> None:
    proposal = propose()
    address = proposal.incident.get_absolute_url()
    form = f'action="{proposal.get_absolute_url()}accept/"'
    assert form in signed_in(manager).get(address).content.decode()
    assert form not in signed_in(engineer).get(address).content.decode()


def test_a_get_never_decides_and_a_post_comes_back_to_where_it_was(manager: Person) -> None:
    proposal, client = propose(), signed_in(manager)
    address = f"{proposal.get_absolute_url()}accept/"
    assert client.get(address).status_code == 200
    proposal.refresh_from_db()
    assert proposal.status == "proposed"
    posted = {"version": proposal.version, "business_impact": "No payments", "next": "/approvals/"}
    assert client.post(address, posted).headers["Location"] == "/approvals/"
    proposal.refresh_from_db()
    assert proposal.status == "accepted"


def test_a_foreign_way_back_is_not_followed(manager: Person) -> None:
    proposal = propose()
    posted = {"version": proposal.version, "reason": "no", "next": "https://evil.example/"}
    answer = signed_in(manager).post(f"{proposal.get_absolute_url()}reject/", posted)
    assert answer.headers["Location"] == proposal.get_absolute_url()


def test_a_refused_decision_keeps_what_was_typed(manager: Person) -> None:
    proposal = propose()
    posted = {"version": proposal.version + 5, "business_impact": "Long typed text"}
    answer = signed_in(manager).post(f"{proposal.get_absolute_url()}accept/", posted)
    assert answer.status_code == 409
    assert "Long typed text" in answer.content.decode()


def test_whoever_may_not_see_the_incident_finds_no_proposal(engineer: Person) -> None:
    proposal = propose(actor=engineer)
    services.restrict_incident(proposal.incident, actor=engineer, via="web", is_restricted=True)
    for stranger in (make_person(Role.REPORTER), make_person(Role.DEVELOPER)):
        client = signed_in(stranger)
        assert client.get(proposal.get_absolute_url()).status_code == 404
        assert client.post(f"{proposal.get_absolute_url()}withdraw/").status_code == 404
        assert client.get(f"/api/v1/proposals/{proposal.pk}/").status_code in (401, 404)


def test_the_engineer_may_look_but_not_decide(engineer: Person) -> None:
    proposal = propose()
    client = signed_in(engineer)
    assert client.get(proposal.get_absolute_url()).status_code == 200
    posted = {"version": proposal.version, "business_impact": "x"}
    assert client.post(f"{proposal.get_absolute_url()}accept/", posted).status_code == 403
