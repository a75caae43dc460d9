"""Every figure of the meeting leads to the rows it counts, as far as the reader may see them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Role
from incidents import services as handling
from lifecycle import clock as time
from notifications.models import Channel, Delivery, Purpose
from reports.meeting import numbers
from reports.meeting.figure_rows import KINDS
from reports.meeting.words import FIGURES
from reports.models import Meeting
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.reports.meetings import make_meeting

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def page_of(meeting: Meeting, name: str) -> str:
    return f"{meeting.get_absolute_url()}figures/{name}/"


def make_page(incident: Any, number: int = 1) -> Delivery:
    return Delivery.objects.create(
        incident=incident,
        recipient=make_person(name=f"Paged {number}"),
        channel=Channel.SMS,
        purpose=Purpose.PAGE,
        dedup_key=f"page:{incident.pk}:{number}",
        body="x",
    )


def test_every_figure_is_known_by_its_rows_and_by_its_name() -> None:
    meeting = make_meeting(status="running")
    names = {each["name"] for each in meeting.agenda["figures"]}
    assert names == set(KINDS) == set(FIGURES)


def test_a_figure_lists_what_it_counted_and_nothing_since(client: Client, clock: Clock) -> None:
    engineer, now = make_person(), time.now()
    late = make_incident(level=2, title="Login slow", reported_at=now - timedelta(hours=8))
    handling.record_breaches()
    major = make_incident(level=1, title="Cards <b>fail</b>")
    make_page(major)
    handling.acknowledge_incident(major, actor=engineer, via="web")
    handling.recover_incident(major, actor=engineer, via="web", workaround="Other gateway")
    meeting = make_meeting(status="running")
    make_incident(level=3, title="Only afterwards")
    client.force_login(engineer)
    counts = {each["name"]: each["count"] for each in meeting.agenda["figures"]}
    assert (counts["reported"], counts["major"], counts["recovered"], counts["pages"]) == (2, 1, 1, 1)
    page = text_of(client.get(meeting.get_absolute_url()))
    for name, count in counts.items():
        assert f'<a href="{page_of(meeting, name)}">{count}</a>' in page
        assert text_of(client.get(page_of(meeting, name))).count("<tr data-row>") == count
    reported = text_of(client.get(page_of(meeting, "reported")))
    assert "Cards &lt;b&gt;fail" in reported
    assert late.reference in reported
    assert "Only afterwards" not in reported
    assert "Paged 1 · " in text_of(client.get(page_of(meeting, "pages")))
    assert late.reference in text_of(client.get(page_of(meeting, "late")))
    assert client.get(page_of(meeting, "nonsense")).status_code == 404
    shown = client.get(f"/api/v1/meetings/{meeting.pk}/").json()["figures"]
    assert {each["page"] for each in shown} == {page_of(meeting, name) for name in counts}


def test_before_the_start_the_rows_are_those_of_now(client: Client) -> None:
    meeting = make_meeting()
    make_incident(title="Just now")
    client.force_login(make_person())
    assert "Just now" in text_of(client.get(page_of(meeting, "reported")))


def test_rows_that_are_not_for_the_reader_are_only_counted(client: Client) -> None:
    insider, outsider = make_person(), make_person()
    secret = make_incident(level=1, title="Salaries leak")
    make_page(secret)
    handling.acknowledge_incident(secret, actor=insider, via="web")
    handling.restrict_incident(secret, actor=insider, via="web", is_restricted=True, participants=[])
    meeting = make_meeting(status="running")
    for name in ("reported", "major", "pages"):
        client.force_login(insider)
        assert "Salaries leak" in text_of(client.get(page_of(meeting, name)))
        client.force_login(outsider)
        page = text_of(client.get(page_of(meeting, name)))
        assert "Salaries leak" not in page
        assert secret.reference not in page
        assert "1 restricted incident" in page
    client.force_login(make_person(Role.REPORTER))
    assert client.get(page_of(meeting, "reported")).status_code == 404
    client.logout()
    assert client.get(page_of(meeting, "reported")).status_code == 302


def test_beyond_what_is_kept_the_page_says_how_many_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "MOST_ROWS", 2)
    for _number in range(5):
        make_incident()
    meeting = make_meeting(status="running")
    client.force_login(make_person())
    page = text_of(client.get(page_of(meeting, "reported")))
    assert page.count("<tr data-row>") == 2
    assert "3 more were counted and are not listed." in page


def test_minutes_from_before_rows_were_kept_have_figures_without_links(client: Client) -> None:
    meeting = make_meeting(status="running")
    agenda = {**meeting.agenda, "figures": [{"name": "reported", "count": 7, "mean": 1.0}]}
    Meeting.objects.filter(pk=meeting.pk).update(agenda=agenda)
    client.force_login(make_person())
    assert '<span class="meeting-figure">7</span>' in text_of(client.get(meeting.get_absolute_url()))
    assert client.get(page_of(meeting, "reported")).status_code == 404
    assert client.get(f"/api/v1/meetings/{meeting.pk}/").json()["figures"][0]["page"] == ""


def count(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["reported", "late", "pages"])
def test_many_rows_cost_no_more_queries(client: Client, clock: Clock, name: str) -> None:
    client.force_login(make_person())

    def grow(number: int) -> None:
        incident = make_incident(reported_at=time.now() - timedelta(hours=8))
        make_page(incident, number)
        handling.record_breaches()

    grow(1)
    first = make_meeting(status="ended")
    client.get(page_of(first, name))
    few = count(lambda: client.get(page_of(first, name)))
    clock.advance(days=1)
    for number in range(2, 8):
        grow(number)
    second = make_meeting(status="running")
    assert count(lambda: client.get(page_of(second, name))) <= few
