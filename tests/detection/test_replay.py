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
from detection.recordings import parse_clock, read_recording
from detection.replay import Replay, prepare_replay
from detection.services import evaluate_due, store_frame
from incidents.models import Incident
from lifecycle import clock
from tests.factories import make_service

RECORDED = Path(__file__).resolve().parents[3] / "shared/data/payments_cloudwalk/transactions_1.csv"
DAY = """time,status,f0_
00h 00,approved,100
00h 01,approved,101
00h 01,reversed,1
00h 02,approved,99
00h 02,reversed,150
00h 04,approved,99
00h 04,reversed,170
spoilt row
00h 05,approved,80
""" + "".join(f"00h {minute:02},approved,100\n" for minute in range(6, 35))


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
    assert incident.title == "Card payments are reversed: 170 in a minute, 20 are tolerated"
    assert incident.status == "recovered"
    assert incident.service.slug == "card-payments"
    assert incident.occurred_at <= incident.reported_at <= clock.now()
    assert "1 rows were left out" in said
    assert "line 9: the row has only 1 columns" in said
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
    assert "open before  alerts joined it at 00:04" in said
    assert list(incident.events.order_by("id").values_list("verb", flat=True)) == [
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
        replay(path, speed=6000, last="00:05")
        replay(path, speed=6000, first="00:00", last="00:05")
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


@pytest.mark.django_db
@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded day is not on this machine (../shared/data)")
def test_the_recorded_day_has_one_incident_from_its_reversed_burst_to_its_end() -> None:
    with RECORDED.open() as lines:
        recording = read_recording(lines, CLOUDWALK.layout)
    assert len(recording.minutes) == 1322
    assert recording.faults == []
    day = prepare_replay(CLOUDWALK, recording, speed=600, first=0, last=1439)
    # The whole day lies in the past, so that nobody has to wait for it.
    day = Replay(day.profile, day.recording, day.metric, day.rules, 0, 1439, day.starts_at - timedelta(minutes=5))
    Rule.objects.update(evaluated_to=day.starts_at - day.metric.interval)
    happened: list[tuple[int, int, str]] = []
    for minute in sorted(recording.minutes):
        store_frame(day.metric, at=day.time_of(minute), values=day.values_of(minute))
        if minute % 30 and not parse_clock("14:20") < minute < parse_clock("15:00"):
            continue  # as if the worker came late: in the quiet hours that makes no difference
        evaluate_due()
        status = Incident.objects.order_by("-pk").values_list("pk", "status").first()
        if status and (not happened or happened[-1][1:] != status):
            happened.append((minute, *status))
    assert [status for _minute, _pk, status in happened] == ["reported", "recovered"]
    opened, recovered = happened[0][0], happened[1][0]
    assert parse_clock("14:33") <= opened <= parse_clock("14:36")
    assert parse_clock("18:43") <= recovered <= parse_clock("19:30")
    incident = Incident.objects.get()
    assert incident.level_id == 1
    assert day.recorded_clock(incident.occurred_at) == "14:33"
    assert {alert.rule.name for alert in Alert.objects.all()} >= {"Reversed card payments"}
