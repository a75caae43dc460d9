"""What each kind of inspection looks for."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Person, Role
from detection.inspections.kinds import KINDS, Look, Seen
from detection.inspections.services import add_entry
from detection.models import Capacity, ExpiryDate, Frame
from detection.services import evaluate_due, store_frame
from incidents.services import restrict_incident
from incidents.services.actions import open_action
from lifecycle import clock
from notifications.models import Schedule
from problems.models import Plan, PlanCondition
from problems.services import raise_problem
from tests.detection.made import feed, make_metric, make_rule
from tests.factories import acting, make_business_line, make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def look(kind: str, /, **parameters: Any) -> Seen:
    form = KINDS[kind].form(data=parameters)
    assert form.is_valid(), form.errors
    now = clock.now()
    return KINDS[kind].look(Look(form.cleaned_data, now, now.date()))


def titles(seen: Seen) -> list[str]:
    return sorted(fact.title for fact in seen.facts)


def test_services_whose_people_have_left_are_found() -> None:
    sound, left, mute = make_service(name="Sound"), make_service(name="Left"), make_service(name="Mute")
    Person.objects.filter(pk__in=[left.owner_id, left.rd_leader_id]).update(is_active=False)
    Person.objects.filter(pk=mute.owner_id).update(email="", phone="")
    found = {fact.service for fact in look("service_owner").facts}
    assert {left.pk, mute.pk} <= found
    assert sound.pk not in found
    assert left.pk in {fact.service for fact in look("service_leader").facts}


def test_a_service_has_a_plan_by_its_name_or_its_line_once_it_is_published() -> None:
    line = make_business_line()
    below = make_business_line(parent=line)
    services = [make_service(business_line=below), make_service(), make_service(), make_service()]
    plans = [Plan.objects.create(name=f"P{n}", status="draft" if n == 2 else "published") for n in range(4)]
    PlanCondition.objects.create(plan=plans[0], position=1, business_line=line)
    PlanCondition.objects.create(plan=plans[1], position=1, service=services[1], levels=[1])
    PlanCondition.objects.create(plan=plans[2], position=1, service=services[2])
    PlanCondition.objects.create(plan=plans[3], position=1, levels=[1, 2, 3])
    found = {fact.service for fact in look("service_plan").facts}
    assert [each.pk in found for each in services] == [False, False, True, True]


def test_what_is_overdue_is_found_unless_only_some_may_know() -> None:
    alice, today = make_person(), clock.now().date()
    problem = raise_problem(title="Passwords", service=make_service(), owner=alice, due_on=today - 2 * DAY, **acting())
    raise_problem(title="Not yet", service=make_service(), due_on=today, **acting())
    fact = next(iter(look("problem_overdue", days=0).facts))
    assert (fact.owner, fact.service, fact.link) == (alice.pk, problem.service_id, problem.get_absolute_url())
    assert look("problem_overdue", days=5).facts == []
    incidents = [make_incident(), make_incident()]
    with clock.rehearse(clock.now() - 9 * DAY):
        for number, incident in enumerate([*incidents, None]):
            open_action(
                title=f"Do {number}", type="prevent", owner=alice, due_on=today - DAY, incident=incident, **ACTING
            )
    restrict_incident(incidents[1], is_restricted=True, participants=[], **acting(make_person(Role.INCIDENT_MANAGER)))
    assert titles(look("action_overdue", days=0)) == ["Action item overdue: Do 0", "Action item overdue: Do 2"]


ACTING: dict[str, Any] = {"actor": None, "via": "web"}


def test_dates_and_capacities_warn_before() -> None:
    service, today = make_service(), clock.now().date()
    for name, days in (("gone", -1), ("soon", 30), ("later", 31)):
        add_entry(ExpiryDate, name=name, kind="certificate", service=service, expires_on=today + days * DAY)
    add_entry(ExpiryDate, name="lease", kind="contract", service=service, expires_on=today)
    found = titles(look("expiry", days=30, kind="certificate"))
    assert found == [
        f"Certificate gone expired on {today - DAY}",
        f"Certificate soon expires on {today + 30 * DAY}",
    ]
    assert len(look("expiry", days=30).facts) == 3
    for name, value in (("disk", 80), ("queue", 79.9)):
        add_entry(Capacity, name=name, service=service, value=value, threshold=100, unit="GB")
    assert titles(look("capacity", percent=80)) == ["disk is 80 % full"]


def test_a_metric_is_measured_over_days_and_gaps_are_no_zeroes() -> None:
    metric = make_metric(interval=timedelta(hours=1), service=make_service())
    start = metric.align(clock.now()) - 47 * metric.interval
    feed(metric, [1.0] * 40 + [9.0] * 8, start=start, status="high")
    feed(metric, [None] * 40 + [9.0] * 8, start=start, status="rare")
    feed(metric, [1.0] * 48, start=start, status="low")
    asked = {"metric": metric.slug, "direction": "above", "limit": 5, "days": 7}
    seen = look("metric_share", percent=10, **asked)
    assert titles(seen) == [f"{metric.name} (high) was above 5 for 16.7 % of the time"]
    assert (len(seen.unknown), seen.facts[0].service) == (1, metric.service_id)
    assert look("metric_share", percent=20, **asked).facts == []


def test_a_trend_is_found_before_it_gets_there() -> None:
    metric = make_metric(interval=timedelta(hours=6))
    now = metric.align(clock.now())
    for step in range(40):
        values = [({"status": "fills"}, 50 + step / 4), ({"status": "stands"}, 50.0)]
        store_frame(metric, at=now - (39 - step) * metric.interval, values=values)
    seen = look("metric_trend", metric=metric.slug, direction="up", limit=70, ahead=30, days=10)
    assert [fact.title.split(" reaches ")[0] for fact in seen.facts] == [f"{metric.name} (fills)"]
    assert "changes by 1 a day" in seen.facts[0].description
    assert look("metric_trend", metric=metric.slug, direction="up", limit=70, ahead=5, days=10).facts == []
    Frame.objects.filter(metric=metric).delete()
    assert len(look("metric_trend", metric=metric.slug, direction="up", limit=70, ahead=30, days=10).unknown) == 2


def test_a_rule_that_fires_often_is_found_series_by_series() -> None:
    metric = make_metric()
    rule = make_rule(metric)
    start = metric.align(clock.now() - timedelta(minutes=20))
    feed(metric, [30.0] * 5 + [1.0] * 5, start=start, status="noisy")
    feed(metric, [1.0] * 10, start=start, status="calm")
    evaluate_due()
    assert titles(look("rule_share", rule=rule.pk, percent=40, days=1)) == [
        "“Too many” fired for noisy in 50 % of the time"
    ]
    assert look("rule_share", rule=rule.pk, percent=50, days=1).facts == []


def test_gaps_in_duty_and_unverified_phones_are_found_from_above() -> None:
    team = make_team(make_person())
    Schedule.objects.create(team=team)
    fact = next(fact for fact in look("oncall_gap", days=7).facts if team.name in fact.title)
    assert fact.link == f"/oncall/schedules/{team.slug}/"
    assert isinstance(look("unverified_phone", days=7), Seen)


def test_every_kind_says_what_it_is() -> None:
    for slug, kind in KINDS.items():
        assert slug == kind.slug
        assert str(kind.label)
        assert str(kind.about)
        assert str(kind.group)
