"""Plans and runs led to a state through the services."""

from typing import Any

from catalog.models import Role
from incidents.models import Incident
from problems.models import Plan, PlanRun, RunStatus
from problems.plan_steps import StepSpec
from problems.services import planning
from tests.factories import make_incident, make_person

SYSTEM: dict[str, Any] = {"actor": None, "via": "system"}


def manual(text: str, **fields: Any) -> StepSpec:
    return StepSpec(kind="manual", text=text, **fields)


def make_plan(*steps: StepSpec | str, name: str = "Gateway down", is_published: bool = True, **fields: Any) -> Plan:
    """A plan with those steps; of two manual ones by default."""
    plan = planning.add_plan(name=name, **SYSTEM)
    specs = [manual(step) if isinstance(step, str) else step for step in steps or ("Look", "Switch over")]
    planning.save_draft(plan, steps=specs, **SYSTEM)
    if is_published:
        planning.publish_version(plan, **SYSTEM)
    if fields:
        planning.set_conditions(plan, conditions=[fields], **SYSTEM)
    return plan


def make_run(*steps: StepSpec | str, incident: Incident | None = None, plan: Plan | None = None) -> PlanRun:
    """A plan that runs at an incident."""
    plan = plan or make_plan(*steps)
    run = planning.attach_plan(incident or make_incident(), actor=make_person(), via="web", plan=plan)
    return planning.start_plan(run, actor=make_person(), via="web")


def run_in(status: str) -> PlanRun:
    person: dict[str, Any] = {"actor": make_person(), "via": "web"}
    if status in (RunStatus.ATTACHED, RunStatus.DETACHED):
        run = planning.attach_plan(make_incident(), plan=make_plan(), **person)
        return run if status == RunStatus.ATTACHED else planning.detach_plan(run, **person)
    run = make_run()
    if status == RunStatus.ABORTED:
        return planning.abort_plan(run, reason="it does not help", **person)
    if status == RunStatus.FINISHED:
        for step in run.steps.all():
            planning.tick_step(step, **person)
        return planning.finish_plan(run, **person)
    return run


def plan_in(status: str) -> Plan:
    plan = make_plan(is_published=status == "published")
    if status == "retired":
        planning.publish_version(plan, **SYSTEM)
        planning.retire_plan(plan, reason="replaced", **SYSTEM)
    elif status == "published":
        planning.save_draft(plan, steps=[manual("Anew")], **SYSTEM)
    return plan


def make_editor() -> Any:
    return make_person(Role.INCIDENT_MANAGER)
