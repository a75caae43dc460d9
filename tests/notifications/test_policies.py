"""Policies, table and routes as people edit them: what is refused, what is kept, what a simulation says."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import EscalationPolicy, NotificationRule, Route
from notifications.services.dispatching import dispatch_events
from notifications.services.editing.policies import PolicyValues, StepValues, add_policy, copy_policy, delete_policy
from notifications.services.editing.routes import RouteValues, add_route, delete_route
from notifications.services.editing.table import RuleValues, add_rule, uncovered
from notifications.services.routing import explain, policies_of
from notifications.services.simulating import simulate
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.scenarios.stage import Duty, make_duty

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def values(**fields: Any) -> PolicyValues:
    fields.setdefault("name", "Nights")
    fields.setdefault("round_length", 20 * MINUTE)
    fields.setdefault("repeats", 0)
    fields.setdefault("steps", [StepValues(timedelta(0), "primary", ["voice"])])
    return PolicyValues(**fields)


# --- Policies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": []}, "at least one step"),
        ({"steps": [StepValues(20 * MINUTE, "primary")]}, "Step 1: it must come within the round"),
        ({"steps": [StepValues(timedelta(0), "people")]}, "name at least one person"),
        ({"steps": [StepValues(timedelta(0), "schedule")]}, "choose the schedule"),
        ({"steps": [StepValues(timedelta(0), "chat")]}, "choose the chat"),
        ({"steps": [StepValues(timedelta(0), "primary", ["pigeon"])]}, "phone call, SMS or e-mail"),
        ({"steps": [StepValues(timedelta(0), "primary", alerts_within=MINUTE)]}, "how many alerts"),
        ({"steps": [StepValues(timedelta(0), "the-boss")]}, "names nobody"),
        ({"name": "  "}, "a name"),
        ({"levels": [1]}, "is paged by the policy"),
        ({"levels": [9]}, "no such level"),
        ({"time_zone": "Mars/Olympus"}, ""),
        ({"repeats": 99}, "At most 20"),
        ({"round_length": timedelta(days=2)}, "a minute and a day"),
    ],
)
def test_a_policy_that_could_not_page_is_refused_in_words(duty: Duty, changes: dict[str, Any], sentence: str) -> None:
    before = EscalationPolicy.objects.count()
    with pytest.raises(InputRefused) as refused:
        add_policy(values(**changes), actor=duty.manager)
    assert sentence in str(refused.value)
    assert EscalationPolicy.objects.count() == before


def test_without_any_incident_manager_a_policy_needs_a_fallback(duty: Duty) -> None:
    Person.objects.filter(pk=duty.manager.pk).update(is_active=False)
    administrator = make_person(Role.ADMINISTRATOR)
    with pytest.raises(InputRefused, match="name a fallback contact"):
        add_policy(values(), actor=administrator)
    assert add_policy(values(fallback=duty.owner), actor=administrator).fallback == duty.owner


def test_only_incident_managers_and_administrators_edit(duty: Duty) -> None:
    with pytest.raises(NotPermitted):
        add_policy(values(), actor=duty.primary)
    with pytest.raises(NotPermitted):
        add_route(Route.objects.get(), RouteValues(match={"level": "1"}), actor=duty.primary)
    client = signed_in(duty.primary)
    for path in ("/oncall/policies/new/", "/oncall/table/new/", "/oncall/routes/new/", "/oncall/drill/"):
        assert client.get(path).status_code == 404, path
        assert client.post(path, {}).status_code == 404, path
    for path in ("/oncall/policies/", "/oncall/table/", "/oncall/routes/", "/oncall/simulation/"):
        assert client.get(path).status_code == 200, path


def step_form(number: int, **fields: Any) -> dict[str, Any]:
    return {f"steps-{number}-{name}": value for name, value in {"urgency": "important", **fields}.items()}


def policy_form(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    form = {"name": "Nights", "round_length": "20", "repeats": "1", "time_zone": "Asia/Shanghai"}
    form |= {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": "0"}
    for step in steps:
        form |= step
    return form | fields


def test_a_policy_is_written_as_steps_in_the_browser(duty: Duty) -> None:
    late = step_form(0, after="10", target="people", people=[duty.owner.pk], channels=["voice"], from_time="22:00")
    first = step_form(1, after="0", target="primary")
    client = signed_in(duty.manager)
    more = client.post("/oncall/policies/new/", policy_form(late, first, more="yes"))
    assert more.status_code == 200
    assert 'name="steps-2-after"' in more.content.decode()
    assert not EscalationPolicy.objects.filter(name="Nights").exists()
    answer = client.post("/oncall/policies/new/", policy_form(late, first))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    policy = EscalationPolicy.objects.get(name="Nights")
    assert [(step.after, step.target) for step in policy.steps.all()] == [
        (timedelta(0), "primary"),
        (10 * MINUTE, "people"),
    ]
    assert policy.steps.all()[1].from_time == time(22)
    page = client.get("/oncall/policies/").content.decode()
    assert "After 10 min without acknowledgement: Olga, by phone call. Only from 22:00 to 00:00." in page
    assert client.get(f"/oncall/policies/{policy.pk}/").status_code == 200
    event = Event.objects.get(verb="add_escalation_policy")
    assert (event.actor, event.data["after"]["repeats"]) == (duty.manager, 1)
    changes = client.get("/oncall/policy-changes/").content.decode()
    assert "added the escalation policy “Nights”" in changes


def test_a_fault_keeps_what_was_typed_and_says_what_is_wrong(duty: Duty) -> None:
    answer = signed_in(duty.manager).post(
        "/oncall/policies/new/", policy_form(step_form(0, after="25", target="primary"))
    )
    assert answer.status_code == 400
    assert "Step 1: it must come within the round." in answer.content.decode()
    assert 'value="25"' in answer.content.decode()


def test_a_change_counts_the_version_and_an_old_form_is_refused(duty: Duty) -> None:
    policy = add_policy(values(), actor=duty.manager)
    client, form = signed_in(duty.manager), policy_form(step_form(0, after="1", target="primary"), version="1")
    assert client.post(f"/oncall/policies/{policy.pk}/", form).status_code == 302
    policy.refresh_from_db()
    assert policy.version == 2
    again = client.post(f"/oncall/policies/{policy.pk}/", form)
    assert again.status_code == 400
    assert "Somebody else changed this policy" in again.content.decode()


def test_a_copy_is_for_no_level_and_only_what_nothing_leads_to_is_deleted(duty: Duty) -> None:
    shipped = EscalationPolicy.objects.get(levels__contains=[2])
    copy = copy_policy(shipped, actor=duty.manager)
    assert (copy.levels, copy.steps.count()) == ([], shipped.steps.count())
    with pytest.raises(InputRefused):
        delete_policy(shipped, actor=duty.manager)
    add_route(Route.objects.get(), RouteValues(match={"level": "1"}, policy=copy), actor=duty.manager)
    with pytest.raises(InputRefused, match="Routes"):
        delete_policy(copy, actor=duty.manager)
    Route.objects.exclude(parent=None).delete()
    delete_policy(copy, actor=duty.manager)
    assert not EscalationPolicy.objects.filter(pk=copy.pk).exists()


def test_a_running_escalation_says_that_its_policy_has_changed(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    client = signed_in(duty.manager)
    assert "older version" not in client.get(incident.get_absolute_url()).content.decode()
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    form = policy_form(step_form(0, after="1", target="primary"), levels=[1, 2], version=str(policy.version))
    assert client.post(f"/oncall/policies/{policy.pk}/", form).status_code == 302
    assert "older version" in client.get(incident.get_absolute_url()).content.decode()
    assert incident.escalations.get().next_target_text == "on-call primary"


# --- The table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"levels": []}, "at least one level"),
        ({"channels": []}, "at least one method"),
        ({"to": []}, "at least one recipient"),
        ({"cc": ["service_owner"]}, "need not get a copy"),
        ({"at_percent": 50}, "Only warnings"),
        ({"kind": "mention"}, "a notification of the table"),
        ({"to": ["the-press"]}, "no such recipient"),
    ],
)
def test_a_row_that_would_tell_nobody_is_refused(duty: Duty, changes: dict[str, Any], sentence: str) -> None:
    row = RuleValues(kind="initial", levels=[1], channels=["sms"], to=["service_owner"])
    with pytest.raises(InputRefused, match=sentence):
        add_rule(replace(row, **changes), actor=duty.manager)


def test_a_level_without_a_row_is_pointed_out(duty: Duty) -> None:
    assert [level.pk for level, _missing in uncovered()] == [3]
    NotificationRule.objects.filter(kind="rectified").delete()
    assert {level.pk: missing for level, missing in uncovered()}[1] == ["fault rectified"]
    assert "fault rectified" in signed_in(duty.primary).get("/oncall/table/").content.decode()


def test_a_row_is_added_changed_and_removed_in_the_browser(duty: Duty) -> None:
    client = signed_in(duty.manager)
    form = {"kind": "initial", "levels": ["3"], "channels": ["email"], "to": ["service_owner"]}
    assert client.post("/oncall/table/new/", form).status_code == 302
    rule = NotificationRule.objects.get(kind="initial", levels=[3])
    assert client.post(f"/oncall/table/{rule.pk}/", form | {"cc": ["rd_leader"]}).status_code == 302
    rule.refresh_from_db()
    assert rule.cc == ["rd_leader"]
    assert client.post(f"/oncall/table/{rule.pk}/delete/").status_code == 302
    assert not NotificationRule.objects.filter(pk=rule.pk).exists()
    verbs = Event.objects.filter(verb__contains="notification_rule").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["add_notification_rule", "change_notification_rule", "delete_notification_rule"]


# --- Routes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        (RouteValues(), "at least one condition"),
        (RouteValues(match={"colour": "red"}), "is no label"),
        (RouteValues(match_re={"service": "(a"}), "cannot be used as a pattern"),
        (RouteValues(match_re={"service": "(((a{9}){9}){9}){9}"}), "too large"),
        (RouteValues(match_re={"service": "a" * 201}), "too long"),
    ],
)
def test_a_route_that_cannot_work_is_refused(duty: Duty, route: RouteValues, sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        add_route(Route.objects.get(), route, actor=duty.manager)


def test_routes_lead_an_incident_to_several_policies_side_by_side(duty: Duty, clock: Clock) -> None:
    payments = add_policy(values(name="Payments"), actor=duty.manager)
    majors = add_policy(values(name="Majors"), actor=duty.manager)
    root = Route.objects.get()
    goes_on = RouteValues(match={"is_major": "true"}, policy=majors, goes_on=True)
    add_route(root, goes_on, actor=duty.manager)
    ours = RouteValues(match_re={"service": "card-.*|service-.*"}, policy=payments, position=1)
    node = add_route(root, ours, actor=duty.manager)
    add_route(node, RouteValues(match={"tag_quiet": "true"}), actor=duty.manager)
    incident = make_incident(service=duty.service, level=1)
    assert [policy.name for policy in policies_of(incident)] == ["Majors", "Payments"]
    dispatch_events()
    assert {escalation.policy for escalation in incident.escalations.filter(status="running")} == {majors, payments}
    page = signed_in(duty.primary).get(incident.get_absolute_url()).content.decode()
    assert "Majors" in page
    assert "Payments" in page
    minor = make_incident(service=duty.service, level=3, tags=["quiet"])
    assert [policy.name for policy in policies_of(minor)] == ["Payments"], "a child inherits the policy"
    asked = signed_in(duty.primary).get(f"/oncall/routes/?ask=yes&incident=INC-{incident.pk}").content.decode()
    assert "Majors" in asked
    delete_route(node, actor=duty.manager)
    assert [policy.pk for policy in policies_of(minor)] == [EscalationPolicy.objects.get(levels=[3]).pk]


def test_a_business_line_above_the_service_matches_too(duty: Duty) -> None:
    from catalog.services import add_business_line

    above = add_business_line(name="Online", slug="online")
    below = add_business_line(name="Travel", slug="travel", parent=above)
    service = make_service(business_line=below)
    policy = add_policy(values(), actor=duty.manager)
    add_route(Route.objects.get(), RouteValues(match={"business_line": "online"}, policy=policy), actor=duty.manager)
    assert policies_of(make_incident(service=service)) == [policy]
    assert policies_of(make_incident(service=duty.service)) != [policy]
    assert explain({"business_line": "online"})[0].policy == policy


# --- The simulation -------------------------------------------------------------------------------------------------


def test_the_simulation_says_who_is_told_when_and_how_and_writes_nothing(duty: Duty, clock: Clock) -> None:
    before = Event.objects.count()
    client = signed_in(duty.primary)
    page = client.get(f"/oncall/simulation/?service={duty.service.pk}&level=1")
    text = page.content.decode()
    assert page.status_code == 200
    assert {"Alice", "Bob", "Mona", "Olga", "Lee"} <= set(text.replace("<", " ").replace(">", " ").split())
    assert duty.primary.masked_phone in text
    assert duty.primary.phone not in text
    assert Event.objects.count() == before


def test_an_unsaved_policy_is_tried_out_and_not_kept(duty: Duty) -> None:
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    trial = {"simulate": "yes", "trial-service": duty.service.pk, "trial-level": 2}
    form = policy_form(step_form(0, after="3", target="rd_leader", channels=["voice"]), levels=[1, 2], **trial)
    answer = signed_in(duty.manager).post(f"/oncall/policies/{policy.pk}/", form)
    assert answer.status_code == 200
    assert "Lee" in answer.content.decode()
    policy.refresh_from_db()
    assert policy.version == 1
    assert policy.steps.filter(target="rd_leader").count() == 0


def test_the_timetable_has_every_deadline_and_what_is_missing(duty: Duty, clock: Clock) -> None:
    from incidents.models import Level
    from lifecycle import clock as database_clock

    at = database_clock.now()
    entries = simulate(service=duty.service, level=Level.objects.get(pk=1), at=at)
    overdue = {entry.at - at for entry in entries if entry.kind == "overdue" and entry.at}
    assert {timedelta(minutes=10), timedelta(hours=2), timedelta(days=7)} <= overdue
    assert next(entry.offset for entry in entries if entry.kind == "initial") == timedelta(minutes=10)
    assert entries[-1].kind == "rectified"
    assert any("handler" in entry.missing for entry in entries if entry.kind == "warning")


# --- Cost -----------------------------------------------------------------------------------------------------------


def test_no_page_asks_more_for_a_longer_list(duty: Duty) -> None:
    client, root = signed_in(duty.manager), Route.objects.get()

    def grow(number: int) -> None:
        step = StepValues(timedelta(0), "people", people=[make_person(), duty.owner])
        policy = add_policy(values(name=f"Policy {number}", steps=[step], fallback=make_person()), actor=duty.manager)
        add_route(root, RouteValues(match={"service": f"s{number}"}, policy=policy), actor=duty.manager)
        add_rule(RuleValues(kind="initial", levels=[3], channels=["sms"], to=["owner"]), actor=duty.manager)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ("/oncall/policies/", "/oncall/table/", "/oncall/routes/")
    grow(0)
    few = [asked(path) for path in paths]
    for number in range(1, 6):
        grow(number)
    assert [asked(path) for path in paths] == few


# --- The API --------------------------------------------------------------------------------------------------------


def test_the_api_does_what_the_pages_do(duty: Duty) -> None:
    client = signed_in(duty.manager)

    def send(method: str, path: str, body: Any = None) -> Any:
        answer = getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None

    step = {"after": 60, "target": "people", "people": [duty.owner.username], "min_alerts": 3, "alerts_within": 600}
    policy = send("post", "escalation-policies/", {"name": "A", "round_length": 600, "repeats": 0, "steps": [step]})
    assert policy["steps"][0]["people"] == [duty.owner.username]
    changed = send("patch", f"escalation-policies/{policy['id']}/", {"repeats": 2, "version": 1})
    assert (changed["repeats"], changed["version"], len(changed["steps"])) == (2, 2, 1)
    route = send("post", "routes/", {"match": {"level": "3"}, "policy": policy["id"]})
    asked = send("post", "routes/ask/", {"labels": {"level": "3"}})
    assert asked == [
        {"routes": [Route.objects.get(parent=None).pk, route["id"]], "policy": policy["id"], "is_by_level": False}
    ]
    lines = send("post", "simulation/", {"service": duty.service.slug, "level": 3})
    assert lines[0]["left_out"] == "alerts"
    rule = send("post", "notification-rules/", {"kind": "initial", "levels": [3], "channels": ["sms"], "to": ["owner"]})
    assert send("patch", f"notification-rules/{rule['id']}/", {"channels": ["email"]})["channels"] == ["email"]
    for path in (f"notification-rules/{rule['id']}/", f"routes/{route['id']}/", f"escalation-policies/{policy['id']}/"):
        send("delete", path)
    refused = client.post("/api/v1/escalation-policies/", {"name": "B"}, content_type="application/json")
    assert refused.status_code == 400
