"""The pages about duty: who sees and changes what, what bad input is told, and what a page costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from notifications.models import CalendarFeed, Override, Schedule, ScheduleLayer, SwapRequest
from notifications.recipients import on_call
from notifications.services.feeds import make_feed
from notifications.services.scheduling import set_schedule
from tests.clock import Clock
from tests.factories import make_person, make_service, make_team
from tests.notifications.rotas import NOW, Turns, make_turns

pytestmark = pytest.mark.django_db
SCHEDULE = "/oncall/schedules/night-owls/"
VIEWS = [
    "/oncall/",
    "/oncall/?view=month",
    "/oncall/?view=list",
    "/oncall/coverage/",
    "/oncall/swaps/",
    "/oncall/feeds/",
]


@pytest.fixture
def turns(clock: Clock) -> Turns:
    clock.set(NOW)
    return make_turns()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# --- Looking --------------------------------------------------------------------------------------------------------


def test_the_band_says_who_is_on_call_until_when_and_whether_they_can_be_reached(turns: Turns) -> None:
    page = text(signed_in(turns.bob), "/oncall/")
    assert "Override: me for 4 h" in page
    assert "until 2026-12-01 09:00 (Europe/Berlin)" in page
    assert "phone verified, never tested" in page
    turns.alice.is_active = False
    turns.alice.save()
    assert "Nobody is on call" in text(signed_in(turns.bob), "/oncall/")


@pytest.mark.parametrize("view", ["week", "month", "list"])
def test_gaps_are_shown_with_a_form_that_fills_them(turns: Turns, view: str) -> None:
    ScheduleLayer.objects.update(ends_on=NOW.date() + timedelta(days=1))
    page = text(signed_in(turns.manager), f"/oncall/?view={view}")
    assert f"{SCHEDULE}override/?kind=add&amp;from=2026-12-01T08%3A00%3A00%2B00%3A00" in page
    form = text(signed_in(turns.manager), f"{SCHEDULE}override/?kind=add&from=2026-12-01T08:00:00%2B00:00")
    assert 'value="2026-12-01T09:00"' in form


def test_the_day_on_which_the_clocks_change_is_marked(turns: Turns) -> None:
    page = text(signed_in(turns.bob), "/oncall/?week=2027-03-28")
    assert "clocks +1 h" in page
    assert "clocks -1 h" in text(signed_in(turns.bob), "/oncall/?view=month&week=2027-10-01")


@pytest.mark.parametrize("path", VIEWS)
def test_a_page_costs_the_same_for_many_teams(turns: Turns, path: str) -> None:
    client = signed_in(turns.manager)
    before = cost(client, path)
    for number in range(6):
        person = make_person()
        fields: dict[str, Any] = {"starts_on": NOW.date(), "handover_at": NOW.time(), "time_zone": "UTC"}
        schedule = set_schedule(actor=None, team=make_team(person), members=[person, turns.bob], **fields)
        window = {"starts_at": NOW + timedelta(hours=1), "ends_at": NOW + timedelta(hours=number + 2)}
        SwapRequest.objects.create(schedule=schedule, asker=person, asked_of=turns.bob, **window)
        Override.objects.create(schedule=schedule, kind="add", person=turns.bob, made_by=turns.alice, **window)
        make_feed(actor=turns.manager, schedule=schedule)
    assert cost(client, path) <= before + 1
    assert before <= 24


def test_mere_reporters_and_strangers_find_nothing(turns: Turns) -> None:
    layer = turns.schedule.layers.get()
    paths = [*VIEWS, SCHEDULE, f"{SCHEDULE}history/", f"{SCHEDULE}override/", f"/oncall/layers/{layer.pk}/"]
    reporter = signed_in(make_person(Role.REPORTER))
    for path in paths:
        assert reporter.get(path).status_code == 404, path
        assert Client().get(path)["Location"].startswith("/login/"), path
    outsider = signed_in(make_person(Role.OPERATIONS))
    for path in (SCHEDULE, f"{SCHEDULE}override/", f"/oncall/layers/{layer.pk}/"):
        assert outsider.get(path).status_code == 404, path


def test_a_team_that_runs_services_without_a_schedule_is_named(turns: Turns) -> None:
    service = make_service()
    page = text(signed_in(turns.manager), "/oncall/")
    assert f"{service.operations_team} runs services but has no on-call schedule" in page
    assert f'href="/oncall/schedules/{service.operations_team.slug}/"' in page


def test_coverage_names_what_is_weak(turns: Turns) -> None:
    turns.bob.is_active = False
    turns.bob.save()
    turns.carol.phone_verified_at = None
    turns.carol.save()
    ScheduleLayer.objects.create(
        schedule=turns.schedule, kind="calendar", name="Outlook", starts_on=NOW.date(), handover_at=NOW.time()
    )
    page = text(signed_in(turns.manager), "/oncall/coverage/")
    for sentence in (
        "66.7 % covered" if "66.7" in page else "66.6 % covered",
        "Bob is not active any more",
        "Bob stands in a layer",
        "Carol is on call without a verified phone number",
        "“Outlook” names nobody",
    ):
        assert sentence in page
    assert "+0 %" in page


# --- Changing -------------------------------------------------------------------------------------------------------


def rotation(*members: Person, **fields: Any) -> dict[str, Any]:
    fields.setdefault("role", "primary")
    fields.setdefault("every", "1")
    fields.setdefault("unit", "weekly")
    fields.setdefault("starts_on", "2026-01-05")
    fields.setdefault("handover_at", "09:00")
    return fields | {f"member_{place}": person.pk for place, person in enumerate(members)}


def test_a_team_gets_a_schedule_a_rotation_and_a_new_order_without_javascript(turns: Turns) -> None:
    team = make_team(turns.bob)
    client = signed_in(turns.manager)
    path = f"/oncall/schedules/{team.slug}/"
    assert client.post(path, {"time_zone": "Asia/Shanghai"}).status_code == 302
    assert client.post(f"{path}layers/new/", rotation(turns.bob, turns.carol)).status_code == 302
    schedule = Schedule.objects.get(team=team)
    layer = schedule.layers.get()
    moved = client.post(f"/oncall/layers/{layer.pk}/", rotation(turns.bob, turns.carol, move="down-0"))
    assert moved["Location"] == f"/oncall/layers/{layer.pk}/"
    assert [place.person for place in layer.places.all()] == [turns.carol, turns.bob]
    assert client.post(f"/oncall/layers/{layer.pk}/", rotation(turns.carol, turns.bob, move="out-0")).status_code == 302
    assert [place.person for place in layer.places.all()] == [turns.bob]
    nights = {"window_0_from": "22:00", "window_0_to": "06:00", "window_0_days": ["5", "6"]}
    assert client.post(f"{path}layers/new/", rotation(turns.alice, name="Nights", **nights)).status_code == 302
    top = schedule.layers.get(name="Nights")
    assert top.windows == [{"weekdays": [5, 6], "from": "22:00", "to": "06:00"}]
    assert client.post(f"/oncall/layers/{top.pk}/down/").status_code == 302
    assert client.post(f"/oncall/layers/{top.pk}/remove/").status_code == 302
    page = text(client, path)
    for sentence in ("Layer removed", "Layer moved", "Layer changed", "Layer added", "Bob, Carol"):
        assert sentence in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda turns: rotation(), "pages nobody"),
        (lambda turns: rotation(turns.bob, turns.bob), "stands there twice"),
        (lambda turns: rotation(turns.bob, handover_at="25:00"), ""),
        (lambda turns: rotation(turns.bob, starts_on="0000-00-00"), ""),
        (lambda turns: rotation(turns.bob, starts_on="2206-01-05"), "more than a year ahead"),
        (lambda turns: rotation(turns.bob, every="0"), ""),
        (lambda turns: rotation(turns.bob, every="9" * 40), ""),
        (lambda turns: rotation(turns.bob, unit="yearly"), ""),
        (lambda turns: rotation(turns.bob, window_0_from="20:00"), "needs both"),
        (lambda turns: rotation(turns.bob, window_0_days=["9"]), ""),
        (lambda turns: rotation(turns.bob) | {"member_1": "999999"}, ""),
        (lambda turns: rotation(turns.bob) | {"member_1": "\0"}, ""),
        (lambda turns: rotation(turns.bob, name="a\0b"), ""),
    ],
)
def test_a_rotation_that_cannot_be_is_refused_with_its_reason(
    turns: Turns, change: Callable[[Turns], dict[str, Any]], sentence: str
) -> None:
    before = list(ScheduleLayer.objects.values())
    answer = signed_in(turns.manager).post(f"{SCHEDULE}layers/new/", change(turns))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert list(ScheduleLayer.objects.values()) == before


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "UTC\0", ""])
def test_a_zone_that_does_not_exist_is_refused(turns: Turns, zone: str) -> None:
    assert signed_in(turns.manager).post(SCHEDULE, {"time_zone": zone}).status_code == 400


def test_one_click_takes_over_and_another_withdraws(turns: Turns) -> None:
    client = signed_in(turns.bob)
    assert client.post(f"{SCHEDULE}take-over/").status_code == 302
    assert on_call(turns.schedule, NOW + timedelta(hours=1)).primary == [turns.bob]
    override = Override.objects.get()
    assert signed_in(turns.carol).post(f"/oncall/overrides/{override.pk}/withdraw/").status_code == 404
    assert "contradicts another change" in text_after(client, f"{SCHEDULE}take-over/")
    assert client.post(f"/oncall/overrides/{override.pk}/withdraw/").status_code == 302
    assert on_call(turns.schedule, NOW + timedelta(hours=1)).primary == [turns.alice]


def text_after(client: Client, path: str) -> str:
    return client.post(path, follow=True).content.decode()


def test_an_override_is_typed_in_the_schedules_zone_and_refused_in_words(turns: Turns) -> None:
    client = signed_in(turns.manager)
    form = {
        "kind": "replace",
        "role": "primary",
        "person": turns.bob.pk,
        "replaces": turns.alice.pk,
        "starts_at": "2026-11-30T14:00",
        "ends_at": "2026-11-30T18:00",
    }
    assert client.post(f"{SCHEDULE}override/", form).status_code == 302
    assert Override.objects.get().starts_at == datetime(2026, 11, 30, 13, tzinfo=UTC)
    for bad in (
        {"ends_at": "2026-11-30T13:00"},
        {"starts_at": "0001-01-01T00:00"},
        {"ends_at": "9999-12-31T23:59"},
        {"starts_at": "soon"},
        {"person": ""},
        {"kind": "steal"},
        {"reason": "\0"},
        {},
    ):
        assert client.post(f"{SCHEDULE}override/", form | bad).status_code == 400, bad
    member = signed_in(turns.carol).post(f"{SCHEDULE}override/", form)
    assert "You may step in or be replaced yourself" in member.content.decode()
    assert Override.objects.count() == 1


def test_a_swap_is_offered_and_taken_on_the_pages(turns: Turns) -> None:
    form = {
        "role": "primary",
        "starts_at": "2026-11-30T14:00",
        "ends_at": "2026-11-30T18:00",
        "asked_of": "",
        "note": "x",
    }
    assert signed_in(turns.alice).post(f"{SCHEDULE}swap/", form).status_code == 302
    assert signed_in(turns.alice).post(f"{SCHEDULE}swap/", form).status_code == 400
    swap = SwapRequest.objects.get()
    assert "Take it" not in text(signed_in(make_person()), "/oncall/swaps/")
    assert "Take it" in text(signed_in(turns.bob), "/oncall/swaps/")
    assert signed_in(turns.bob).post(f"/oncall/swaps/{swap.pk}/take/").status_code == 302
    assert "taken" in text(signed_in(turns.bob), "/oncall/swaps/")
    assert "Not possible while" in text_after(signed_in(turns.carol), f"/oncall/swaps/{swap.pk}/take/")
    assert signed_in(turns.bob).post(f"/oncall/swaps/{swap.pk}/expire/").status_code == 404


def test_a_calendar_is_uploaded_and_what_is_no_calendar_refused(turns: Turns) -> None:
    client = signed_in(turns.manager)
    made = client.post(f"{SCHEDULE}layers/new/?kind=calendar", {"name": "Outlook", "role": "primary"})
    path = made["Location"]
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z"),
        *("DTSTART:20261201T100000Z", "DTEND:20261201T120000Z", "SUMMARY:Carol", "END:VEVENT", "END:VCALENDAR", ""),
    )
    good = SimpleUploadedFile("duty.ics", "\r\n".join(lines).encode())
    assert client.post(path, {"file": good}).status_code == 302
    assert on_call(turns.schedule, datetime(2026, 12, 1, 11, tzinfo=UTC)).primary == [turns.carol]
    for bad in ({}, {"url": "http://127.0.0.1/x"}, {"file": SimpleUploadedFile("x.ics", b"\0")}, {"url": "a\0"}):
        assert client.post(path, bad).status_code == 400, bad


def test_only_the_owner_sees_rotates_and_revokes_a_feed(turns: Turns) -> None:
    client = signed_in(turns.bob)
    made = client.post("/oncall/feeds/", {"schedule": "night-owls"})
    assert "it is not shown again" in made.content.decode()
    feed = CalendarFeed.objects.get()
    assert "No address yet" in text(signed_in(turns.manager), "/oncall/feeds/")
    for verb in ("revoke", "rotate"):
        assert signed_in(turns.manager).post(f"/oncall/feeds/{feed.pk}/{verb}/").status_code == 404
    assert "it is not shown again" in client.post(f"/oncall/feeds/{feed.pk}/rotate/").content.decode()
    assert client.post(f"/oncall/feeds/{feed.pk}/revoke/").status_code == 404
    assert client.post("/oncall/feeds/", {"schedule": "no-such"}).status_code == 404
