"""Chats are told of their team's incidents by the same outbox as people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Role
from catalog.sealing import seal
from incidents.models import Incident, Level
from incidents.services import acknowledge_incident, change_level, recover_incident, resolve_incident
from lifecycle.models import Event, Via
from notifications.fake_carrier.groups import Group
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import ChatHook, Delivery, DeliveryStatus
from notifications.services.chat_news import tell_chats
from notifications.services.dispatching import dispatch_events
from notifications.services.sending import send_due_deliveries
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def carrier() -> Iterator[FakeCarrier]:
    with FakeCarrier(account_sid="AC1", auth_token="t") as running:
        yield running


@pytest.fixture
def group(carrier: FakeCarrier, settings: Any) -> Iterator[Group]:
    settings.OUTBOUND_ALLOW = [carrier.url.removeprefix("http://")]
    carrier.reset()
    yield carrier.group("feishu", "ops", secret="s3cret")
    carrier.assert_nothing_unexpected()


def make_chat(group: Group, **fields: Any) -> ChatHook:
    fields.setdefault("levels", [1, 2])
    address = {"sealed_url": seal(group.url), "sealed_secret": seal(group.group.secret)}
    return ChatHook.objects.create(**{"name": "Ops", "kind": group.group.kind, **address, **fields})


def run() -> None:
    """What the cycle does of it; pages to people are not these tests' matter."""
    dispatch_events()
    Delivery.objects.filter(chat=None).update(status=DeliveryStatus.CANCELLED)
    send_due_deliveries()


def test_a_chat_is_told_of_an_incident_from_its_report_to_its_end(group: Group) -> None:
    make_chat(group)
    incident, handler = make_incident(title='Refunds <at user_id="all"> fail'), make_person()
    run()
    line = group.expect_message(f"[L2][{incident.reference}] Refunds", "An incident was reported")
    assert line.links == (f"http://testserver{incident.get_absolute_url()}",)
    assert line.mentions == ()
    acknowledge_incident(incident, actor=handler, via=Via.WEB)
    run()
    group.expect_message(incident.reference, handler.name)
    recover_incident(incident, actor=handler, via=Via.WEB)
    run()
    group.expect_message("the service works again")
    resolve_incident(incident, actor=handler, via=Via.WEB, resolution="Restarted", cause_class="known")
    run()
    group.expect_message(incident.reference, handler.name)
    assert set(Delivery.objects.exclude(chat=None).values_list("status", flat=True)) == {DeliveryStatus.SENT}


def test_a_chat_hears_of_its_own_team_and_levels_only(group: Group) -> None:
    team = make_team()
    make_chat(group, team=team, levels=[1])
    make_incident(level=1)
    incident = make_incident(level=2, service=make_service(operations_team=team))
    run()
    group.expect_nothing()
    change_level(
        incident, level=Level.objects.get(pk=1), actor=make_person(Role.INCIDENT_MANAGER), via=Via.WEB, reason="Worse"
    )
    run()
    group.expect_message(f"[L1][{incident.reference}]")
    make_incident(level=1, service=make_service(operations_team=team))
    run()
    group.expect_message("An incident was reported")


def test_restricted_incidents_and_chats_that_are_switched_off_are_left_alone(group: Group) -> None:
    make_chat(group, is_active=False)
    make_chat(group, name="Other", levels=[])
    make_incident()
    run()
    ChatHook.objects.update(is_active=True, levels=[2])
    Incident.objects.filter(pk=make_incident().pk).update(is_restricted=True)
    run()
    group.expect_nothing()


def test_a_repeat_of_the_reaction_tells_nothing_twice(group: Group) -> None:
    make_chat(group)
    incident = make_incident()
    event = Event.objects.about(incident).get(verb="report")
    assert len(tell_chats(incident, event)) == 1
    assert tell_chats(incident, event) == []


def test_the_limit_of_the_program_is_kept_by_waiting(carrier: FakeCarrier, group: Group, clock: Clock) -> None:
    other = carrier.group("dingtalk", "ops")
    chat = make_chat(other)
    deliveries = [
        Delivery.objects.create(
            chat=chat,
            incident=make_incident(),
            channel="chat",
            purpose="watched",
            dedup_key=f"k{number}",
            body=f"number {number}.",
        )
        for number in range(23)
    ]
    while send_due_deliveries():
        pass
    assert Delivery.objects.filter(chat=chat, status=DeliveryStatus.SENT).count() == 20
    waiting = Delivery.objects.filter(chat=chat, status=DeliveryStatus.QUEUED)
    assert set(waiting.values_list("held_reason", flat=True)) == {
        "The chat program takes only so many messages a minute."
    }
    clock.advance(timedelta(seconds=61))
    while send_due_deliveries():
        pass
    assert Delivery.objects.filter(pk__in=[each.pk for each in deliveries], status=DeliveryStatus.SENT).count() == 23
    for number in range(23):
        other.expect_message(f"number {number}.")


def test_a_chat_that_is_gone_fails_on_the_timeline(carrier: FakeCarrier, group: Group) -> None:
    make_chat(group, sealed_url=seal(f"{carrier.chats_url}/feishu/gone"))
    make_incident()
    run()
    delivery = Delivery.objects.exclude(chat=None).get()
    assert (delivery.status, delivery.error_code) == (DeliveryStatus.FAILED, "19001")
    assert "gone" not in delivery.error


def test_a_program_in_trouble_is_tried_again(carrier: FakeCarrier, group: Group, clock: Clock) -> None:
    make_chat(group)
    carrier.change_modes(Modes(chat_refusal="500"))
    make_incident()
    run()
    assert Delivery.objects.exclude(chat=None).get().status == DeliveryStatus.QUEUED
    carrier.change_modes(Modes())
    clock.advance(timedelta(seconds=16))
    run()
    group.expect_message("An incident was reported")
