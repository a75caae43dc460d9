"""What the cycle makes of events: read late, out of order, or after the incident has moved on."""

import threading

import pytest
from django.db import connection, transaction

from incidents import services
from incidents.models import Incident, Level
from lifecycle.models import Event
from lifecycle.transitions import lock
from notifications.models import Delivery, Notice
from notifications.services import dispatching
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from notifications.services.noticing import fire_notices
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, make_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def change_level(incident: Incident, number: int, duty: Duty) -> None:
    level = Level.objects.get(pk=number)
    services.change_level(incident, actor=duty.primary, via="web", level=level, reason="complaints")
    dispatch_events()


def kinds_sent() -> list[str]:
    return [event.data["kind"] for event in Event.objects.filter(verb="notify").order_by("id")]


def test_a_level_that_rises_while_nobody_has_answered_calls_instead_of_mailing(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=3)
    dispatch_events()
    advance_escalations()
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"email"}
    change_level(incident, 1, duty)
    advance_escalations()
    page = Event.objects.filter(verb="page").latest("id")
    assert page.data["channels"] == ["voice", "sms", "email"]
    assert Delivery.objects.get(channel="email", status="cancelled").not_sent_reason == "The level was changed."
    assert list(incident.escalations.order_by("id").values_list("status", flat=True)) == ["stopped", "running"]


def test_a_level_under_the_same_policy_goes_on_with_the_step_it_had_reached(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    advance_escalations()
    change_level(incident, 1, duty)
    assert incident.escalations.get().next_step == 1


def test_the_initial_notice_goes_out_once_however_often_the_level_changes(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    clock.advance(minutes=11)
    fire_notices()
    for number in (1, 2, 3, 1):
        change_level(incident, number, duty)
        fire_notices()
    assert kinds_sent() == ["initial"]


def test_a_level_that_the_table_does_not_name_gets_no_notice(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    change_level(incident, 3, duty)
    clock.advance(hours=2)
    assert fire_notices() == 0
    assert kinds_sent() == []
    assert not Notice.objects.pending().exists()


def test_what_recovered_unanswered_pages_anew_when_it_turns_out_not_to_be_over(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    services.recover_incident(incident, actor=None, via="detector")
    dispatch_events()
    services.reopen_incident(incident, actor=duty.primary, via="web", reason="it was a gap in the counts")
    dispatch_events()
    assert incident.status == "reported"
    assert incident.escalations.filter(status="running").count() == 1
    assert Notice.objects.pending().filter(kind="progress").exists()


def test_a_relapse_before_the_next_cycle_announces_no_recovery(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    services.recover_incident(incident, actor=None, via="detector")
    dispatch_events()
    services.reopen_incident(incident, actor=None, via="detector", reason="fires again", is_down=True)
    fire_notices()
    assert kinds_sent() == []
    dispatch_events()
    assert incident.escalations.filter(status="running").count() == 1


def test_an_old_event_does_not_silence_what_a_newer_one_has_started(
    duty: Duty, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement could not be read at first; meanwhile the incident has relapsed."""
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    services.recover_incident(incident, actor=None, via="detector")
    services.reopen_incident(incident, actor=None, via="detector", reason="fires again", is_down=True)

    def fail(_incident: Incident, _event: Event) -> None:
        raise RuntimeError("a bad row")

    monkeypatch.setitem(dispatching.REACTIONS, "acknowledge", [fail])
    with pytest.raises(ExceptionGroup):
        dispatch_events()
    monkeypatch.undo()
    dispatch_events()
    assert incident.escalations.filter(status="running").count() == 1


def test_more_bad_events_than_fit_a_batch_do_not_hold_up_the_next_page(
    duty: Duty, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch_events()  # what happened while the rota was made
    for _number in range(5):
        make_incident(service=duty.service, level=2, title="bad")
    good = make_incident(service=duty.service, level=2, title="good")
    reactions = dispatching.REACTIONS["report"]

    def fail_for_the_bad(incident: Incident, event: Event) -> None:
        if incident.title == "bad":
            raise RuntimeError("a bad row")
        for react in reactions:
            react(incident, event)

    monkeypatch.setitem(dispatching.REACTIONS, "report", [fail_for_the_bad])
    with pytest.raises(ExceptionGroup):
        dispatch_events(limit=2)
    assert good.escalations.filter(status="running").exists()


@pytest.mark.django_db(transaction=True)
def test_an_incident_that_somebody_holds_does_not_keep_the_cycle_from_the_others(clock: Clock) -> None:
    duty = make_duty()
    dispatch_events()  # what happened while the rota was made
    held, free = (make_incident(service=duty.service, level=2) for _number in range(2))
    is_held, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                lock(Incident.objects.get(pk=held.pk))
                is_held.set()
                is_done.wait(timeout=20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(timeout=20)
    assert dispatch_events() == 1
    is_done.set()
    holder.join(timeout=20)
    assert free.escalations.exists()
    assert not held.escalations.exists()
    assert dispatch_events() == 1
    assert held.escalations.exists()


def test_a_standstill_keeps_the_initial_notice_and_the_news_that_it_is_over(duty: Duty, clock: Clock) -> None:
    held, over = (make_incident(service=duty.service, level=2) for _number in range(2))
    for incident in (held, over):
        services.acknowledge_incident(incident, actor=duty.primary, via="web")
    services.hold_incident(held, actor=duty.primary, via="web", reason="waiting for the bank")
    services.recover_incident(over, actor=duty.primary, via="web")
    services.resolve_incident(over, actor=duty.primary, via="web", resolution="done", cause_class="known")
    services.confirm_incident(over, actor=duty.primary, via="web", note="by phone")
    services.close_incident(over, actor=duty.primary, via="web")
    clock.advance(minutes=2)
    dispatch_events()
    fire_notices()
    assert {notice.kind for notice in held.notices.exclude(fired_at=None)} == {"initial"}
    assert {notice.kind for notice in over.notices.exclude(fired_at=None)} == {"rectified"}


def test_progress_is_told_every_hour_until_the_recovery(duty: Duty, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    dispatch_events()
    services.acknowledge_incident(incident, actor=duty.primary, via="web")
    dispatch_events()
    fire_notices()
    for _hour in range(2):
        clock.advance(hours=1)
        fire_notices()
    assert kinds_sent() == ["initial", "progress", "progress"]
    services.recover_incident(incident, actor=duty.primary, via="web")
    clock.advance(hours=1)
    assert fire_notices() == 0, "the cycle has not read the recovery yet, the lock shows it all the same"
