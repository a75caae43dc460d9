"""Pages and API of the daily meeting: who may, what a form loses (nothing), and what a page costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services as handling
from lifecycle import clock as time
from reports.meeting import services
from reports.meeting.entries import in_order
from reports.models import Meeting, MeetingPolicy
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.reports.meetings import item_about, make_meeting, make_note

pytestmark = pytest.mark.django_db


def signed_in(client: Client, role: str = Role.OPERATIONS) -> Person:
    person = make_person(role)
    client.force_login(person)
    return person


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_strangers_find_nothing_and_anonymous_visitors_sign_in(client: Client) -> None:
    make_incident(level=1)
    meeting = make_meeting(status="running")
    item, note = meeting.items.order_by("pk").first(), make_note()
    assert item is not None
    pages = ["/meeting/", "/meeting/settings/", "/meeting/hand-over/", meeting.get_absolute_url()]
    pages += [item.get_absolute_url(), note.get_absolute_url(), "/api/v1/meetings/", "/api/v1/hand-overs/"]
    for page in pages:
        assert client.get(page).status_code in (302, 401)
    signed_in(client, Role.REPORTER)
    for page in pages:
        assert client.get(page).status_code == 404, page
    for page in (f"{meeting.get_absolute_url()}end/", f"{item.get_absolute_url()}discuss/", "/meeting/plan/"):
        assert client.post(page).status_code == 404, page
    signed_in(client, Role.DEVELOPER)
    assert client.post("/meeting/plan/").status_code == 404
    assert client.post("/meeting/settings/", {"begins_at": "10:00"}).status_code == 404
    assert client.post(f"{meeting.get_absolute_url()}end/").status_code == 403
    assert client.get("/meeting/2026-13-45/").status_code == 404


def test_a_meeting_is_held_by_plain_forms(client: Client, clock: Clock) -> None:
    manager = signed_in(client, Role.INCIDENT_MANAGER)
    incident = make_incident(level=1, title="Cards fail")
    assert client.post("/meeting/plan/").status_code == 302
    meeting = Meeting.objects.get()
    place = meeting.get_absolute_url()
    assert "Cards fail" in text_of(client.get(place))  # as it would be now
    client.post(f"{place}arrange/", {"chair": manager.username, "attendees": [manager.username]})
    assert "opened" in text_of(client.get(f"{place}skip/"))
    assert client.post(f"{place}skip/", {"reason": ""}).status_code == 400
    client.post(f"{place}start/")
    item = item_about(meeting, incident)
    client.post(f"{place}turn_to/", {"section": "majors"})
    client.post(f"{item.get_absolute_url()}note/", {"text": "The bank is slow.", "note_version": "0"})
    client.post(f"{item.get_absolute_url()}discuss/")
    assert "due_on" in text_of(client.get(f"{item.get_absolute_url()}assign/"))
    due_on = (time.now() + timedelta(days=2)).date().isoformat()
    asked = {"title": "Call the bank", "owner": manager.username, "due_on": due_on, "type": "prevent"}
    refused = client.post(f"{item.get_absolute_url()}assign/", {**asked, "due_on": ""})
    assert refused.status_code == 400
    assert "Call the bank" in text_of(refused)
    client.post(f"{item.get_absolute_url()}assign/", asked)
    client.post(f"{place}decide/", {"text": "No release on Friday", "type": "prevent"})
    handling.acknowledge_incident(incident, actor=manager, via="web")
    running = text_of(client.get(place))
    for words in (
        "changed since start",
        "Call the bank",
        "No release on Friday",
        "The bank is slow.",
        "data-fullscreen",
    ):
        assert words in running
    client.post(f"{place}end/")
    minutes = text_of(client.get(place))
    assert "data-autosave" not in minutes
    assert "The bank is slow." in minutes
    markdown = client.get(f"{place}minutes.md")
    assert markdown["Content-Type"] == "text/markdown; charset=utf-8"
    assert "# Daily incident meeting" in text_of(markdown)
    assert "> The bank is slow." in text_of(markdown)
    assert client.get(f"{place}minutes.pdf").status_code == 404
    assert client.post(f"{place}end/").status_code == 409
    clock.advance(days=1)
    client.post("/meeting/plan/")
    later = Meeting.objects.latest("day")
    diff = text_of(client.get(f"/meeting/{later.day}/diff/{meeting.day}/"))
    assert "status: Reported → Acknowledged" in diff


def test_two_people_writing_lose_nothing(client: Client) -> None:
    ana = signed_in(client)
    incident = make_incident(level=1)
    meeting = make_meeting(status="running")
    item = item_about(meeting, incident)
    services.write_note(item, actor=make_person(name="Ben"), via="web", text="Ben's <i>text</i>")
    asked = {"text": "Ana's text", "note_version": "0"}
    answer = client.post(f"{item.get_absolute_url()}note/", asked)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Ben&#x27;s &lt;i&gt;text" in page
    assert "Ana&#x27;s text" in page
    assert 'name="note_version" value="1"' in page
    script = {"headers": {"X-Requested-With": "autosave"}}
    answer = client.post(f"{item.get_absolute_url()}note/", asked, **script)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["text"], answer.json()["version"]) == (409, "Ben's <i>text</i>", 1)
    answer = client.post(f"{item.get_absolute_url()}note/", {**asked, "note_version": "1"}, **script)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    item.refresh_from_db()
    assert (item.note, item.noted_by) == ("Ana's text", ana)
    assert "Ben&#x27;s &lt;i&gt;text" in text_of(client.get(item.get_absolute_url()))
    services.end_meeting(meeting, actor=meeting.chair, via="web")
    late = client.post(f"{item.get_absolute_url()}note/", {"text": "Too late, but not lost"})
    assert late.status_code == 409
    assert "Too late, but not lost" in text_of(late)


def test_the_calendar_of_meetings_is_edited(client: Client) -> None:
    manager = signed_in(client, Role.INCIDENT_MANAGER)
    page = text_of(client.get("/meeting/settings/"))
    assert "minutes_majors" in page
    minutes = dict.fromkeys([each.slug for each in in_order()], 4)
    asked: dict[str, Any] = {f"minutes_{name}": value for name, value in minutes.items()}
    asked |= {"is_active": "on", "weekdays": ["0", "2"], "begins_at": "10:15", "time_zone": "Asia/Shanghai"}
    asked |= {"loud_after": "2", "draft_before": "30", "subscribers": [manager.pk]}
    answer = client.post("/meeting/settings/", asked)
    assert answer.status_code == 302
    policy = MeetingPolicy.current()
    assert (policy.weekdays, policy.time_zone, policy.minutes_of("majors", 9)) == ([0, 2], "Asia/Shanghai", 4)
    assert list(policy.subscribers.all()) == [manager]
    assert client.post("/meeting/settings/", {**asked, "minutes_majors": "0"}).status_code == 400


def test_the_api_holds_a_meeting(client: Client) -> None:
    manager = signed_in(client, Role.INCIDENT_MANAGER)
    incident = make_incident(level=1, title="Cards fail")
    meeting = make_meeting(actor=manager)

    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/v1/{path}/", body, content_type="application/json")

    shown = client.get(f"/api/v1/meetings/{meeting.pk}/").json()
    assert shown["allowed"][0] == "start"
    assert shown["blocked"]["decide"] == "The meeting is not running."
    started = post(f"meetings/{meeting.pk}/start", version=shown["version"])
    assert started.status_code == 200
    majors = next(each for each in started.json()["sections"] if each["slug"] == "majors")
    item = majors["entries"][0]["item"]
    assert post(f"meeting-items/{item}/note", text="Noted", note_version=0).json()["note_version"] == 1
    assert post(f"meeting-items/{item}/put_off").json()["status"] == "put_off"
    due_on = (time.now() + timedelta(days=2)).date().isoformat()
    assigned = post(
        f"meeting-items/{item}/assign", title="Do it", owner=manager.username, due_on=due_on, type="prevent"
    )
    assert assigned.status_code == 200
    assert post(f"meetings/{meeting.pk}/start").json()["allowed"]
    assert post(f"meetings/{meeting.pk}/start").status_code == 409
    ended = post(f"meetings/{meeting.pk}/end")
    assert ended.json()["status"] == "ended"
    assert len(ended.json()["decisions"]) == 1
    assert post(f"meeting-items/{item}/note", text="x").status_code == 409
    assert incident.action_items.count() == 1
    listed = client.get("/api/v1/meetings/", {"status": "ended"}).json()["results"]
    assert [each["day"] for each in listed] == [meeting.day.isoformat()]


def count(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def test_pages_cost_as_many_queries_for_many_as_for_few(client: Client) -> None:
    manager = signed_in(client, Role.INCIDENT_MANAGER)
    day = time.now().date()
    first = make_incident(level=1)
    meeting = make_meeting(actor=manager)
    place, api = meeting.get_absolute_url(), f"/api/v1/meetings/{meeting.pk}/"

    def skip(days: int) -> None:
        past = services.plan_meeting(day - timedelta(days=days), actor=manager, via="web")
        services.skip_meeting(past, actor=manager, via="web", reason="x")

    skip(1)
    lists = ["/meeting/", "/meeting/hand-over/", "/api/v1/meetings/", "/api/v1/hand-overs/", place, api]
    for page in lists:
        client.get(page)
    few = [count(lambda page=page: client.get(page)) for page in lists]  # type: ignore[misc]
    more = [make_incident(level=1, service=first.service) for _number in range(4)]
    for number in range(2, 5):
        skip(number)
    assert [count(lambda page=page: client.get(page)) for page in lists] == few  # type: ignore[misc]
    services.start_meeting(meeting, actor=manager, via="web")
    running = [count(lambda page=page: client.get(page)) for page in (place, api)]  # type: ignore[misc]
    for incident in more:
        services.write_note(item_about(meeting, incident), actor=manager, via="web", text="x")
    assert [count(lambda page=page: client.get(page)) for page in (place, api)] == running  # type: ignore[misc]
    assert max(running) < 45
