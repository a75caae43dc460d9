"""The list of action items, the page of one, the form inside incidents and problems, the export, settings, the API."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Person, Role
from incidents import services
from incidents.action_filters import condition_of, today
from incidents.models import ActionItem, ActionPolicy
from incidents.views.actions import filters_of
from lifecycle.models import Event
from problems.services import raise_problem
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service
from tests.incidents.test_actions import action_in, make_action, soon

pytestmark = pytest.mark.django_db
LIST = "/actions/"
API = "/api/v1/actions/"


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def call(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def titles(person: Person, query: str) -> list[str]:
    request = RequestFactory().get(f"{LIST}?{query}")
    request.user = person
    filters = filters_of(request, ActionItem.objects.of_seen(person))
    return [item.title for item in filters.ordered().filter(condition_of(filters.shown, person, today()))]


def test_strangers_sign_in_and_reporters_find_nothing() -> None:
    action = make_action()
    reporter = browse(make_person(Role.REPORTER))
    for path in (LIST, f"{LIST}export.csv", f"{LIST}new/", action.get_absolute_url(), f"{LIST}{action.pk}/verify/"):
        assert Client().get(path).url.startswith("/login/"), path  # type: ignore[attr-defined]
        assert reporter.get(path).status_code == 404, path
    assert call(make_person(Role.REPORTER)).get(API).status_code == 404
    assert not ActionItem.objects.of_seen(AnonymousUser()).exists()  # type: ignore[arg-type]
    moved: Any = browse(make_person()).get("/postmortems/actions/?show=mine")
    assert (moved.status_code, moved.url) == (302, "/actions/?show=mine")


def test_every_filter_finds_its_own_and_the_tabs_count_them(clock: Clock) -> None:
    me, incident = make_person(username="alice"), make_incident()
    problem = raise_problem(actor=None, via="web", title="Queue fills", service=make_service())
    make_action(title="mine", owner=me, incident=incident, due_on=soon(5))
    make_action(title="of problem", origin=problem, type="detect", due_on=soon(50))
    make_action(title="late", due_on=soon(0))
    action_in("done", title="done")
    action_in("verified", title="verified")
    action_in("cancelled", title="cancelled")
    clock.advance(days=3)
    client = browse(me)
    for query, expected in {
        "": ["late", "mine", "done", "of problem"],
        "show=mine": ["mine"],
        "show=overdue": ["late"],
        "show=overdue&age=1-7": ["late"],
        "show=overdue&age=8-30": [],
        "show=done": ["done"],
        "show=verified": ["verified"],
        "show=cancelled": ["cancelled"],
        "origin=incident": ["mine"],
        "origin=problem": ["of problem"],
        "origin=postmortem": [],
        "origin=none": ["late", "done"],
        "owner=alice": ["mine"],
        "owner=@me": ["mine"],
        "type=detect": ["of problem"],
        "status=done": ["done"],
        f"due_from={soon(1)}&due_to={soon(20)}": ["mine", "done"],
        "q=PROB": ["of problem"],
        "order=-due": ["of problem", "done", "mine", "late"],
        "order=title": ["done", "late", "mine", "of problem"],
        "origin=nonsense": [],
        "due_from=yesterday": [],
    }.items():
        assert titles(me, query) == expected, query
    page = client.get(LIST)
    counts = {tab.label: tab.count for tab in page.context["tabs"]}
    assert list(counts.values()) == [4, 1, 1, 1, 1, 1, None]
    assert [(bucket.label, bucket.count) for bucket in page.context["buckets"]] == [("1-7 days", 1)]
    (late,) = client.get(f"{LIST}?show=overdue").context["rows"]
    assert (late.is_overdue, late.days_over) == (True, 3)
    (shown,) = client.get(f"{LIST}?origin=incident").context["rows"]
    assert (shown.origin.label, shown.origin.url) == (incident.reference, incident.get_absolute_url())
    assert "not understood" in client.get(f"{LIST}?origin=nonsense").content.decode()


def test_a_list_costs_the_same_for_few_and_many() -> None:
    me, service = make_person(Role.INCIDENT_MANAGER), make_service()
    browser, api = browse(me), call(me)

    def fill() -> None:
        incident = make_incident(service=service)
        services.acknowledge_incident(incident, actor=me, via="web")
        services.restrict_incident(incident, is_restricted=True, participants=[], actor=me, via="web")
        make_action(incident=incident, owner=me)
        make_action(origin=raise_problem(actor=None, via="web", title="x", service=service))
        action_in("done")

    def asked(client: Any, path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
            if response.streaming:
                b"".join(response.streaming_content)
        return len(queries)

    paths: list[tuple[Any, str]] = [(browser, LIST), (browser, f"{LIST}export.csv"), (api, API)]
    fill()
    [asked(client, path) for client, path in paths]
    few = [asked(client, path) for client, path in paths]
    for _number in range(5):
        fill()
    many = [asked(client, path) for client, path in paths]
    assert many == few
    assert max(many) <= 20, many


def test_an_item_is_opened_inside_an_incident_and_done_there_and_verified_by_another() -> None:
    incident, engineer, owner = make_incident(), browse(make_person()), make_person(Role.DEVELOPER)
    page = incident.get_absolute_url()
    assert 'id="form-open-action"' in engineer.get(page).content.decode()
    typed = {
        "title": "Add a load test",
        "type": "prevent",
        "owner": owner.username,
        "due_on": soon(),
        "incident": incident.reference,
        "next": f"{page}#actions",
    }
    refused = engineer.post(reverse("incidents:new-action"), {**typed, "due_on": "2020-01-01"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["due_on"])
    assert "Add a load test" in refused.content.decode()
    opened: Any = engineer.post(reverse("incidents:new-action"), typed)
    assert (opened.status_code, opened.url) == (302, f"{page}#actions")
    action = ActionItem.objects.get()
    assert (action.incident, action.owner, action.origin) == (incident, owner, None)
    assert "Add a load test" in engineer.get(page).content.decode()
    mine, item = browse(owner), action.get_absolute_url()
    assert engineer.post(f"{item}complete/", {"proof": "it runs"}).status_code == 403
    kept = mine.post(f"{item}complete/", {"proof_url": "no address"})
    assert (kept.status_code, kept.context["refusal"].form["proof_url"].value()) == (400, "no address")
    done: Any = mine.post(f"{item}complete/", {"proof_url": "https://ci.example.com/7", "next": f"{LIST}?show=mine"})
    assert (done.status_code, done.url) == (302, f"{LIST}?show=mine")
    assert "Somebody other than the owner" in mine.get(item).content.decode()
    assert mine.post(f"{item}verify/").status_code == 403
    assert engineer.post(f"{item}verify/", {"version": "1"}).status_code == 409
    assert engineer.post(f"{item}verify/").status_code == 302
    again = engineer.post(f"{item}send_back/", {"reason": "no"})
    assert (again.status_code, "verified" in again.context["refusal"].last_change) == (409, True)


def test_a_page_offers_what_the_reader_may_do_and_says_why_not() -> None:
    action = action_in("done", owner=make_person(name="Ada"))
    offered = {each.verb: each for each in browse(action.owner).get(action.get_absolute_url()).context["actions"]}
    assert set(offered) == {"change_due", "reassign", "set_reminder"}
    assert {each.reason for each in offered.values()} == {"It is not open any more."}
    fresh = make_action(owner=action.owner)
    page = browse(action.owner).get(f"{fresh.get_absolute_url()}change_due/")
    assert page.context["opened"].verb == "change_due"
    assert Event.objects.about(fresh).count() == 1


def test_a_problem_has_its_items_on_its_page() -> None:
    engineer = make_person()
    problem = raise_problem(actor=engineer, via="web", title="Queue fills", service=make_service())
    typed = {"title": "Watch the queue", "type": "detect", "owner": engineer.username, "due_on": soon()}
    address, client = reverse("incidents:new-action"), browse(engineer)
    for wrong in (
        {"origin": "problem", "origin_id": 10**9},
        {"origin": "problem"},
        {"origin": "meeting", "origin_id": 1},
        {"origin": "nonsense"},
    ):
        assert client.post(address, {**typed, **wrong}).status_code == 400, wrong
    assert client.post(address, {**typed, "origin": "problem", "origin_id": problem.pk}).status_code == 302
    action = ActionItem.objects.get()
    assert (action.origin, action.incident) == (problem, None)
    (row,) = client.get(problem.get_absolute_url()).context["action_items"]["rows"]
    assert (row.item, row.origin.label) == (action, problem.reference)


def test_the_export_says_the_same_as_the_list() -> None:
    action = action_in("verified", title="=HYPERLINK()", incident=make_incident())
    make_action(title="open")
    answer: Any = browse(make_person()).get(f"{LIST}export.csv?show=verified")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 2
    told = dict(zip(*rows, strict=True))
    assert (told["No."], told["Action"], told["Status"]) == (action.reference, "'=HYPERLINK()", "Verified")
    assert action.incident is not None
    assert (told["Comes from"], told["Proof"]) == (action.incident.reference, "It runs nightly")
    wrong: Any = browse(make_person()).get(f"{LIST}export.csv?age=old")
    assert (wrong.status_code, wrong.url) == (302, "/actions/?age=old")


def test_an_administrator_sets_the_rules() -> None:
    admin, path = browse(make_person(Role.ADMINISTRATOR)), reverse("incidents:settings-actions")
    typed = {"reminder_days": "1, 7", "leader_after_days": "2", "repeat_days": "5", "mail_hour": "08:30"}
    assert admin.post(path, {**typed, "reminder_days": "soon", "repeat_days": "0"}).status_code == 400
    assert browse(make_person()).post(path, typed).status_code in (403, 404)
    assert admin.post(path, typed).status_code == 302
    policy = ActionPolicy.current()
    assert (policy.reminder_days, policy.leader_after_days, policy.mail_hour.hour) == ([7, 1], 2, 8)
    changed = Event.objects.get(verb="set_action_policy")
    assert changed.data["before"]["mail_hour"] == "09:00"
    assert "7, 1" in admin.get(path).content.decode()
    assert admin.get(reverse("incidents:settings-changes")).status_code == 200


def test_programs_open_list_and_move_items() -> None:
    me, owner, incident = make_person(username="alice"), make_person(username="bo"), make_incident()
    api = call(me)
    asked = {"title": "Add a load test", "type": "prevent", "owner": "bo", "due_on": str(soon())}
    opened = api.post(API, {**asked, "incident": incident.reference}, format="json")
    assert opened.status_code == 201, opened.data
    shown = opened.data
    assert shown["origin"] == {
        "kind": "incident",
        "reference": incident.reference,
        "url": incident.get_absolute_url(),
    }
    assert (shown["status"], shown["owner"], shown["allowed"]) == (
        "open",
        "bo",
        ["change_due", "reassign", "set_reminder"],
    )
    for wrong in ({"due_on": "2020-01-01"}, {"owner": "nobody"}, {"origin": "meeting"}, {"status": "done"}):
        assert api.post(API, {**asked, **wrong}, format="json").status_code == 400, wrong
    path = f"{API}{shown['id']}/"
    later = str(soon(30))
    moved = api.post(f"{path}change_due/", {"due_on": later, "reason": "No machine", "version": 1}, format="json")
    assert (moved.status_code, moved.data["due_changes"], moved.data["due_on"]) == (200, 1, later)
    assert (
        api.post(f"{path}change_due/", {"due_on": later, "reason": "x", "version": 1}, format="json").status_code == 409
    )
    assert api.post(f"{path}complete/", {"proof": "seen"}, format="json").status_code == 403
    assert call(owner).post(f"{path}complete/", {}, format="json").status_code == 400
    assert call(owner).post(f"{path}complete/", {"proof": "seen"}, format="json").data["status"] == "done"
    refused = api.post(f"{path}change_due/", {"due_on": later, "reason": "x"}, format="json")
    assert (refused.status_code, refused.data["allowed"]) == (409, ["verify", "send_back"])
    assert api.post(f"{path}verify/", {}, format="json").data["verified_by"] == "alice"
    assert [event["verb"] for event in api.get(f"{path}events/").data["results"]] == [
        "verify",
        "complete",
        "change_due",
        "open",
    ]
    make_action(title="other", due_on=soon(2))
    for query, number in (("", 2), ("?show=pending", 1), ("?owner=bo", 1), (f"?due_to={soon(3)}", 1), ("?age=1-7", 0)):
        assert len(api.get(f"{API}{query}").data["results"]) == number, query
    assert api.get(f"{API}?age=old").status_code == 400
    assert api.get(path).data["version"] == ActionItem.objects.get(pk=shown["id"]).version
