"""Conditions of steps, people who cannot be reached, personal rules, chats, several hands on one escalation."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from catalog.models import Person, Role
from detection.models import Alert, Metric, Rule, Series
from incidents import services
from incidents.models import Incident
from lifecycle import clock as database_clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.conditions import Condition
from notifications.models import (
    ChatHook,
    Delivery,
    EscalationPolicy,
    Notice,
    PagingSettings,
    PersonalRule,
    Route,
)
from notifications.panels import paged_next
from notifications.services.dispatching import dispatch_events
from notifications.services.drilling import end_drill, run_drill
from notifications.services.editing.policies import PolicyValues, StepValues, add_policy
from notifications.services.editing.routes import RouteValues, change_route
from notifications.services.escalating import advance_escalations
from notifications.services.noticing import fire_notices
from notifications.services.steering import add_to_escalation, page_person, page_step_now, skip_step
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty, make_duty

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("condition", "local", "unmet"),
    [
        (Condition(), "2026-03-29T02:30", ""),
        (Condition(time(9), time(17)), "2026-11-30T09:00", ""),
        (Condition(time(9), time(17)), "2026-11-30T17:00", "hours"),
        (Condition(time(22), time(6)), "2026-11-30T05:59", ""),
        (Condition(time(22), time(6)), "2026-11-30T06:00", "hours"),
        (Condition(time(22)), "2026-11-30T23:59", ""),
        (Condition(None, time(6)), "2026-11-30T05:00", ""),
        (Condition(weekdays=(0,)), "2026-11-30T12:00", ""),
        (Condition(weekdays=(1,)), "2026-11-30T12:00", "weekdays"),
        (Condition(time(22), time(6), (0,)), "2026-12-01T05:00", ""),
        (Condition(time(22), time(6), (0,)), "2026-11-30T05:00", "weekdays"),
        (Condition(time(1), time(4)), "2026-03-29T03:30", ""),
        (Condition(min_alerts=3), "2026-11-30T12:00", "alerts"),
        (Condition(min_alerts=2), "2026-11-30T12:00", ""),
    ],
)
def test_a_window_belongs_to_the_day_on_which_it_began(condition: Condition, local: str, unmet: str) -> None:
    assert condition.unmet(moment(local), zone=BERLIN, count_alerts=lambda _since: 2) == unmet
    assert Condition.load(condition.dump()) == condition


# --- On rows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def page_by(*steps: StepValues, **fields: Any) -> EscalationPolicy:
    """A policy for everything."""
    fields.setdefault("round_length", 20 * MINUTE)
    fields.setdefault("repeats", 0)
    policy = add_policy(PolicyValues(name="Everything", steps=steps, **fields), actor=None)
    change_route(Route.objects.get(parent=None), RouteValues(policy=policy), actor=None)
    return policy


def start(duty: Duty, **fields: Any) -> Incident:
    incident = make_incident(service=duty.service, level=2, **fields)
    dispatch_events()
    return incident


def next_step(clock: Clock, incident: Incident) -> None:
    due_at = incident.escalations.get().next_due_at
    assert due_at is not None
    clock.set(due_at)
    advance_escalations()


def verbs(incident: Incident) -> list[str]:
    return list(Event.objects.about(incident).order_by("id").values_list("verb", flat=True))


def add_alert(incident: Incident, at: datetime) -> None:
    metric = Metric.objects.create(slug=f"m{Metric.objects.count()}", name="m", dimensions=[])
    rule = Rule.objects.create(
        name="r",
        metric=metric,
        kind="threshold",
        parameters={},
        service=incident.service,
        level=incident.level,
        title="t",
        evaluated_to=at,
    )
    series = Series.objects.create(metric=metric, labels={}, position=0)
    Alert.objects.create(
        rule=rule, series=series, incident=incident, started_at=at, opened_at=at, last_seen_at=at, peak=1
    )


def test_a_step_whose_condition_does_not_hold_is_left_out_with_its_reason(duty: Duty, clock: Clock) -> None:
    only = (database_clock.now() + timedelta(days=2)).weekday()
    page_by(StepValues(timedelta(0), "primary", weekdays=[only]), StepValues(5 * MINUTE, "secondary"))
    incident = start(duty)
    row = paged_next(incident, incident.escalations.get(), now=database_clock.now())[0]
    assert (row.foreseen.left_out, row.people) == ("weekdays", [])
    next_step(clock, incident)
    next_step(clock, incident)
    left, page = Event.objects.about(incident).filter(verb__startswith="page").order_by("id")
    assert (left.verb, left.data["why"]) == ("page_left_out", "weekdays")
    assert (page.data["target"], page.data["people"]) == ("secondary", ["Bob"])


def test_a_step_for_many_alerts_waits_for_as_many(duty: Duty, clock: Clock) -> None:
    few = StepValues(timedelta(0), "rd_leader", min_alerts=1, alerts_within=10 * MINUTE)
    page_by(few, StepValues(5 * MINUTE, "rd_leader", min_alerts=1, alerts_within=10 * MINUTE))
    incident = start(duty)
    next_step(clock, incident)
    add_alert(incident, database_clock.now())
    next_step(clock, incident)
    assert [verb for verb in verbs(incident) if verb.startswith("page")] == ["page_left_out", "page"]


def test_people_are_paged_as_they_want_it_themselves(duty: Duty, clock: Clock) -> None:
    PersonalRule.objects.create(person=duty.primary, urgency="important", after=timedelta(0), channels=["sms"])
    PersonalRule.objects.create(person=duty.primary, urgency="important", after=5 * MINUTE, channels=["voice"])
    PersonalRule.objects.create(person=duty.primary, urgency="default", after=timedelta(0), channels=["email"])
    page_by(StepValues(timedelta(0), "people", people=[duty.primary, duty.secondary]))
    incident = start(duty)
    due_at = incident.escalations.get().next_due_at
    assert due_at is not None
    next_step(clock, incident)
    own = Delivery.objects.filter(recipient=duty.primary, purpose="page").order_by("wanted_at")
    assert [(page.channel, page.wanted_at - due_at) for page in own] == [("sms", timedelta(0)), ("voice", 5 * MINUTE)]
    assert "own rules" in own[1].held_reason
    assert own[1].due_at == own[1].wanted_at
    safe = Delivery.objects.filter(recipient=duty.secondary, purpose="page").values_list("channel", flat=True)
    assert set(safe) == {"voice", "sms", "email"}


@pytest.mark.parametrize("change", ["deactivated", "unverified", "gone from the rota"])
def test_whoever_cannot_be_reached_mid_escalation_means_the_fallback_at_once(
    duty: Duty, clock: Clock, change: str
) -> None:
    page_by(StepValues(timedelta(0), "secondary", ["voice"]), StepValues(5 * MINUTE, "primary", ["voice"]))
    incident = start(duty)
    next_step(clock, incident)
    if change == "deactivated":
        Person.objects.filter(pk=duty.primary.pk).update(is_active=False)
    elif change == "unverified":
        Person.objects.filter(pk=duty.primary.pk).update(phone_verified_at=None)
    else:
        duty.service.operations_team.schedule.delete()
    next_step(clock, incident)
    page = Event.objects.about(incident).filter(verb="page").latest("id")
    assert page.data["is_gap"]
    assert "Mona" in page.data["people"]
    assert page.data["gap"] == ("unreachable" if change == "unverified" else "nobody")


def test_a_chat_is_written_to_and_needs_nobody(duty: Duty, clock: Clock) -> None:
    chat = ChatHook.objects.create(name="Payments room", kind="feishu", sealed_url="x")
    page_by(StepValues(timedelta(0), "chat", chat=chat))
    incident = start(duty)
    next_step(clock, incident)
    delivery = Delivery.objects.get(purpose="page")
    assert (delivery.channel, delivery.chat, delivery.recipient) == ("chat", chat, None)
    page = Event.objects.about(incident).get(verb="page")
    assert (page.data["is_gap"], page.data["chat"]) == (False, "Payments room")


def test_nobody_at_all_ends_with_the_duty_managers_and_a_red_banner(duty: Duty, clock: Clock, client: Any) -> None:
    boss = make_person(Role.MANAGER, name="Boss")
    PagingSettings.objects.get().duty_managers.add(boss)
    page_by(StepValues(timedelta(0), "primary", ["voice"]))
    incident = start(duty)
    for _step in range(3):
        next_step(clock, incident)
    pages = Event.objects.about(incident).filter(verb="page").order_by("id")
    assert [page.data["people"] for page in pages] == [["Alice"], ["Mona"], ["Boss"]]
    assert verbs(incident).count("escalation_exhausted") == 1
    client.force_login(duty.primary)
    assert "Nobody acknowledged." in client.get(incident.get_absolute_url()).content.decode()
    strip = client.get("/incidents/").content.decode()
    assert f"Nobody acknowledged {incident.reference}" in strip
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    assert "Nobody acknowledged" not in client.get("/incidents/").content.decode()


# --- In the same transaction ----------------------------------------------------------------------------------------

ENDS = {
    "acknowledge": lambda incident, actor: services.acknowledge_incident(incident, actor=actor, via="web"),
    "recover": lambda incident, actor: services.recover_incident(incident, actor=actor, via="web"),
    "cancel": lambda incident, actor: services.cancel_incident(incident, actor=actor, via="web", reason="no"),
    "merge": lambda incident, actor: services.merge_incident(
        incident, actor=actor, via="web", target=make_incident(service=incident.service)
    ),
}


@pytest.mark.parametrize("verb", ENDS)
def test_what_ends_paging_withdraws_everything_that_waits_with_it(duty: Duty, clock: Clock, verb: str) -> None:
    """No cycle runs in between: the very transaction does it."""
    incident = start(duty)
    advance_escalations()
    clock.advance(minutes=11)
    fire_notices()
    assert incident.deliveries.filter(status="queued", purpose="page").exists()
    assert incident.deliveries.filter(status="queued", purpose="initial").exists()
    with transaction.atomic():
        ENDS[verb](incident, duty.primary)
        assert not incident.deliveries.filter(status="queued", purpose="page").exists()
        assert not incident.escalations.filter(status="running").exists()
        if verb != "acknowledge":
            assert not incident.deliveries.filter(status="queued", purpose="initial").exists()
            assert not Notice.objects.pending().filter(incident=incident, kind__in=("initial", "progress")).exists()


def test_a_resolution_withdraws_the_overdue_notices_too(duty: Duty, clock: Clock) -> None:
    incident = start(duty)
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    services.recover_incident(incident, actor=duty.primary, via="web")
    Notice.objects.create(incident=incident, kind="overdue", due_at=database_clock.now())
    services.resolve_incident(incident, actor=duty.primary, via="web", resolution="done", cause_class="known")
    assert not Notice.objects.pending().filter(incident=incident, kind="overdue").exists()


# --- Hands on a running escalation ----------------------------------------------------------------------------------


def test_a_chosen_step_is_paged_now_and_those_before_it_are_passed_over(duty: Duty, clock: Clock) -> None:
    incident = start(duty)
    advance_escalations()
    page_step_now(incident.escalations.get(), 3, actor=duty.primary)
    assert advance_escalations() == 1
    page = Event.objects.about(incident).filter(verb="page").latest("id")
    assert (page.data["target"], page.data["step"]) == ("manager", 3)
    with pytest.raises(InputRefused, match="taken already"):
        page_step_now(incident.escalations.get(), 3, actor=duty.primary)


def test_two_who_skip_at_once_skip_one_step(duty: Duty, clock: Clock) -> None:
    incident = start(duty)
    escalation = incident.escalations.get()
    planned = paged_next(incident, escalation, now=database_clock.now())[1].at
    skip_step(escalation, 0, actor=duty.primary)
    with pytest.raises(InputRefused, match="no longer the next"):
        skip_step(escalation, 0, actor=duty.secondary)
    assert incident.escalations.get().next_due_at == planned


def test_an_added_person_is_paged_with_every_step_to_come(duty: Duty, clock: Clock) -> None:
    incident = start(duty)
    add_to_escalation(incident.escalations.get(), duty.leader, actor=duty.primary)
    advance_escalations()
    assert Event.objects.about(incident).get(verb="page").data["people"] == ["Alice", "Lee"]


def test_somebody_is_paged_by_name_whatever_the_plan_says(duty: Duty, clock: Clock) -> None:
    incident = start(duty)
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    page_person(incident, duty.owner, actor=duty.primary)
    assert Delivery.objects.filter(recipient=duty.owner, purpose="page", status="queued").count() == 3
    with pytest.raises(NotPermitted):
        page_person(incident, duty.owner, actor=make_person(Role.REPORTER))
    services.cancel_incident(incident, actor=duty.primary, via="web", reason="no")
    assert not Delivery.objects.filter(purpose="page", status="queued").exists()
    with pytest.raises(InputRefused, match="is over"):
        page_person(incident, duty.owner, actor=duty.primary)


def test_the_buttons_of_the_panel(duty: Duty, clock: Clock, client: Any) -> None:
    incident = start(duty)
    escalation = incident.escalations.get()
    client.force_login(duty.primary)
    for verb, data, said in (
        ("add", {"person": duty.leader.pk}, "every step to come"),
        ("page", {"person": duty.owner.pk}, "Olga is paged now"),
        ("page", {}, "Choose a person"),
        ("skip", {"escalation": escalation.pk, "step": 0}, "is left out"),
        ("page-step", {"escalation": escalation.pk, "step": 2}, "is paged now"),
        ("page-step", {"escalation": escalation.pk, "step": 1}, "taken already"),
    ):
        answer = client.post(f"/incidents/{incident.pk}/paging/{verb}/", data, follow=True)
        assert said in answer.content.decode(), verb
    assert client.post(f"/incidents/{incident.pk}/paging/dance/").status_code == 404
    assert client.get(f"/api/v1/incidents/{incident.pk}/paging/").json()[0]["step"] == 2


# --- Drills ---------------------------------------------------------------------------------------------------------


def test_a_drill_runs_the_whole_escalation_and_is_ended_in_one_click(duty: Duty, clock: Clock, client: Any) -> None:
    with pytest.raises(NotPermitted):
        run_drill(service=duty.service, level=make_incident().level, actor=duty.primary)
    client.force_login(duty.manager)
    answer = client.post("/oncall/drill/", {"service": duty.service.pk, "level": 1})
    incident = Incident.objects.get(is_drill=True)
    assert answer["Location"] == incident.get_absolute_url()
    dispatch_events()
    advance_escalations()
    clock.advance(minutes=11)
    fire_notices()
    assert incident.deliveries.count() > 3
    assert set(incident.deliveries.values_list("is_drill", flat=True)) == {True}
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "End the drill" in page
    assert "paged Alice" in page
    assert f"Major incident {incident.reference}" not in page, "no drill in the strip"
    assert client.post(f"/oncall/drill/{incident.pk}/end/").status_code == 302
    incident.refresh_from_db()
    assert incident.status == "cancelled"
    assert not incident.deliveries.filter(status="queued", purpose="page").exists()
    with pytest.raises(InputRefused, match="no drill"):
        end_drill(make_incident(), actor=duty.manager)


def test_no_figure_counts_a_drill(duty: Duty, clock: Clock) -> None:
    from reports import rows
    from reports.period import Month

    incident = run_drill(service=duty.service, level=make_incident(level=1).level, actor=duty.manager)
    real = make_incident(service=duty.service)
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    services.acknowledge_incident(real, actor=duty.primary, via="web")
    now = database_clock.now()
    month = Month(now.year, now.month)
    assert incident not in rows.reported(month)
    assert real in rows.reported(month)
    assert set(rows.judged(month).values_list("incident", flat=True)) == {real.pk}
