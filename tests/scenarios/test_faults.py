"""Faults that need no process: clocks and people that fail (F6, F7, F12, F13, F14 of docs/fault-tests.md).

One transaction, a hand on both clocks, fake phones; an unexpected message fails.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Person
from incidents.models import Incident
from incidents.services import acknowledge_incident, open_or_find, recover_incident, resolve_incident
from lifecycle.models import Event
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery, EscalationPolicy, NotificationRule, PagingSettings
from notifications.services.alarming import report_alarms
from tests.clock import Clock
from tests.factories import make_incident, make_service
from tests.scenarios.stage import Duty, assert_nothing_but_reminders, make_duty, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty() -> Duty:
    """Nobody but who is paged hears anything: the notices have scenarios of their own."""
    NotificationRule.objects.all().delete()
    return make_duty()


def paged(carrier: FakeCarrier, *people: Person) -> None:
    """Each was called, texted and written to, once; nobody else heard anything."""
    for person in people:
        carrier.phone(person.phone, name=person.name).expect_call().hang_up()
        carrier.phone(person.phone).expect_sms("reply 4")
        carrier.inbox(person.email).expect_email("please acknowledge")
    assert_nothing_but_reminders(carrier)


def pages() -> list[Event]:
    return list(Event.objects.filter(verb="page").order_by("id"))


# --- F6: clocks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2027, 3, 28, 0, 52, tzinfo=UTC), id="clocks-in-berlin-skip-an-hour"),
        pytest.param(datetime(2027, 10, 31, 0, 52, tzinfo=UTC), id="clocks-in-berlin-repeat-an-hour"),
        pytest.param(datetime(2028, 2, 28, 23, 52, tzinfo=UTC), id="into-the-leap-day"),
        pytest.param(datetime(2028, 2, 29, 23, 52, tzinfo=UTC), id="out-of-the-leap-day"),
    ],
)
def test_f6_steps_come_after_so_many_minutes_whatever_the_clock_on_the_wall_does(
    moment: datetime, one_way: FakeCarrier, clock: Clock
) -> None:
    clock.set(moment)
    NotificationRule.objects.all().delete()
    EscalationPolicy.objects.update(time_zone="Europe/Berlin")
    duty = make_duty()
    make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    for who in (duty.primary, duty.secondary, duty.manager):
        clock.advance(minutes=4, seconds=20)
        tick()
        assert_nothing_but_reminders(one_way)
        clock.advance(seconds=40)
        tick()
        paged(one_way, who)


@pytest.mark.parametrize("error", [timedelta(minutes=5), timedelta(minutes=-5), timedelta(hours=-1)])
def test_f6_a_server_with_a_wrong_clock_pages_by_the_databases(
    error: timedelta, duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    """Only Python's clock moves: what a program's machine believes is no matter."""
    make_incident(service=duty.service, level=2)
    clock.mislead(error)
    tick()
    paged(one_way, duty.primary)
    clock.advance(minutes=4, seconds=20)
    tick()
    assert_nothing_but_reminders(one_way)
    clock.advance(seconds=40)
    tick()
    paged(one_way, duty.primary)


# --- F7: reports that repeat and overtake ----------------------------------------------------------------------------


def test_f7_what_is_over_before_the_first_page_wakes_nobody(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    recover_incident(incident, actor=None, via="detector")
    resolve_incident(incident, actor=duty.primary, via="web", resolution="A false alarm.", cause_class="known")
    tick()
    assert_nothing_but_reminders(one_way)
    assert not Delivery.objects.filter(purpose="page").exists()


def test_f7_a_repeated_report_pages_once(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    first = make_incident(service=duty.service, level=2, dedup_key="cards down")
    for _ in range(5):
        again, is_new = open_or_find(
            title="Cards down",
            service=duty.service,
            level=first.level,
            dedup_key="cards down",
            occurred_at=clock.now(),
        )
        assert (again, is_new) == (first, False)
        tick()
    paged(one_way, duty.primary)


# --- F12: people -----------------------------------------------------------------------------------------------------


def leaves(duty: Duty) -> None:
    Person.objects.filter(pk=duty.secondary.pk).update(is_active=False)


def loses_the_number(duty: Duty) -> None:
    Person.objects.filter(pk=duty.secondary.pk).update(phone_verified_at=None)


def is_taken_off_the_schedule(duty: Duty) -> None:
    duty.service.operations_team.schedule.delete()


@pytest.mark.parametrize("befalls", [leaves, loses_the_number, is_taken_off_the_schedule])
def test_f12_who_cannot_be_paged_any_more_is_replaced_at_once(
    befalls: Callable[[Duty], None], duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    """In the middle of an escalation: nobody can be reached by the step that is due, so it pages the fallback too, and
    whoever keeps the rota hears of the gap."""
    PagingSettings.objects.update(internal_service=make_service(name="Mainstay paging"))
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    clock.advance(minutes=5)
    tick()
    paged(one_way, duty.primary)
    befalls(duty)
    clock.advance(minutes=5)
    tick()
    if befalls is loses_the_number:
        one_way.inbox(duty.secondary.email).expect_email("please acknowledge")
    paged(one_way, duty.manager)
    assert pages()[-1].data["is_gap"]
    report_alarms()
    gap = Incident.objects.exclude(pk=incident.pk).get()
    assert (gap.service.name, gap.level_id) == ("Mainstay paging", 2)
    assert duty.service.operations_team.name in gap.description
    assert Incident.objects.get(pk=incident.pk).status == "reported"


# --- F13: policies ---------------------------------------------------------------------------------------------------


def test_f13_a_running_escalation_keeps_the_policy_it_began_with(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    policy = EscalationPolicy.objects.get(levels__contains=[2])
    policy.steps.all().delete()
    policy.steps.create(after=timedelta(0), target="rd_leader", channels=["voice", "sms", "email"])
    for who in (duty.primary, duty.secondary, duty.manager):
        clock.advance(minutes=5)
        tick()
        paged(one_way, who)
    make_incident(service=duty.service, level=2, title="Another")
    tick()
    paged(one_way, duty.leader)


# --- F14: a standstill -----------------------------------------------------------------------------------------------


def test_f14_after_two_hours_of_standstill_only_the_newest_step_fires(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    """Seventeen steps and the duty managers came due meanwhile: one pages, the rest is marked as skipped."""
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    clock.advance(hours=2)
    tick()
    paged(one_way, duty.manager)
    skipped = Event.objects.about(incident).filter(verb="page_skipped")
    due = EscalationPolicy.objects.get(levels__contains=[2]).steps.count() * 4 + 2
    assert [event.data["step"] for event in skipped.order_by("id")] == list(range(1, due - 1))
    assert [event.data["step"] for event in pages()] == [0, due - 1]


def test_f14_what_was_acknowledged_during_a_standstill_pages_nobody(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    incident = make_incident(service=duty.service, level=2)
    tick()
    paged(one_way, duty.primary)
    clock.advance(hours=2)
    acknowledge_incident(incident, actor=duty.primary, via="web")
    tick()
    assert_nothing_but_reminders(one_way)
