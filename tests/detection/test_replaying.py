"""What today's rules would have seen of a past incident."""

from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import Role
from detection.models import Verdict
from detection.services import replaying_incident
from incidents.models import Incident
from incidents.services import open_incident
from lifecycle.transitions import NotPermitted
from tests.detection.made import feed, make_metric, make_rule, two_hours_ago
from tests.factories import make_person, make_service

HIGH = {"direction": "above", "value": 90}
pytestmark = pytest.mark.django_db


def reported_late(service, occurred, minutes: int) -> Incident:  # type: ignore[no-untyped-def]
    incident = open_incident(
        title="Customers say that payments fail",
        service=service,
        level=make_rule(service=service, is_shadow=True).level,
        source="hotline",
        via="web",
        actor=make_person(),
        occurred_at=occurred,
        reporter_name="Rita",
        reporter_contact="rita@example.com",
    )
    Incident.objects.filter(pk=incident.pk).update(reported_at=occurred + timedelta(minutes=minutes))
    incident.refresh_from_db()
    return incident


def test_each_rule_of_the_service_says_when_it_would_have_fired() -> None:
    service, metric = make_service(), make_metric()
    start = two_hours_ago(metric)
    at = feed(metric, [5.0] * 30 + [50.0] * 20 + [5.0] * 10, start=start)
    sharp = make_rule(metric, name="Sharp", service=service, evaluate_from=at)
    deaf = make_rule(
        metric, name="Deaf", service=service, evaluate_from=at, parameters={"direction": "above", "value": 90}
    )
    incident = reported_late(service, start + timedelta(minutes=30), 12)
    seen = {sighting.rule.name: sighting for sighting in replaying_incident(incident, actor=make_person())}
    assert seen["Sharp"].fired_at == start + timedelta(minutes=31)
    assert seen["Sharp"].earlier == timedelta(minutes=11)
    assert seen["Deaf"].fired_at is None
    assert seen["Deaf"].has_frames
    assert not Verdict.objects.filter(rule__in=[sharp, deaf]).exists(), "nothing is written"


def test_frames_that_are_gone_are_not_judged() -> None:
    service, metric = make_service(), make_metric()
    make_rule(metric, name="Sharp", service=service)
    incident = reported_late(service, two_hours_ago(metric), 5)
    seen = [sighting for sighting in replaying_incident(incident, actor=None) if sighting.rule.name == "Sharp"]
    assert [(sighting.fired_at, sighting.has_frames) for sighting in seen] == [(None, False)]


def test_strangers_do_not_see_it() -> None:
    service, metric = make_service(), make_metric()
    incident = reported_late(service, two_hours_ago(metric), 5)
    with pytest.raises(NotPermitted):
        replaying_incident(incident, actor=make_person(Role.REPORTER))


def test_page_and_api_say_it_and_hide_what_is_restricted(client: Client) -> None:
    service, metric = make_service(), make_metric()
    start = two_hours_ago(metric)
    at = feed(metric, [5.0] * 30 + [50.0] * 20, start=start)
    make_rule(metric, name="Sharp", service=service, evaluate_from=at)
    incident = reported_late(service, start + timedelta(minutes=30), 12)
    client.force_login(make_person())
    page = client.get(f"/detection/incidents/{incident.pk}/").content.decode()
    assert "Sharp" in page
    assert "11 min earlier" in page
    (row,) = [row for row in client.get(f"/api/v1/incidents/{incident.pk}/sightings/").json() if row["name"] == "Sharp"]
    assert row["earlier"] == 660
    Incident.objects.filter(pk=incident.pk).update(is_restricted=True)
    assert client.get(f"/detection/incidents/{incident.pk}/").status_code == 404
    assert client.get(f"/api/v1/incidents/{incident.pk}/sightings/").status_code == 404
