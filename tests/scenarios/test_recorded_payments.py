"""Recorded payments, judged as if live by the rules that are shipped: what opens, when and what it says; and no more.

The recordings are not ours to ship: where they are not on the machine, the tests are skipped. Nothing here waits: the
recording lies in the past, and the rules judge it frame by frame, as a worker would.
"""

import gzip
import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from detection.models import Localisation, Rule
from detection.profiles import CHECKOUT, CLOUDWALK, MERCHANTS, Profile
from detection.recordings import read_recording
from detection.replay import Replay, feed_at_once, prepare_replay
from detection.services import evaluate_due, refresh_localisations
from incidents.models import Impact, Incident
from tests.factories import make_service

DATA = Path(__file__).resolve().parents[3] / "shared/data"
CARDS = DATA / "payments_cloudwalk/transactions_1.csv"
SALES = DATA / "payments_cloudwalk/checkout_1.csv"
BY_MERCHANT = DATA / "payments_by_merchant/transactions_dev.csv.gz"

pytestmark = pytest.mark.django_db


def recorded(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not on this machine (../shared/data)")


@dataclass(frozen=True)
class Told:
    """An incident, and when it opened and was over by the recording's clock."""

    incident: Incident
    opened: str
    over: str


def play(path: Path, profile: Profile, *, speed: float, limit: int = 1) -> tuple[Replay, list[Told]]:
    """Judge the whole recording, ``limit`` frames at a time, and say what opened in the recording's own time."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    recording = read_recording(io.StringIO(text), profile.layout)
    assert recording.faults == []
    make_service(slug=profile.service_slug)
    played = prepare_replay(profile, recording, speed=speed, first=0, last=max(recording.minutes))
    back = (len(played.minutes) + 2) * played.interval
    played = replace(played, starts_at=next(iter(played.metrics.values())).align(played.starts_at - back))
    Rule.objects.update(evaluated_to=played.starts_at - played.interval)
    feed_at_once(played)
    while evaluate_due(limit=limit):
        pass
    refresh_localisations()
    told = []
    for incident in Incident.objects.order_by("pk"):
        alerts = incident.alerts.order_by("opened_at")
        ends = [alert.ended_at for alert in alerts if alert.ended_at]
        assert len(ends) == len(alerts), "an alert is open at the end of the recording"
        clocks = played.recorded_clock(alerts[0].opened_at), played.recorded_clock(max(ends))
        told.append(Told(incident, *clocks))
    return played, told


@recorded(BY_MERCHANT)
def test_the_merchant_whose_payments_fail_is_named_and_its_sales_the_day_before_are_not() -> None:
    _played, told = play(BY_MERCHANT, MERCHANTS, speed=3000)
    (only,) = told
    assert "1d 02:00" <= only.opened <= "1d 04:00"
    assert "1d 12:00" <= only.over <= "1d 16:00"
    incident = only.incident
    assert incident.level_id == 2
    assert incident.title == "Payment success rate of merchant_03 fell to 37.7 %, 64.2 % are usual"
    report = incident.events.get(verb="report")
    assert "merchant merchant_03: 41 % instead of" in report.note
    assert "merchant: hit merchant_03; not hit merchant_07, merchant_04" in report.note
    joined = "\n".join(incident.events.filter(verb="alert").values_list("note", flat=True))
    assert "PAYTM_UPI" in joined
    kept = Localisation.objects.get(incident=incident, rule__name="Payment success rate by merchant")
    assert kept.labels[0] == {"merchant": "merchant_03"}
    impact = Impact.objects.get(incident=incident)
    assert 400 <= impact.affected_page_views <= 700
    assert (impact.source, impact.is_estimate) == ("metric", True)


@recorded(CARDS)
def test_the_burst_of_reversed_payments_is_one_incident_and_the_busy_hours_are_none() -> None:
    _played, told = play(CARDS, CLOUDWALK, speed=600, limit=60)
    (only,) = told
    assert "14:33" <= only.opened <= "14:36"
    assert "18:43" <= only.over <= "19:30"
    incident = only.incident
    assert incident.level_id == 1
    assert incident.title.startswith("Payments are reversed: 52.1 % of all, 0.5 % are usual")
    rules = set(incident.alerts.values_list("rule__name", flat=True))
    assert rules == {"Reversed card payments", "Denied card payments"}
    assert 14_000 <= Impact.objects.get(incident=incident).affected_page_views <= 16_096, "all reversed in that day"


@recorded(SALES)
def test_the_morning_without_sales_is_an_incident_and_the_busy_day_after_it_is_none() -> None:
    _played, told = play(SALES, CHECKOUT, speed=3000)
    (only,) = told
    assert (only.opened, only.over) == ("08:00", "11:00")
    assert only.incident.title == "Checkout sales fell to 0 an hour, 8.71 are usual"
    assert 20 <= Impact.objects.get(incident=only.incident).affected_page_views <= 35
