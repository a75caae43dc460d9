"""Writing plans: frozen versions, secrets, addresses that may not be called, circles, who may."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Role
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from problems.models import Plan, PlanStep, PlanVersion
from problems.plan_diff import diff
from problems.plan_steps import KEPT, StepSpec
from problems.services import planning
from problems.services.planning.secrets import open_headers
from tests.factories import make_person
from tests.problems.plans.makers import SYSTEM, make_editor, make_plan, manual

pytestmark = pytest.mark.django_db
PUBLIC = "https://93.184.216.34/restart"


def call(url: str = PUBLIC, **fields: Any) -> StepSpec:
    return StepSpec(kind="call", text="Restart", method="POST", url=url, **fields)


def version_of(plan: Plan, number: int) -> PlanVersion:
    return plan.versions.get(number=number)


def test_a_published_version_is_frozen_by_the_database_and_an_edit_makes_a_draft() -> None:
    plan = make_plan("Look")
    planning.save_draft(plan, steps=[manual("Anew")], **SYSTEM)
    assert [step.text for step in version_of(plan, 1).steps.all()] == ["Look"]
    assert version_of(plan, 2).published_at is None
    for change in (
        lambda: PlanStep.objects.filter(version=version_of(plan, 1)).update(text="Forged"),
        lambda: PlanStep.objects.filter(version=version_of(plan, 1)).delete(),
        lambda: PlanVersion.objects.filter(plan=plan, number=1).update(note="Forged"),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()


def test_versions_are_compared_step_by_step() -> None:
    plan = make_plan("One", "Two", "Three", "Four")
    one, two, three, _four = version_of(plan, 1).steps.all()
    steps = [
        manual("Three", key=three.key),
        manual("One", key=one.key),
        manual("Two, carefully", key=two.key),
        manual("Five"),
    ]
    planning.save_draft(plan, steps=steps, **SYSTEM)
    old, new = (list(version_of(plan, number).steps.all()) for number in (1, 2))
    changes = diff(old, new, headers_of=lambda step: step.sealed_headers)
    assert [change.kind for change in changes] == ["moved", "same", "changed", "added", "removed"]
    assert changes[2].fields == ("text",)


def test_a_restored_version_runs_once_it_is_published() -> None:
    plan = make_plan("Look")
    planning.save_draft(plan, steps=[manual("Anew")], **SYSTEM)
    planning.publish_version(plan, **SYSTEM)
    planning.restore_version(plan, number=1, **SYSTEM)
    assert plan.published is not None
    assert plan.published.number == 2
    planning.publish_version(plan, **SYSTEM)
    assert [step.text for step in version_of(plan, 3).steps.all()] == ["Look"]
    with pytest.raises(TransitionRefused, match="draft"):
        planning.publish_version(plan, **SYSTEM)


def test_headers_lie_encrypted_and_are_kept_without_being_shown() -> None:
    plan = make_plan(call(headers={"Authorization": "Bearer s3cret"}))
    step = version_of(plan, 1).steps.get()
    assert "s3cret" not in step.sealed_headers
    assert step.header_names == ["Authorization"]
    planning.save_draft(plan, steps=[call(headers={"Authorization": KEPT}, key=step.key)], **SYSTEM)
    assert open_headers(version_of(plan, 2).steps.get()) == {"Authorization": "Bearer s3cret"}


def test_a_stored_secret_goes_to_no_other_server() -> None:
    plan = make_plan(call(headers={"Authorization": "Bearer s3cret"}))
    key = version_of(plan, 1).steps.get().key
    stolen = call("https://93.184.216.35/restart", headers={"Authorization": KEPT}, key=key)
    with pytest.raises(InputRefused, match="anew"):
        planning.save_draft(plan, steps=[stolen], **SYSTEM)
    assert plan.draft is None


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.0.0.8/", "http://169.254.169.254/", "ftp://x.example"])
def test_an_internal_address_is_refused_and_the_attempt_stays_on_record(url: str) -> None:
    plan, editor = make_plan(), make_editor()
    with pytest.raises(InputRefused, match="Step 1") as refused:
        planning.save_draft(plan, steps=[call(url)], actor=editor, via="web")
    assert set(refused.value.errors) == {"url"}
    assert plan.draft is None
    event = Event.objects.about(plan).get(verb="refuse_call")
    assert (event.actor, event.data["step"]) == (editor, 1)


def test_what_the_site_allows_may_be_called(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["10.0.0.0/8"]
    assert make_plan(call("http://10.0.0.8/")).published is not None


def test_a_plan_cannot_lead_back_to_itself() -> None:
    first, second, third = (make_plan(name=name) for name in ("First", "Second", "Third"))
    for plan in (first, second, third):
        plan.refresh_from_db()

    def within(plan: Plan, inner: Plan) -> None:
        planning.save_draft(plan, steps=[StepSpec(kind="plan", subplan=inner)], **SYSTEM)

    with pytest.raises(InputRefused, match="“First” → “First”"):
        within(first, first)
    within(first, second)
    within(second, third)
    with pytest.raises(InputRefused, match="“Third” → “First” → “Second” → “Third”") as refused:
        within(third, first)
    assert set(refused.value.errors) == {"subplan"}
    assert third.draft is None


def test_a_plan_that_is_a_step_of_another_is_not_retired() -> None:
    inner = make_plan(name="Inner")
    make_plan(StepSpec(kind="plan", subplan=inner), name="Outer")
    with pytest.raises(InputRefused, match="Outer"):
        planning.retire_plan(inner, reason="old", **SYSTEM)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (manual(" "), "text"),
        (manual("Look", expected_seconds=0), "expected_seconds"),
        (StepSpec(kind="page", role=""), "role"),
        (StepSpec(kind="page", role="person"), "person"),
        (StepSpec(kind="plan"), "subplan"),
        (call(headers={"Host": "x"}), "headers"),
        (call(headers={"X-A": "a\r\nX-B: b"}), "headers"),
        (StepSpec(kind="call", text="x", method="BREW", url=PUBLIC), "method"),
        (StepSpec(kind="script", text="rm"), "kind"),
    ],
)
def test_a_step_that_says_too_little_is_refused_by_its_field(step: StepSpec, field: str) -> None:
    plan = make_plan()
    with pytest.raises(InputRefused) as refused:
        planning.save_draft(plan, steps=[manual("Look"), step], **SYSTEM)
    assert set(refused.value.errors) == {field}
    assert "Step 2" in refused.value.errors[field]


def test_an_empty_plan_is_not_published() -> None:
    plan = planning.add_plan(name="Empty", **SYSTEM)
    with pytest.raises(InputRefused, match="without steps"):
        planning.publish_version(plan, **SYSTEM)


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.DEVELOPER, Role.SERVICE_OWNER, Role.MANAGER])
def test_only_incident_managers_and_administrators_write_plans(role: str) -> None:
    plan, person = make_plan(), make_person(role)
    who: dict[str, Any] = {"actor": person, "via": "web"}
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: planning.add_plan(name="Mine", **who),
        lambda: planning.save_draft(plan, steps=[], **who),
        lambda: planning.restore_version(plan, number=1, **who),
        lambda: planning.set_conditions(plan, conditions=[], **who),
        lambda: planning.retire_plan(plan, reason="x", **who),
    )
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()
    for other in (Role.INCIDENT_MANAGER, Role.ADMINISTRATOR):
        planning.save_draft(plan, steps=[manual("x")], actor=make_person(other), via="web")


def test_two_editors_do_not_overwrite_each_other_unseen() -> None:
    plan = make_plan()
    planning.save_draft(plan, steps=[manual("Mine")], expected_version=plan.version, **SYSTEM)
    with pytest.raises(VersionConflict):
        planning.save_draft(plan, steps=[manual("Yours")], expected_version=plan.version - 1, **SYSTEM)


def test_a_condition_that_says_nothing_is_refused() -> None:
    with pytest.raises(InputRefused, match="every incident"):
        planning.set_conditions(make_plan(), conditions=[{"labels": {}}], **SYSTEM)
