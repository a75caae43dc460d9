"""A recorded day, judged as if live: a small one through the command, the real one through the services."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Person, Service
from detection.models import Alert, Frame, Metric, Rule
from detection.profiles import CLOUDWALK
from detection.services import evaluate_due
from incidents.models import Incident
from lifecycle import clock
from tests.factories import make_service

DAY = (
    "time,status,f0_\n"
    + "".join(f"00h {minute:02},approved,100\n00h {minute:02},reversed,1\n" for minute in range(6))
    + "00h 06,approved,99\n00h 06,reversed,150\nspoilt row\n00h 08,approved,99\n00h 08,reversed,170\n"
    + "".join(f"00h {minute:02},approved,100\n" for minute in range(9, 35))
)


@contextmanager
def worker() -> Iterator[None]:
    """What Celery does, in a thread: judge whatever is due, again and again."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            evaluate_due()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def replay(path: Path, **options: object) -> str:
    out = io.StringIO()
    call_command("replay", str(path), profile="cloudwalk", stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_replayed_file_opens_an_incident_that_recovers(tmp_path: Path) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text(DAY)
    make_service(slug="card-payments")
    with worker():
        said = replay(path, speed=1200, last="00:34")
    incident = Incident.objects.get()
    assert incident.level_id == 1
    assert incident.title == "Payments are reversed: 63.2 % of all, 3.3 % are usual"
    assert incident.status == "recovered"
    assert incident.service.slug == "card-payments"
    assert incident.occurred_at <= incident.reported_at <= clock.now()
    assert "1 rows were left out" in said
    assert "line 16: the row has only 1 columns" in said
    assert f"{incident.reference} “{incident.title}”" in said
    assert "acknowledged not yet" in said
    metric = Metric.objects.get()
    assert metric.interval == timedelta(milliseconds=50)
    assert Frame.objects.count() == 34, "the minute without rows has no frame"
    alert = Alert.objects.get()
    assert alert.opened_at - alert.started_at == 2 * metric.interval


@pytest.mark.django_db(transaction=True)
def test_a_second_replay_reopens_what_the_first_left_recovered(tmp_path: Path) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text(DAY)
    with worker():
        replay(path, speed=6000, last="00:34")
        said = replay(path, speed=6000, last="00:34")
    incident = Incident.objects.get()
    assert "open before  alerts joined it at 00:08" in said
    told = incident.events.exclude(verb="record_impact").order_by("id")
    assert list(told.values_list("verb", flat=True)) == [
        "report",
        "recover",
        "reopen",
        "alert",
        "recover",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_installation_without_the_demo_gets_what_the_replay_needs(tmp_path: Path) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text(DAY)
    with worker():
        replay(path, speed=6000, last="00:09")
        replay(path, speed=6000, first="00:00", last="00:09")
    assert Service.objects.get().slug == "card-payments"
    assert Metric.objects.count() == 1
    assert Rule.objects.count() == len(CLOUDWALK.rules)
    assert not any(person.has_usable_password() for person in Person.objects.all())


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text(DAY)
    monkeypatch.setattr("detection.replay.wait_until_judged.__kwdefaults__", {"patience": timedelta(seconds=0.3)})
    with pytest.raises(CommandError, match="worker"):
        replay(path, speed=6000, last="00:01")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", {}, "empty"),
        (DAY, {"speed": 0}, "speed"),
        (DAY, {"speed": float("nan")}, "speed"),
        (DAY, {"first": "25:00"}, "--from"),
        (DAY, {"first": "12:00", "last": "13:00"}, "no rows between"),
        (DAY, {"answer": True}, "MAINSTAY_FAKE_CARRIER_URL"),
    ],
)
def test_what_cannot_be_replayed_is_refused(tmp_path: Path, text: str, options: dict[str, object], words: str) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=words):
        replay(path, **options)
    assert not Metric.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        replay(tmp_path / "nothing.csv")
