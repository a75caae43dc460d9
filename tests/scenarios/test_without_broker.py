"""`manage.py cycle` alone, without Celery and its broker: what is due by the calendar happens all the same."""

import signal
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from config.celery import app
from detection.inspections.kinds import Fact
from detection.models import Finding, Inspection
from notifications import cycle
from notifications.management.commands import cycle as command
from reports.models import Meeting, MeetingPolicy, MeetingStatus
from tests.detection.inspections.makers import make_inspection, show
from tests.factories import make_service

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(app, "send_task", refuse)


@pytest.fixture
def signals() -> Iterator[None]:
    """The command takes them; the session wants its own back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def cycle_until(monkeypatch: pytest.MonkeyPatch, signals: None) -> Callable[[Callable[[], bool]], None]:
    """Run the command, all its threads, and stop it as a supervisor does once that is so (or patience is over)."""

    def run(is_done: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + PATIENCE

        def tick(name: str, steps: list[Callable[[], int]]) -> None:
            cycle.run_cycle(name, steps)
            if is_done() or time.monotonic() > ends_at:
                signal.raise_signal(signal.SIGTERM)

        monkeypatch.setattr(command, "run_cycle", tick)
        call_command("cycle", every=0.05)

    return run


def test_an_inspection_that_is_due_is_run(cycle_until: Callable[[Callable[[], bool]], None]) -> None:
    inspection = make_inspection(service=make_service())
    show(Fact("disk", "The disk fills"))
    Inspection.objects.exclude(pk=inspection.pk).update(is_active=False, next_run_at=None)
    Inspection.objects.filter(pk=inspection.pk).update(next_run_at=Now())
    cycle_until(Finding.objects.exists)
    assert Finding.objects.get().title == "The disk fills"
    run = inspection.runs.get()
    assert run.finished_at is not None
    inspection.refresh_from_db()
    assert inspection.next_run_at is not None
    assert inspection.next_run_at > run.finished_at


def test_a_meeting_is_planned_although_nobody_has_opened_its_page(
    cycle_until: Callable[[Callable[[], bool]], None],
) -> None:
    assert not Meeting.objects.exists()
    policy = MeetingPolicy.objects.get()  # as shipped: nobody has saved it
    cycle_until(Meeting.objects.exists)
    meeting = Meeting.objects.get()
    assert meeting.status == MeetingStatus.PLANNED
    assert meeting.day.weekday() in policy.weekdays
    assert (meeting.starts_at.hour, meeting.starts_at.minute) == (policy.begins_at.hour, policy.begins_at.minute)
