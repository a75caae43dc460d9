"""Who hears of what beside the pages: warnings, reminders, mentions, watchers, reporters."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident
from lifecycle.models import Via
from lifecycle.transitions import record_event
from notifications.models import Delivery
from notifications.services.dispatching import dispatch_events
from notifications.services.noticing import fire_notices
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


def tell() -> None:
    dispatch_events()
    fire_notices()


def told(purpose: str) -> set[tuple[str, str]]:
    """(who, by what) of every message of that purpose."""
    return {(row.reader_name, row.channel) for row in Delivery.objects.filter(purpose=purpose)}


def handled(**fields: Any) -> tuple[Incident, Person]:
    incident, alice = make_incident(**fields), make_person(name="Alice")
    services.acknowledge_incident(incident, actor=alice, via="web")
    return incident, alice


def test_each_threshold_warns_its_own_people(clock: Clock) -> None:
    incident, alice = handled(level=1)
    bob = make_person(name="Bob")
    services.assign_incident(incident, actor=alice, via="web", owner=bob)
    tell()
    clock.advance(minutes=91)
    services.record_warnings()
    tell()
    assert told("warning") >= {("Alice", "email"), ("Bob", "email")}
    assert not {who for who in told("warning") if who[1] == "sms"}, "75 percent is quiet"
    clock.advance(minutes=18)
    services.record_warnings()
    tell()
    assert ("Alice", "sms") in told("warning")


def test_after_the_deadline_the_warning_comes_again_every_hour(clock: Clock) -> None:
    incident, alice = handled(level=1)
    manager = make_person(Role.INCIDENT_MANAGER, name="Mona")
    services.assign_incident(incident, actor=alice, via="web", manager=manager)
    clock.advance(hours=3, minutes=1)
    services.record_breaches()
    services.record_warnings()
    tell()
    assert ("Mona", "email") in told("warning")
    first = Delivery.objects.filter(purpose="warning", recipient=manager).count()
    clock.advance(hours=1)
    services.record_warnings()
    tell()
    assert Delivery.objects.filter(purpose="warning", recipient=manager).count() > first


def test_nobody_is_warned_of_a_clock_that_stopped_meanwhile(clock: Clock) -> None:
    incident, alice = handled(level=1)
    clock.advance(minutes=91)
    services.record_warnings()
    services.recover_incident(incident, actor=alice, via="web")
    tell()
    bodies = Delivery.objects.filter(purpose="warning").values_list("body", flat=True)
    assert not [body for body in bodies if "Recovery" in body]


def test_overdue_news_go_to_those_who_write_them_and_call_nobody(clock: Clock) -> None:
    handled(level=2)
    clock.advance(minutes=61)
    services.record_breaches()
    tell()
    assert ("Alice", "email") in told("update_overdue")
    assert "voice" not in {channel for _name, channel in told("update_overdue")}


def test_a_reminder_goes_to_whom_it_concerns(clock: Clock) -> None:
    handled(level=1)
    clock.advance(minutes=46)
    services.check_acknowledgements()
    tell()
    assert told("reminder") == {("Alice", "email")}


def test_a_lapsed_acknowledgement_pages_anew(clock: Clock) -> None:
    incident, _alice = handled(level=1)
    tell()
    assert not incident.escalations.filter(status="running").exists()
    clock.advance(minutes=61)
    services.check_acknowledgements()
    tell()
    assert incident.escalations.filter(status="running").exists()


def test_whoever_is_mentioned_gets_a_mail_unless_the_incident_is_not_theirs_to_see() -> None:
    incident, alice = handled()
    bob, dora = make_person(name="Bob"), make_person(Role.DEVELOPER, name="Dora")
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, participants=[bob])
    data = {"mentions": [alice.pk, bob.pk, dora.pk], "visibility": "internal"}
    record_event(incident, "note", actor=alice, via=Via.WEB, note="@bob please look", data=data)
    tell()
    assert told("mention") == {("Bob", "email")}
    assert "please look" in Delivery.objects.get(purpose="mention").body


def test_watchers_hear_of_what_matters_but_not_of_their_own_doing() -> None:
    incident, alice = handled()
    bob = make_person(name="Bob")
    incident.watchers.add(alice, bob)
    services.recover_incident(incident, actor=alice, via="web", workaround="second gateway")
    tell()
    assert told("watched") == {("Bob", "email")}


def test_a_reporter_without_an_account_is_answered_and_asked() -> None:
    incident, alice = handled(level=3, reporter_email="li.na@example.com", reporter_name="Li Na")
    tell()
    assert told("received") == {("Li Na", "email")}
    services.resolve_incident(incident, actor=alice, via="web", resolution="internal words", cause_class="known")
    tell()
    mail = Delivery.objects.get(purpose="confirmation")
    assert mail.destination == "li.na@example.com"
    assert "internal words" not in mail.body
    assert f"[L{incident.level_id}]" not in mail.subject


def test_without_an_address_nothing_is_promised() -> None:
    incident, alice = handled(level=3)
    services.resolve_incident(incident, actor=alice, via="web", resolution="x", cause_class="known")
    tell()
    assert not Delivery.objects.filter(purpose__in=["received", "confirmation"]).exists()


def test_an_update_tells_the_table_at_once_in_its_own_words(clock: Clock) -> None:
    owner = make_person(Role.SERVICE_OWNER, name="Olga")
    service = make_service(owner=owner, operations_team=make_team())
    incident, alice = handled(service=service, level=1)
    tell()
    clock.advance(minutes=20)
    data = {"visibility": "internal"}
    record_event(incident, "update", actor=alice, via=Via.WEB, note="Two gateways are back.", data=data)
    tell()
    first = Delivery.objects.get(purpose="progress", recipient=owner, channel="email")
    assert "Two gateways are back." in first.body
    clock.advance(minutes=59)
    tell()
    assert Delivery.objects.filter(purpose="progress", recipient=owner, channel="email").count() == 1
    clock.advance(timedelta(minutes=2))
    tell()
    assert Delivery.objects.filter(purpose="progress", recipient=owner, channel="email").count() == 2
