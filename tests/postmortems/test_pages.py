"""The list, the workspace in every phase, and the panel on the incident's page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Person, Role
from lifecycle import clock as time
from postmortems import services
from postmortems.models import Postmortem, Status, TimelineEntry, TriggerRule
from tests.factories import make_incident, make_person
from tests.postmortems.makers import add_entry, make_postmortem, postmortem_in, recovered_incident

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": None, "via": "web"}


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pages(postmortem: Postmortem) -> list[str]:
    entry = postmortem.entries.first()
    rows = [reverse("postmortems:row", args=[postmortem.pk, "edit_entry", entry.pk])] if entry else []
    return [
        *rows,
        reverse("postmortems:settings"),
        reverse("postmortems:settings-policy"),
        reverse("postmortems:settings-trigger", args=[TriggerRule.objects.all()[0].pk]),
        reverse("lessons:list"),
        reverse("postmortems:list"),
        reverse("postmortems:new"),
        postmortem.get_absolute_url(),
        reverse("postmortems:command", args=[postmortem.pk, "go_back"]),
    ]


def verb(postmortem: Postmortem, name: str) -> str:
    return reverse("postmortems:command", args=[postmortem.pk, name])


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    for page in pages(make_postmortem()):
        response: Any = client.get(page)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/login/")


def test_for_a_reporter_there_are_no_postmortems() -> None:
    reporter = browse(make_person(Role.REPORTER))
    for page in pages(make_postmortem()):
        assert reporter.get(page).status_code == 404


@pytest.mark.parametrize("phase", Status.values)
def test_a_colleague_reads_every_page_in_every_phase(phase: str) -> None:
    engineer = browse(make_person())
    for page in pages(postmortem_in(phase)):
        assert engineer.get(page).status_code == 200, page


def test_a_row_of_another_postmortem_is_not_found() -> None:
    mine, other = make_postmortem(), make_postmortem()
    entry = other.entries.all()[0]
    engineer = browse(make_person())
    assert engineer.get(reverse("postmortems:row", args=[mine.pk, "edit_entry", entry.pk])).status_code == 404
    assert engineer.post(reverse("postmortems:row", args=[mine.pk, "remove_entry", entry.pk])).status_code == 404
    assert engineer.post(verb(mine, "delete")).status_code == 404


def test_the_list_costs_as_many_queries_for_many_as_for_few(django_assert_num_queries: Any) -> None:
    engineer, address = browse(make_person()), reverse("postmortems:list")
    postmortem_in("published")
    counted = _queries(engineer, address)
    for _number in range(3):
        postmortem_in("published")
    with django_assert_num_queries(counted):
        engineer.get(address)


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_a_long_silence_is_asked_about() -> None:
    """At moments of its own: how long the set-up takes says nothing."""
    postmortem = make_postmortem()
    postmortem.entries.all().delete()
    began = datetime(2026, 1, 5, 10, tzinfo=UTC)
    for minutes in (0, 200, 230):
        add_entry(postmortem, happened_at=began + timedelta(minutes=minutes))
    body = browse(make_person()).get(postmortem.get_absolute_url()).content.decode()
    assert body.count("No entry for") == 1
    assert "No entry for 3 h 20 min" in body


def test_the_timeline_is_read_with_roles_in_place_of_names() -> None:
    postmortem, engineer = make_postmortem(), make_person(Role.DEVELOPER, name="Clara Unger")
    add_entry(postmortem, what="Clara Unger restarted the queue")
    reader, address = browse(make_person()), postmortem.get_absolute_url()
    assert "Clara Unger restarted the queue" in reader.get(address).content.decode()
    body = reader.get(address, {"names": "roles"}).content.decode().split('id="add-entry"')[0]
    assert f"{Role(engineer.roles[0]).label} restarted the queue" in body
    assert "Clara Unger restarted" not in body
    assert postmortem.entries.filter(what="Clara Unger restarted the queue").exists()


def test_a_cause_in_the_timeline_is_refused_with_the_text_kept_and_can_be_insisted_on() -> None:
    postmortem, engineer = make_postmortem(), browse(make_person())
    typed = {"happened_at": "2026-01-05T10:00:00", "what": "Slow because of the query", "source": "log"}
    response = engineer.post(verb(postmortem, "add_entry"), typed)
    body = response.content.decode()
    assert response.status_code == 400
    assert "parked for the issue phase" in body
    assert body.count("Slow because of the query") == 2
    assert postmortem.parked.count() == 1
    assert engineer.post(verb(postmortem, "add_entry"), {**typed, "is_override": "on"}).status_code == 302
    assert postmortem.entries.get(is_overridden=True).what == "Slow because of the query"


def test_content_of_another_phase_is_refused_with_the_text_kept() -> None:
    postmortem, engineer = make_postmortem(), browse(make_person())
    response = engineer.post(verb(postmortem, "add_issue"), {"text": "No load test", "kind": "process"})
    assert response.status_code == 409
    assert "No load test" in response.content.decode()
    assert not postmortem.issues.exists()


def test_a_stale_edit_shows_both_texts_and_sends_mine_again() -> None:
    postmortem, engineer = make_postmortem(), browse(make_person())
    entry = add_entry(postmortem, what="The tenth call")
    address = reverse("postmortems:row", args=[postmortem.pk, "edit_entry", entry.pk])
    typed = {"happened_at": "2026-01-05T10:00:00", "what": "The twelfth call", "source": "book", "version": "1"}
    when = entry.happened_at
    services.edit_entry(entry, happened_at=when, what="The eleventh call", source="book", **WHO)
    response = engineer.post(address, typed)
    body = response.content.decode()
    assert response.status_code == 409
    assert "The eleventh call" in body
    assert "The twelfth call" in body
    assert response.context["content"].form["version"].value() == 2
    assert engineer.post(address, {**typed, "version": "2"}).status_code == 302
    assert TimelineEntry.objects.get(pk=entry.pk).what == "The twelfth call"


def test_a_postmortem_walks_from_the_incident_to_publication_in_plain_forms() -> None:
    incident, owner = recovered_incident(), make_person(Role.DEVELOPER)
    engineer = browse(make_person())
    form = engineer.get(f"{reverse('postmortems:new')}?incident={incident.pk}").context["form"]
    response: Any = engineer.post(reverse("postmortems:new"), form.initial)
    postmortem = Postmortem.objects.get()
    assert response.url == postmortem.get_absolute_url()
    due = time.now().date() + timedelta(days=7)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("add_entry", {"happened_at": "2026-01-05T10:00:00", "what": "First call", "source": "book"}),
        ("open_issues", {}),
        ("add_issue", {"text": "No load test", "kind": "process"}),
        ("open_actions", {}),
        ("add_action", {"title": "Test", "type": "prevent", "owner": owner.username, "due_on": due.isoformat()}),
    ]
    for name, typed in steps:
        if name == "add_action":
            typed["issues"] = [postmortem.issues.get().pk]
        assert engineer.post(verb(postmortem, name), typed).status_code == 302, name
    article = {"summary": "Test before a release", "tags": "Releases, load", "version": ""}
    assert engineer.post(verb(postmortem, "publish"), article).status_code == 409
    assert browse(owner).post(verb(postmortem, "publish"), article).status_code == 302
    postmortem.refresh_from_db()
    assert postmortem.status == Status.PUBLISHED
    assert postmortem.lesson.tags == ["releases", "load"]
    assert postmortem.actions.get().owner == owner


def test_a_closed_gate_says_what_is_missing() -> None:
    postmortem, engineer = postmortem_in("actions"), browse(make_person())
    assert "Every issue needs an action" in engineer.get(postmortem.get_absolute_url()).content.decode()
    assert engineer.post(verb(postmortem, "publish"), {"summary": "All of it"}).status_code == 409


def test_the_incident_page_offers_a_postmortem_only_for_what_hit_hard_and_is_over() -> None:
    engineer = browse(make_person())
    start = "?incident="

    def offers(incident: Any) -> bool:
        body = engineer.get(incident.get_absolute_url()).content.decode()
        return f"{reverse('postmortems:new')}{start}{incident.pk}" in body

    assert offers(recovered_incident(level=2))
    assert not offers(recovered_incident(level=3))
    assert not offers(make_incident(level=1))
    incident = recovered_incident(level=1)
    postmortem = make_postmortem(incident)
    assert not offers(incident)
    assert postmortem.reference in engineer.get(incident.get_absolute_url()).content.decode()


def test_ten_thousand_entries_stay_on_pages() -> None:
    postmortem = make_postmortem()
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            postmortem=postmortem,
            happened_at=time.now() - timedelta(seconds=number),
            what=f"Line {number}",
            source="log",
        )
        for number in range(10_000)
    )
    client = browse(make_person())
    response = client.get(postmortem.get_absolute_url())
    assert response.status_code == 200
    assert len(response.context["rows"]) == 200
    assert len(response.content) < 600_000
    listed: Any = client.get(f"/api/v1/postmortems/{postmortem.pk}/entries/").json()
    assert len(listed["results"]) == 200
    assert client.get(listed["next"]).status_code == 200
    whole: Any = client.get(f"/api/v1/postmortems/{postmortem.pk}/")
    assert whole.json()["entry_count"] > 10_000
    assert len(whole.content) < 20_000
