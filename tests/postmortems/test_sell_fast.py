"""The story "Sell Fast" after its incident: slow pages, reverted, closed, and what is learned from it."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from incidents import services as incident_services
from incidents.models import ActionItem
from lifecycle.models import Event
from lifecycle.transitions import TransitionRefused
from postmortems import services as postmortem_services
from problems import services as problem_services
from tests.detection.inspections.makers import make_inspection
from tests.factories import make_incident, make_person, make_service, make_team
from tests.postmortems.makers import add_entry

pytestmark = pytest.mark.django_db


def test_sell_fast_from_the_revert_to_a_mandatory_performance_test(clock: Any) -> None:
    engineer, developer = make_person(name="Alice"), make_person(Role.DEVELOPER, name="Bob")
    manager = make_person(Role.INCIDENT_MANAGER, name="Carol")
    by_engineer: dict[str, Any] = {"actor": engineer, "via": "web"}
    by_developer: dict[str, Any] = {"actor": developer, "via": "web"}

    # Monitoring sees slow pages; the performance team reverts the update of the recommendations.
    incident = make_incident(title="Sell Fast: pages load slowly", service=make_service(name="Sell Fast"), level=2)
    clock.advance(minutes=4)
    incident_services.acknowledge_incident(incident, **by_engineer)
    team = make_team(developer, name="Performance")
    incident_services.transfer_incident(
        incident, team=team, hand_over="Database load is ten times normal", **by_engineer
    )
    incident_services.accept_incident(incident, **by_developer)
    clock.advance(minutes=47)
    incident_services.recover_incident(incident, workaround="Recommendation update reverted", **by_developer)
    incident_services.resolve_incident(
        incident,
        resolution="Complex queries caused by the recommendation update; update reverted",
        cause_class="known_defect",
        **by_developer,
    )
    incident_services.confirm_incident(incident, note="Sales confirms that pages are fast", **by_engineer)

    # A known defect does not close without its problem.
    with pytest.raises(TransitionRefused):
        incident_services.close_incident(incident, **by_engineer)
    problem = problem_services.raise_problem(incident=incident, title="Recommendations query too much", **by_engineer)
    incident_services.close_incident(incident, **by_engineer)

    # Timeline: drafted from the record, the cause parked, the silence seen.
    postmortem = postmortem_services.start_postmortem(actor=manager, via="web", incidents=[incident])
    whats = [entry.what for entry in postmortem.entries.all()]
    assert "Service recovered: Recommendation update reverted" in whats
    assert not any("caused" in what for what in whats)
    assert "caused by" in postmortem.parked.get().text
    add_entry(postmortem, what="Sales reports fewer orders", source="sales dashboard", actor=manager)
    postmortem_services.open_issues(postmortem, actor=manager, via="web")

    # Issues: the parked cause becomes one; no owner anywhere.
    thought = postmortem.parked.get()
    issue = postmortem_services.add_issue(
        postmortem,
        text="The update went live without a performance test",
        kind="process",
        parked=thought,
        **by_engineer,
    )
    blind = postmortem_services.add_issue(
        postmortem, text="Query times are not recorded", kind="missing_data", **by_engineer
    )
    postmortem_services.open_actions(postmortem, actor=manager, via="web")

    # Actions: the performance test becomes mandatory.
    action = postmortem_services.add_action(
        postmortem,
        title="Performance test becomes mandatory before a release",
        type="prevent",
        owner=developer,
        due_on=(clock.now() + timedelta(days=14)).date(),
        issues=[issue],
        actor=manager,
        via="web",
    )
    postmortem_services.decline_action(blind, reason="The new database records them", actor=manager, via="web")
    postmortem_services.publish_postmortem(postmortem, actor=engineer, via="web")
    assert Event.objects.about(incident).filter(verb="publish_postmortem").exists()

    # The problem ends with an inspection, the action with somebody else's eyes.
    problem_services.investigate_problem(problem, **by_developer)
    problem_services.mark_known_error(
        problem, cause="Queries over all orders", workaround="Revert the update", **by_developer
    )
    problem_services.plan_fix(problem, fix="Query the last 30 days only", **by_developer)
    problem_services.verify_problem(problem, **by_developer)
    inspection = make_inspection(name="Performance test before each release")
    problem_services.record_outcome(
        problem,
        outcome="inspection",
        outcome_reference=inspection.reference,
        outcome_text="It looks for a release without one",
        **by_developer,
    )
    problem_services.close_problem(problem, **by_developer)
    incident_services.complete_action(
        action,
        proof="The inspection finds none",
        proof_url=f"https://mainstay.example/inspections/{inspection.pk}/",
        **by_developer,
    )
    assert list(ActionItem.objects.pending()) == [action]
    incident_services.verify_action(action, actor=engineer, via="web")
    assert not ActionItem.objects.pending().exists()
    assert problem.outcome_reference == inspection.reference
    assert action.proof_url.endswith(inspection.get_absolute_url())
    assert (incident.status, problem.status, postmortem.status) == ("closed", "closed", "published")
