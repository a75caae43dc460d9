"""A plan at an incident, from the condition that attaches it to the last tick."""

from typing import Any

import pytest

from catalog.models import Role
from incidents import services as incident_services
from incidents.models import Incident
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from problems.models import PlanRun, RunStep, StepStatus
from problems.plan_steps import StepSpec
from problems.services import planning
from tests.factories import make_incident, make_person, make_service
from tests.problems.plans.makers import SYSTEM, make_plan, make_run, manual

pytestmark = pytest.mark.django_db


def verbs_of(incident: Incident) -> list[str]:
    told = Event.objects.about(incident).order_by("pk").values_list("verb", flat=True)
    return [verb for verb in told if verb not in ("report", "acknowledge")]


def step_of(run: PlanRun, number: str) -> RunStep:
    return run.steps.get(number=number)


def who(role: str = Role.OPERATIONS) -> dict[str, Any]:
    return {"actor": make_person(role), "via": "web"}


def test_a_plan_is_worked_through_with_time_and_actor_of_every_step_on_the_timeline() -> None:
    run, alice = make_run("Look", "Switch over", "Tell the bank"), make_person(name="Alice")
    as_alice: dict[str, Any] = {"actor": alice, "via": "web"}
    planning.tick_step(step_of(run, "1"), note="gateway 3", **as_alice)
    with pytest.raises(TransitionRefused, match="still open"):
        planning.finish_plan(run, **as_alice)
    planning.tick_step(step_of(run, "2"), **as_alice)
    planning.skip_step(step_of(run, "3"), reason="the bank rang", **as_alice)
    planning.finish_plan(run, **as_alice)
    assert verbs_of(run.incident) == [
        *("attach_plan", "start_plan", "tick_step", "tick_step", "skip_step", "finish_plan"),
    ]
    event = Event.objects.about(run.incident).get(verb="tick_step", note="gateway 3")
    assert (event.actor, event.data["step"], event.data["title"]) == (alice, "1", "Look")
    assert "seconds" in event.data
    first = step_of(run, "1")
    assert (first.ended_by, first.note) == (alice, "gateway 3")
    assert first.took is not None


def test_a_step_ticked_twice_counts_once_and_is_no_error() -> None:
    run, first, second = make_run(), make_person(), make_person()
    planning.tick_step(step_of(run, "1"), actor=first, via="web")
    planning.tick_step(step_of(run, "1"), actor=second, via="web")
    assert step_of(run, "1").ended_by == first
    assert verbs_of(run.incident).count("tick_step") == 1


def test_what_was_skipped_by_one_is_not_ticked_by_another_without_an_undo() -> None:
    run = make_run()
    planning.skip_step(step_of(run, "1"), reason="no gateway", **who())
    with pytest.raises(InputRefused, match="skipped it already"):
        planning.tick_step(step_of(run, "1"), **who())
    planning.undo_step(step_of(run, "1"), **who())
    planning.tick_step(step_of(run, "1"), **who())
    assert step_of(run, "1").status == StepStatus.DONE
    assert verbs_of(run.incident)[-3:] == ["skip_step", "undo_step", "tick_step"]


def test_a_skip_needs_a_reason_and_a_dangerous_step_a_confirmation() -> None:
    run = make_run(manual("Switch off", needs_confirm=True), "Look")
    with pytest.raises(InputRefused, match="why"):
        planning.skip_step(step_of(run, "2"), reason=" ", **who())
    with pytest.raises(InputRefused, match="Confirm"):
        planning.tick_step(step_of(run, "1"), **who())
    planning.tick_step(step_of(run, "1"), is_confirmed=True, **who())
    assert step_of(run, "1").status == StepStatus.DONE


def test_a_run_keeps_the_version_that_it_began_with() -> None:
    plan = make_plan("Look")
    run = make_run(plan=plan)
    planning.save_draft(plan, steps=[manual("Anew"), manual("More")], **SYSTEM)
    planning.publish_version(plan, **SYSTEM)
    assert [step.step.text for step in run.steps.all()] == ["Look"]
    assert make_run(plan=plan).steps.count() == 2


