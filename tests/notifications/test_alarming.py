"""Alarms about paging itself: one incident a kind, told once, gone when the cause is."""

import pytest

from catalog.models import Service
from incidents.models import Incident
from incidents.services import acknowledge_incident, cancel_incident
from notifications.channels import ChannelError, Message
from notifications.cycle import run_cycle
from notifications.models import Alarm, AlarmKind, Delivery, Escalation, PagingSettings
from notifications.services.alarming import CALM, end_alarm, raise_alarm, report_alarms
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from tests.clock import Clock
from tests.factories import acting, make_incident, make_service
from tests.notifications.outbox import Carrier, stand_in
from tests.scenarios.stage import Duty, make_duty

pytestmark = pytest.mark.django_db
BREAKER = AlarmKind.BREAKER_OPEN


@pytest.fixture
def duty(db: None) -> Duty:
    """Paging has a service of its own, run by the same people."""
    duty = make_duty()
    team = duty.service.operations_team
    PagingSettings.objects.update(internal_service=make_service(name="Mainstay paging", operations_team=team))
    return duty


def internal() -> Service:
    service = PagingSettings.objects.get().internal_service
    assert service is not None
    return service


def incidents() -> list[Incident]:
    return list(Incident.objects.filter(service=internal()))


def test_an_alarm_opens_one_incident_however_often_it_is_raised(duty: Duty, clock: Clock) -> None:
    for _ in range(3):
        raise_alarm(BREAKER, about="twilio voice", detail="5 failures in a row")
        report_alarms()
        clock.advance(seconds=30)
    (incident,) = incidents()
    assert (incident.title, incident.level_id) == ("A carrier does not take messages", 2)
    assert "twilio voice: 5 failures in a row" in incident.description
    assert Alarm.objects.get().times == 3


def test_another_of_the_same_kind_joins_the_incident(duty: Duty) -> None:
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    raise_alarm(BREAKER, about="twilio sms", detail="down too")
    report_alarms()
    (incident,) = incidents()
    assert incident.events.filter(verb="alarm", note__contains="down too").count() == 1
    assert {alarm.incident for alarm in Alarm.objects.all()} == {incident}


def test_kinds_have_incidents_of_their_own(duty: Duty) -> None:
    raise_alarm(BREAKER)
    raise_alarm(AlarmKind.CLOCK_SKEW, about="node-1")
    report_alarms()
    assert {(incident.dedup_key, incident.level_id) for incident in incidents()} == {
        ("paging:breaker_open", 2),
        ("paging:clock_skew", 3),
    }


def test_the_incident_is_paged_like_any_other(duty: Duty) -> None:
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    dispatch_events()
    advance_escalations()
    assert Delivery.objects.filter(incident=incidents()[0], recipient=duty.primary, channel="voice").exists()


def test_it_recovers_when_the_cause_has_been_gone_for_a_while(duty: Duty, clock: Clock) -> None:
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    end_alarm(BREAKER, about="twilio voice")
    report_alarms()
    assert incidents()[0].recovered_at is None
    clock.advance(CALM)
    report_alarms()
    assert incidents()[0].status == "recovered"
    assert Alarm.objects.unsettled().count() == 0


def test_what_comes_and_goes_is_one_incident_that_stays_acknowledged(duty: Duty, clock: Clock) -> None:
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    acknowledge_incident(incidents()[0], **acting(duty.primary))
    for _ in range(5):
        end_alarm(BREAKER, about="twilio voice")
        clock.advance(minutes=4)
        report_alarms()
        raise_alarm(BREAKER, about="twilio voice")
        report_alarms()
    assert [incident.status for incident in incidents()] == ["acknowledged"]


def test_it_is_paged_anew_when_the_cause_comes_back_later(duty: Duty, clock: Clock) -> None:
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    acknowledge_incident(incidents()[0], **acting(duty.primary))
    end_alarm(BREAKER, about="twilio voice")
    clock.advance(CALM)
    report_alarms()
    raise_alarm(BREAKER, about="twilio voice")
    report_alarms()
    assert [incident.status for incident in incidents()] == ["reported"]


def test_what_somebody_ended_is_raised_anew_only_after_a_while(duty: Duty, clock: Clock) -> None:
    raise_alarm(BREAKER)
    report_alarms()
    cancel_incident(incidents()[0], **acting(duty.manager), reason="Known.")
    report_alarms()
    raise_alarm(BREAKER)
    report_alarms()
    assert len(incidents()) == 1
    clock.advance(CALM)
    report_alarms()
    assert [incident.status for incident in incidents()] == ["reported", "cancelled"]


def test_without_an_internal_service_only_the_health_page_tells(duty: Duty) -> None:
    PagingSettings.objects.update(internal_service=None)
    raise_alarm(BREAKER)
    report_alarms()
    assert (Incident.objects.count(), Alarm.objects.open().count()) == (0, 1)


def test_a_gap_in_duty_is_told_but_one_met_while_telling_is_not(duty: Duty, clock: Clock) -> None:
    make_incident(service=make_service())  # its team has no rota
    for _ in range(4):
        assert run_cycle("test")
        clock.advance(seconds=11)
    (incident,) = incidents()
    assert incident.dedup_key == "paging:duty_gap"
    Escalation.objects.filter(incident=incident).delete()
    internal().operations_team.schedule.delete()
    raise_alarm(BREAKER)
    for _ in range(4):
        assert run_cycle("test")
        clock.advance(seconds=11)
    assert {each.dedup_key for each in incidents()} == {"paging:duty_gap", "paging:breaker_open"}
    assert Alarm.objects.filter(is_quiet=True, kind=AlarmKind.DUTY_GAP).count() == 1


def test_while_the_carrier_is_down_the_alarm_about_it_arrives_by_mail(
    duty: Duty, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier refuses every call and text: the incident about that is told by the channel that is left."""

    def only_mail(message: Message) -> None:
        if "@" not in message.destination:
            raise ChannelError("down", code="20503", permanent=False)

    carrier = Carrier(script=only_mail)
    stand_in(monkeypatch, carrier)
    raise_alarm(BREAKER, about="twilio voice", detail="5 failures in a row")
    for _ in range(6):
        run_cycle("test")
        clock.advance(seconds=16)
    (incident,) = [each for each in incidents() if each.dedup_key == "paging:breaker_open"]
    told = [message for message in carrier.taken if message.destination == duty.primary.email]
    assert [message for message in told if incident.reference in message.subject]
    assert not [message for message in carrier.taken if "@" not in message.destination]
