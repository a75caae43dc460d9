"""The demo's emergency plans, and how its past incidents were worked through by them."""

from datetime import datetime, timedelta
from random import Random

from config.demo.company import Company
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from problems.models import Plan
from problems.plan_steps import StepSpec
from problems.services import planning

GATEWAY = "Card payments fall at a gateway"
LOGIN = "Nobody can log in"


def build_plans(company: Company) -> None:
    """Two plans, published before the month began."""
    with clock.rehearse(clock.now() - timedelta(days=45)):
        gateway = _publish(
            company,
            GATEWAY,
            "When one gateway loses payments while the others do not. Not for faults of a bank.",
            StepSpec(
                kind="manual", text="Compare the gateways: which one falls, and since when?", expected_seconds=120
            ),
            StepSpec(kind="page", role="service_owner", text="Decides whether traffic moves", expected_seconds=60),
            StepSpec(
                kind="manual",
                text="Move the traffic of that gateway to the others",
                expected_seconds=180,
                needs_confirm=True,
            ),
            StepSpec(kind="manual", text="Watch the payments by minute for five minutes", expected_seconds=300),
        )
        login = _publish(
            company,
            LOGIN,
            "When logins fail on every channel.",
            StepSpec(kind="manual", text="Is it the identity provider? Open its status page.", expected_seconds=60),
            StepSpec(kind="manual", text="Roll back the last release of the login service", expected_seconds=240),
            StepSpec(kind="page", role="secondary", text="Checks the session store", expected_seconds=60),
        )
    with clock.rehearse(clock.now() - timedelta(days=40)):
        planning.set_conditions(
            gateway,
            actor=company.people["mona"],
            via=Via.WEB,
            conditions=[{"service": company.services["card-payments"]}],
        )
        planning.set_conditions(
            login,
            actor=company.people["mona"],
            via=Via.WEB,
            conditions=[{"service": company.services["login"], "levels": [1, 2]}],
        )


def work_through(incident: Incident, begun: datetime, until: datetime) -> None:
    """Run the plans that belong to a past incident, each step at its time."""
    random = Random(incident.pk)  # noqa: S311 - a story, not a secret
    with clock.rehearse(begun):
        runs = planning.attach_by_condition(incident)
    for run in runs:
        with clock.rehearse(begun + timedelta(seconds=random.randint(20, 90))):
            planning.start_plan(run, actor=incident.handler, via=Via.WEB)
        at = begun + timedelta(seconds=90)
        for step in run.steps.select_related("step"):
            at = min(at + timedelta(seconds=(step.step.expected_seconds or 60) * random.uniform(0.5, 1.6)), until)
            with clock.rehearse(at):
                planning.tick_step(step, actor=incident.handler, via=Via.WEB, is_confirmed=True)
        with clock.rehearse(at):
            planning.finish_plan(run, actor=incident.handler, via=Via.WEB)


def _publish(company: Company, name: str, purpose: str, *steps: StepSpec) -> Plan:
    mona = company.people["mona"]
    plan = planning.add_plan(actor=mona, via=Via.WEB, name=name, purpose=purpose)
    planning.save_draft(plan, actor=mona, via=Via.WEB, steps=steps)
    return planning.publish_version(plan, actor=mona, via=Via.WEB)
