"""Mentions and watchers: who is told of a note."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident
from incidents.services.mentioning import find_mentioned
from lifecycle.models import Event
from lifecycle.transitions import NotPermitted
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def by(actor: Person) -> dict[str, Any]:
    return {"actor": actor, "via": "web"}


def watchers(incident: Incident) -> set[str]:
    return set(incident.watchers.values_list("username", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@wei look", {"wei"}),
        ("please (@wei, @wang.wei)!", {"wei", "wang.wei"}),
        ("ask @wang.wei.", {"wang.wei"}),
        ("请@wei看一下", {"wei"}),
        ("@WEI", {"wei"}),
        ("@王伟请看", {"王伟"}),
        ("@weiland and a@wei.com and x.@wei", set()),
        ("@nobody @rita @gone", set()),
        ("@@wei", set()),
        ("@wei @wei", {"wei"}),
    ],
)
def test_a_mention_is_a_whole_user_name_of_a_colleague(text: str, names: set[str]) -> None:
    for username in ("wei", "wang.wei", "王伟"):
        make_person(username=username, email="")
    make_person(Role.REPORTER, username="rita")
    make_person(username="gone")
    Person.objects.filter(username="gone").update(is_active=False)
    assert {person.username for person in find_mentioned(text, make_incident())} == names


def test_who_is_mentioned_watches_from_then_on_and_is_told() -> None:
    alice, bob, incident = make_person(), make_person(username="bob"), make_incident()
    event = services.add_note(incident, text="@bob, can you see it?", **by(alice))
    assert watchers(incident) == {"bob"}
    assert (event.data["mentions"], event.data["watchers_to_tell"]) == ([bob.pk], [])
    later = services.add_note(incident, text="solved", **by(alice))
    assert (later.data["mentions"], later.data["watchers_to_tell"]) == ([], [bob.pk])
    own = services.add_note(incident, text="seen @bob", **by(bob))
    assert (own.data["mentions"], own.data["watchers_to_tell"]) == ([], [])


def test_a_mention_shows_nobody_a_restricted_incident() -> None:
    alice, bob = make_person(), make_person(username="bob")
    incident = make_incident()
    services.acknowledge_incident(incident, **by(alice))
    services.watch_incident(incident, **by(bob))
    services.restrict_incident(incident, is_restricted=True, participants=[], **by(alice))
    event = services.add_note(incident, text="@bob", **by(alice))
    assert (event.data["mentions"], event.data["watchers_to_tell"]) == ([], [])


def test_a_reporter_does_not_watch_what_is_said_among_colleagues() -> None:
    rita = make_person(Role.REPORTER)
    incident = make_incident(reporter=rita)
    with pytest.raises(NotPermitted):
        services.watch_incident(incident, **by(rita))
    assert not incident.watchers.exists()


def test_a_reporter_mentions_nobody() -> None:
    make_person(username="bob")
    rita = make_person(Role.REPORTER)
    event = services.add_note(make_incident(reporter=rita), text="@bob", **by(rita))
    assert event.data["mentions"] == []


def test_watching_twice_is_once_and_ends() -> None:
    alice, incident, client = make_person(username="alice"), make_incident(), Client()
    client.force_login(alice)
    for _ in range(2):
        assert client.post(f"/incidents/{incident.pk}/watch/").status_code == 302
    assert watchers(incident) == {"alice"}
    assert "Stop watching" in client.get(incident.get_absolute_url()).content.decode()
    for _ in range(2):
        assert client.post(f"/incidents/{incident.pk}/unwatch/").status_code == 302
    assert watchers(incident) == set()
    verbs = Event.objects.about(incident).exclude(verb="report").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["watch", "unwatch"]


def test_a_stranger_watches_nothing() -> None:
    incident, stranger, client = make_incident(), make_person(Role.REPORTER), Client()
    for watch in (services.watch_incident, services.unwatch_incident):
        with pytest.raises(NotPermitted):
            watch(incident, **by(stranger))
    client.force_login(stranger)
    assert client.post(f"/incidents/{incident.pk}/watch/").status_code == 404
    assert watchers(incident) == set()


def test_a_reporter_does_not_read_who_watches() -> None:
    rita = make_person(Role.REPORTER)
    incident, client = make_incident(reporter=rita), Client()
    services.watch_incident(incident, **by(make_person(name="Bob Watcher")))
    client.force_login(rita)
    assert "Bob Watcher" not in client.get(incident.get_absolute_url()).content.decode()
