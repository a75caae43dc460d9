"""The keeper's chores, the canaries, the sign of life for outside, the light: each tells the truth."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from config.celery import app
from incidents.services import record_breaches
from lifecycle import clock as database_clock
from notifications import cycle, keeper
from notifications.health import pager_light, read_health
from notifications.management.commands import cycle as command
from notifications.models import Alarm, AlarmKind, Audit, Canary, Chore, Delivery, Heartbeat, Lateness
from notifications.services import auditing, canaries, ledger, reporting_out
from notifications.services.alarming import raise_alarm
from notifications.services.watching import watch_signs
from outbound.client import Answer
from outbound.errors import OutboundError
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page
from tests.scenarios.stage import make_duty

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


# --- Chores ----------------------------------------------------------------------------------------------------------


def test_a_chore_is_done_once_when_it_is_due_however_many_ask(clock: Clock) -> None:
    duty = keeper.Duty("sweep", MINUTE, lambda: None)
    assert [keeper.claim(duty) for _ in range(3)] == [True, False, False]
    clock.advance(seconds=59)
    assert not keeper.claim(duty)
    clock.advance(seconds=2)
    assert [keeper.claim(duty), keeper.claim(duty)] == [True, False]


def test_after_a_standstill_a_patient_chore_gives_the_cycle_time(clock: Clock) -> None:
    duty = keeper.Duty("audit", MINUTE, lambda: None, patience=timedelta(seconds=20))
    assert not keeper.claim(duty), "the first time is a standstill too"
    clock.advance(seconds=21)
    assert keeper.claim(duty)
    clock.advance(minutes=30)
    assert not keeper.claim(duty)
    clock.advance(seconds=21)
    assert keeper.claim(duty)


def test_a_chore_that_fails_keeps_no_other_from_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("no")

    duties = [keeper.Duty("bad", MINUTE, fail), keeper.Duty("good", MINUTE, lambda: done.append("good"))]
    monkeypatch.setattr(keeper, "DUTIES", duties)
    assert keeper.keep_watch() == 1
    assert done == ["good"]


def test_the_keeper_goes_on_while_the_cycle_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = threading.Event()
    hung: list[bool] = []

    def hang(*_arguments: object) -> None:
        hung.append(watched.wait(10))
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_cycle", hang)
    monkeypatch.setattr(command, "keep_watch", watched.set)
    monkeypatch.setattr(command, "send_until", lambda *_arguments: None)
    monkeypatch.setattr(command, "run_steps", lambda *_arguments: None)
    monkeypatch.setattr("signal.signal", lambda *_arguments: None)
    with pytest.raises(KeyboardInterrupt):
        call_command("cycle", every=0.01)
    assert hung == [True]


# --- Canaries --------------------------------------------------------------------------------------------------------


def test_a_canary_goes_through_every_queue_and_the_worker_answers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, list[str], str]] = []
    monkeypatch.setattr(
        app, "send_task", lambda name, arguments, *, queue, **_options: sent.append((name, arguments, queue))
    )
    assert canaries.send_canaries() == len(canaries.queues()) > 0
    for name, arguments, queue in sent:
        assert (arguments, Canary.objects.get(queue=queue).answered_at) == ([queue], None)
        app.tasks[name](*arguments)
    assert not Canary.objects.filter(answered_at=None).exists()


def test_without_the_broker_paging_is_told_to_go_on_without_queues(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(app, "send_task", refuse)
    Canary.objects.create(queue="celery", answered_at=database_clock.now())
    clock.advance(seconds=91)
    assert canaries.send_canaries() == 0
    Heartbeat.objects.create(ticker="cycle@here", beat_at=database_clock.now())
    answer = Client().get("/healthz/pager")
    assert (answer.status_code, answer.json()["alive"], answer.json()["state"]) == (503, True, "warn")
    assert "queues" in answer.json()["weaknesses"]
    watch_signs()
    assert [(alarm.kind, alarm.about) for alarm in Alarm.objects.open()] == [("queue_dead", "celery")]
    canaries.answer_canary("celery")
    watch_signs()
    assert not Alarm.objects.open().exists()


# --- Clocks, gaps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ahead", "is_wrong"), [(0.0, False), (1.5, False), (300.0, True), (-300.0, True)])
def test_a_machine_whose_clock_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch, ahead: float, is_wrong: bool) -> None:
    real = time.time
    monkeypatch.setattr("notifications.skew.time.time", lambda: real() + ahead)
    assert cycle.run_cycle("cycle")
    skew = Heartbeat.objects.get().clock_skew
    assert skew is not None
    assert abs(skew.total_seconds() - ahead) < 1.5
    watch_signs()
    assert Alarm.objects.open().filter(kind=AlarmKind.CLOCK_SKEW).exists() == is_wrong


def test_the_alarm_of_a_gap_ends_when_somebody_is_on_call() -> None:
    team = make_duty().service.operations_team
    raise_alarm(AlarmKind.DUTY_GAP, about=team.name)
    raise_alarm(AlarmKind.DUTY_GAP, about="a team without a rota")
    watch_signs()
    assert [alarm.about for alarm in Alarm.objects.open()] == ["a team without a rota"]


# --- The sign of life for outside -------------------------------------------------------------------------------------


@pytest.fixture
def monitors(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> dict[str, Any]:
    """Address -> what it answers: a status, or the error of the call. ``called`` lists who was."""
    settings.DEADMAN_URLS = ["https://one.example/ping/secret", "https://two.example/x"]
    answers: dict[str, Any] = dict.fromkeys(settings.DEADMAN_URLS, 200)
    answers["called"] = []

    def request(method: str, url: str) -> Answer:
        answers["called"].append((method, url))
        if isinstance(answers[url], Exception):
            raise answers[url]
        return Answer(answers[url], {}, b"")

    monkeypatch.setattr(reporting_out, "request", request)
    return answers


def beat() -> None:
    Heartbeat.objects.update_or_create(ticker="cycle@here", defaults={"beat_at": Now()})
    Canary.objects.update_or_create(queue="celery", defaults={"answered_at": Now()})


def test_the_sign_of_life_goes_out_only_after_a_clean_audit(monitors: dict[str, Any], clock: Clock) -> None:
    beat()
    auditing.audit_and_report()
    assert [method for method, _url in monitors["called"]] == ["GET", "GET"]
    assert Audit.objects.latest("pk").reported_out_at is not None
    assert pager_light().state == "ok"
    make_page()
    clock.advance(seconds=61)
    Delivery.objects.update(lease_until=clock.now() + timedelta(days=1))
    monitors["called"].clear()
    auditing.audit_and_report()
    assert (monitors["called"], Audit.objects.latest("pk").is_clean) == ([], False)


def test_a_monitor_that_does_not_take_it_turns_the_light_amber(monitors: dict[str, Any], clock: Clock) -> None:
    monitors["https://one.example/ping/secret"] = 404
    monitors["https://two.example/x"] = OutboundError("The server cannot be reached.")
    beat()
    auditing.audit_and_report()
    audit = Audit.objects.latest("pk")
    assert audit.report_error == "one.example: HTTP 404; two.example: The server cannot be reached."
    assert (pager_light().state, "outside" in read_health().weaknesses) == ("warn", True)
    assert {alarm.about for alarm in Alarm.objects.open()} == {"one.example", "two.example"}
    monitors.update(dict.fromkeys(list(monitors)[:2], 204))
    auditing.audit_and_report()
    assert not Alarm.objects.open().exists()
    assert pager_light().state == "ok"


# --- The light --------------------------------------------------------------------------------------------------------


def test_the_light_tells_when_the_last_test_page_went_out(clock: Clock) -> None:
    beat()
    Audit.objects.create(ended_at=clock.now(), is_clean=True)
    assert pager_light().text == "Paging OK"
    (page,) = make_page()
    Delivery.objects.filter(pk=page.pk).update(
        purpose="test", incident=None, status="delivered", sent_at=clock.now().replace(hour=7, minute=2)
    )
    assert pager_light().text == "Paging OK · last test 07:02"


WEAKENED: dict[str, Callable[[], Any]] = {
    "findings": lambda: Audit.objects.update(is_clean=False),
    "audit": lambda: Audit.objects.update(ended_at=database_clock.now() - timedelta(minutes=4)),
    "queues": lambda: Canary.objects.update(answered_at=None),
    "clocks": lambda: Heartbeat.objects.update(clock_skew=timedelta(seconds=-3)),
    "alarms": lambda: raise_alarm(AlarmKind.SPEND_CAP),
}


@pytest.mark.parametrize("what", WEAKENED)
def test_the_light_is_amber_while_people_are_paged_and_something_is_wrong(what: str) -> None:
    beat()
    Audit.objects.create(ended_at=database_clock.now(), is_clean=True)
    WEAKENED[what]()
    assert (pager_light().state, read_health().weaknesses, read_health().is_alive) == ("warn", (what,), True)


def test_the_light_is_one_query() -> None:
    beat()
    now = database_clock.now()
    with CaptureQueriesContext(connection) as queries:
        pager_light(now)
    assert len(queries) <= 2


# --- The ledger -------------------------------------------------------------------------------------------------------


def test_the_ledger_tells_how_late_things_were(clock: Clock) -> None:
    start = clock.now() - timedelta(minutes=30)
    duty = make_duty()
    for number, seconds in enumerate((0, 1, 2, 40)):
        (page,) = make_page(recipient=duty.primary, key=str(number))
        Delivery.objects.filter(pk=page.pk).update(
            wanted_at=start, created_at=start + timedelta(seconds=seconds), due_at=start, sent_at=None
        )
    (steps, messages, *_rest) = ledger.read_exactness(since=start - MINUTE, until=clock.now())
    assert (steps.count, steps.p50, steps.longest) == (4, 1.5, 40)
    assert steps.p99 is not None
    assert 38 < steps.p99 < 40
    assert (messages.count, messages.p99) == (0, None)


def test_a_deadline_that_had_passed_before_its_incident_was_reported_is_not_late(clock: Clock) -> None:
    start = clock.now()
    make_incident(level=1, occurred_at=start - timedelta(hours=5))
    record_breaches()
    (*_others, deadlines) = ledger.read_exactness(since=start - MINUTE, until=clock.now())
    assert deadlines.count > 0
    assert deadlines.longest is not None
    assert deadlines.longest < 60


def test_the_histograms_only_grow_and_count_each_thing_once(clock: Clock) -> None:
    ledger.add_up()
    assert Lateness.objects.count() == len(ledger.SOURCES)
    make_page(recipient=make_person())
    for _ in range(3):
        clock.advance(seconds=40)
        ledger.add_up()
    row = Lateness.objects.get(what="step")
    assert (sum(row.counts), row.counts[0]) == (1, 1)
    assert Chore.objects.count() == 0