def test_plans_within_a_plan_are_laid_out_in_their_place() -> None:
    inner = make_plan("Inner one", "Inner two", name="Inner")
    run = make_run("First", StepSpec(kind="plan", subplan=inner), "Last")
    assert [(step.number, step.step.text) for step in run.steps.all()] == [
        ("1", "First"),
        ("2.1", "Inner one"),
        ("2.2", "Inner two"),
        ("3", "Last"),
    ]


def test_an_aborted_run_keeps_its_ticks_and_takes_no_more() -> None:
    run = make_run()
    planning.tick_step(step_of(run, "1"), **who())
    planning.abort_plan(run, reason="another cause", **who())
    with pytest.raises(TransitionRefused, match="not running"):
        planning.tick_step(step_of(run, "2"), **who())
    assert step_of(run, "1").status == StepStatus.DONE


def test_the_end_of_the_incident_ends_its_plans() -> None:
    run = make_run("Look")
    incident_services.cancel_incident(run.incident, actor=make_person(), via="web", reason="false alarm")
    run.refresh_from_db()
    assert run.status == "aborted"


@pytest.mark.parametrize("part", ["service", "business_line", "level"])
def test_a_reported_incident_gets_the_plans_whose_condition_holds(part: str) -> None:
    service = make_service()
    conditions: dict[str, dict[str, Any]] = {
        "service": {"service": service},
        "business_line": {"business_line": service.business_line},
        "level": {"levels": [1], "service": service},
    }
    plan = make_plan(**conditions[part])
    fits, other = make_incident(service=service, level=1), make_incident()
    assert [run.plan for run in PlanRun.objects.filter(incident=fits)] == [plan]
    assert "attach_plan" in verbs_of(fits)
    assert not PlanRun.objects.filter(incident=other).exists()


def test_a_raised_level_attaches_the_plan_of_that_level_once() -> None:
    make_plan(levels=[1])
    incident = make_incident(level=2)
    assert not PlanRun.objects.filter(incident=incident).exists()
    manager: dict[str, Any] = {"actor": make_person(Role.INCIDENT_MANAGER), "via": "web"}
    level = type(incident.level).objects.get
    incident_services.change_level(incident, level=level(pk=1), reason="worse", **manager)
    assert PlanRun.objects.filter(incident=incident).count() == 1
    run = PlanRun.objects.filter(incident=incident).get()
    planning.detach_plan(run, reason="does not fit", **manager)
    incident_services.change_level(incident, level=level(pk=2), reason="better", **manager)
    incident_services.change_level(incident, level=level(pk=1), reason="worse", **manager)
    assert PlanRun.objects.filter(incident=incident).get() == run


def test_a_draft_or_retired_plan_is_attached_neither_by_itself_nor_by_hand() -> None:
    draft = make_plan(name="Draft", is_published=False, levels=[2])
    retired = make_plan(name="Old", levels=[2])
    planning.retire_plan(retired, reason="replaced", **SYSTEM)
    incident = make_incident(level=2)
    assert not PlanRun.objects.filter(incident=incident).exists()
    for plan in (draft, retired):
        with pytest.raises(InputRefused, match="published"):
            planning.attach_plan(incident, plan=plan, **who())


def test_a_plan_is_attached_by_hand_once_at_a_time() -> None:
    plan, incident = make_plan(), make_incident()
    planning.attach_plan(incident, plan=plan, **who())
    with pytest.raises(InputRefused, match="already"):
        planning.attach_plan(incident, plan=plan, **who())


def test_only_colleagues_who_see_the_incident_run_its_plans() -> None:
    run = make_run()
    insider = make_person()
    incident_services.acknowledge_incident(run.incident, actor=insider, via="web")
    incident_services.restrict_incident(run.incident, is_restricted=True, participants=[], actor=insider, via="web")
    run = PlanRun.objects.get(pk=run.pk)
    for stranger in (make_person(), make_person(Role.REPORTER)):
        with pytest.raises(NotPermitted):
            planning.tick_step(step_of(run, "1"), actor=stranger, via="web")
        with pytest.raises((NotPermitted, InputRefused)):
            planning.attach_plan(run.incident, actor=stranger, via="web", plan=make_plan(name=stranger.name))
        assert not PlanRun.objects.of_seen(stranger).exists()
    planning.tick_step(step_of(run, "1"), actor=insider, via="web")
