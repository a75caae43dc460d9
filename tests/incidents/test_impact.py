"""Impact can be stated anew and taken back; the timeline keeps what was said."""

from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import Role
from incidents import services
from incidents.models import Impact
from incidents.presentation.sentences import sentence_of
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def test_an_impact_is_stated_anew_by_a_person_and_taken_back_with_a_reason() -> None:
    alice, incident = make_person(Role.OPERATIONS), make_incident()
    impact = services.record_impact(incident, actor=None, via="detector", affected_users=500, source="metric")
    start = clock.now() - timedelta(hours=1)
    services.change_impact(impact, actor=alice, via="web", started_at=start, affected_users=1200, is_estimate=False)
    found = Impact.objects.get()
    assert (found.affected_users, found.source, found.recorded_by, found.started_at) == (1200, "person", alice, start)
    told = incident.events.filter(verb="change_impact").get()
    assert told.data["before"]["users"] == 500
    assert "it was 500, 0" in sentence_of(told).write(told)
    with pytest.raises(InputRefused):
        services.change_impact(found, actor=alice, via="web", started_at=clock.now() + timedelta(hours=1))
    with pytest.raises(InputRefused):
        services.change_impact(found, actor=alice, via="web", ended_at=start - timedelta(days=9))
    with pytest.raises(InputRefused):
        services.remove_impact(found, actor=alice, via="web", reason=" ")
    with pytest.raises(NotPermitted):
        services.remove_impact(found, actor=make_person(Role.SERVICE_OWNER), via="web", reason="no")
    services.remove_impact(found, actor=alice, via="web", reason="A test run")
    assert not Impact.objects.exists()
    told = incident.events.filter(verb="remove_impact").get()
    assert (told.note, told.data["before"]["users"]) == ("A test run", 1200)


def test_the_page_changes_and_takes_back_and_is_not_there_for_others(client: Client) -> None:
    alice, incident = make_person(Role.OPERATIONS), make_incident()
    impact = services.record_impact(incident, actor=alice, via="web", affected_users=5)
    page = f"/incidents/{incident.pk}/impact/{impact.pk}/"
    client.force_login(alice)
    assert page in client.get(f"/incidents/{incident.pk}/").content.decode()
    assert 'value="5"' in client.get(page).content.decode()
    assert client.post(page, {"affected_users": "-1"}).status_code == 400
    assert client.post(page, {"affected_users": "1", "ended_at": "2001-01-01T10:00"}).status_code == 400
    assert client.post(page, {"affected_users": "70", "is_down": "on"}).status_code == 302
    assert Impact.objects.get().is_down
    assert client.post(f"{page}remove/", {"reason": ""}).status_code == 400
    client.force_login(make_person(Role.SERVICE_OWNER))
    assert client.get(page).status_code == 404
    client.force_login(alice)
    assert client.post(f"{page}remove/", {"reason": "wrong"}).status_code == 302
    assert client.get(page).status_code == 404
