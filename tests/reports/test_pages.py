"""The report's pages: who may see and sign them, that every figure's link leads to its rows, that bad input is told."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services as handling
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import NotPermitted, TransitionRefused
from reports import services
from reports.frozen import digest_of
from reports.models import MonthlyReport
from reports.months import recent_months
from reports.period import Month
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
PAGE = "/reports/2026-10/"
PAGES = ["/reports/", PAGE, f"{PAGE}rows/", f"{PAGE}report.csv"]


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(clock: Clock) -> Clock:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def make_month() -> Incident:
    """Eight incidents of three services, some late, one cancelled, one without recovery."""
    cards, wallet, refunds = (make_service(name=name) for name in ("Cards", "Wallet", "Refunds"))
    engineer = make_person()
    plan = [
        (1, cards, 1, 5),
        (2, cards, 2, 400),
        (3, wallet, 2, 20),
        (9, wallet, 1, 300),
        (12, cards, 3, 60),
        (13, cards, 2, 1),
    ]
    for day, service, level, minutes in plan:
        incident = make_incident(service=service, level=level, reported_at=at(day), title=f"Day {day}")
        handling.acknowledge_incident(incident, actor=engineer, via="web")
        end = at(day) + timedelta(minutes=minutes)
        handling.recover_incident(incident, actor=engineer, via="web", recovered_at=end)
        handling.record_impact(incident, actor=engineer, via="web", affected_users=day * 10, is_down=level == 1)
    make_incident(service=refunds, reported_at=at(20))
    false_alarm = make_incident(service=refunds, reported_at=at(21))
    handling.cancel_incident(false_alarm, actor=engineer, via="web", reason="a test")
    handling.record_breaches()
    return incident


def signed_in(client: Client, role: str = Role.OPERATIONS) -> Person:
    person = make_person(role)
    client.force_login(person)
    return person


@pytest.mark.parametrize("address", PAGES)
def test_anonymous_visitors_sign_in_first(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=/reports/")


@pytest.mark.parametrize("address", PAGES)
def test_reporters_find_nothing(client: Client, address: str) -> None:
    signed_in(client, Role.REPORTER)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("is_full", [False, True])
def test_every_colleague_may_read(client: Client, address: str, is_full: bool) -> None:
    signed_in(client, Role.DEVELOPER)
    if is_full:
        make_month()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/reports/2026-13/", "/reports/0000-01/", "/reports/2026-12/", "/reports/now/"])
def test_months_that_are_none_or_yet_to_come_are_not_found(client: Client, address: str) -> None:
    signed_in(client)
    assert client.get(address).status_code == 404


def test_the_bars_add_up_to_the_incidents_of_the_month(client: Client) -> None:
    make_month()
    signed_in(client)
    answer = client.get(PAGE)
    totals = [row[-1]["value"] for row in answer.context["charts"]["services"]["rows"]]
    assert sum(totals) == 7
    assert answer.context["kpis"][0]["value"] == "7"


def test_a_page_needs_the_same_number_of_queries_for_more_incidents(client: Client) -> None:
    signed_in(client)
    make_month()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
            client.get(f"{PAGE}rows/")
            client.get("/reports/")
        counts.append(len(captured))
        service = make_service()
        for day in range(1, 9):
            make_incident(service=service, reported_at=at(day), level=1 + day % 3)
    assert counts[0] == counts[1]


def test_drills_count_nowhere() -> None:
    make_month()
    before = next(line for line in recent_months(clock.now()) if line.month == OCTOBER)
    assert before.count
    assert before.tally.total
    Incident.objects.update(is_drill=True)
    after = next(line for line in recent_months(clock.now()) if line.month == OCTOBER)
    assert (after.count, after.tally.total) == (0, 0)


def test_unknown_rows_are_refused_by_field(client: Client) -> None:
    signed_in(client)
    answer = client.get(f"{PAGE}rows/?level=9&service=nothing")
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"level", "service"}


def test_titles_and_names_are_shown_as_text(client: Client) -> None:
    make_incident(title="<script>alert(1)</script>", reported_at=at(3), service=make_service(name="<b>Bold</b>"))
    signed_in(client)
    for address in (PAGE, f"{PAGE}rows/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>Bold" not in page


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR])
def test_managers_write_and_sign(client: Client, role: str) -> None:
    person = signed_in(client, role)
    make_month()
    assert client.post(f"{PAGE}text/", {"text": "A calm month."}).status_code == 302
    assert client.post(f"{PAGE}sign/").status_code == 302
    report = MonthlyReport.objects.get()
    assert (report.status, report.text, report.signed_by) == ("signed", "A calm month.", person)
    assert report.digest == digest_of(report.numbers or {})
    assert [event.verb for event in Event.objects.about(report)] == ["write", "sign"]
    page = client.get(PAGE)
    assert page.context["differences"] == []
    assert report.digest in page.content.decode()


@pytest.mark.parametrize("verb", ["text", "sign"])
def test_other_colleagues_do_not(client: Client, verb: str) -> None:
    person = signed_in(client, Role.OPERATIONS)
    assert client.post(f"{PAGE}{verb}/", {"text": "x"}).status_code == 403
    assert not MonthlyReport.objects.exists()
    with pytest.raises(NotPermitted):
        services.sign_report(OCTOBER, actor=person, via="web")


def test_a_running_month_is_not_signed(client: Client) -> None:
    signed_in(client, Role.MANAGER)
    assert "The month is not over yet." in client.get("/reports/2026-11/").content.decode()
    client.post("/reports/2026-11/sign/")
    assert not MonthlyReport.objects.filter(status="signed").exists()


def test_a_signed_month_keeps_its_figures_and_says_what_differs_now(client: Client) -> None:
    signed_in(client, Role.MANAGER)
    make_month()
    client.post(f"{PAGE}sign/")
    incident = Incident.objects.get(title="Day 13")
    handling.cancel_incident(incident, actor=make_person(), via="web", reason="it was a drill")
    answer = client.get(PAGE)
    assert answer.context["kpis"][0]["value"] == "7"
    changed = {entry["path"]: (entry["frozen"], entry["now"]) for entry in answer.context["differences"]}
    assert changed["incidents all count"] == ("7", "6")
    assert changed["incidents all cancelled"] == ("1", "2")
    assert not any(path.startswith("attainment response 1") for path in changed)


def test_a_signed_report_cannot_be_written_signed_or_changed_again(client: Client) -> None:
    manager = signed_in(client, Role.MANAGER)
    report = services.sign_report(OCTOBER, actor=manager, via="web")
    answer = client.post(f"{PAGE}text/", {"text": "late words"})
    assert answer.status_code == 409
    with pytest.raises(TransitionRefused):
        services.sign_report(OCTOBER, actor=manager, via="web")
    changes: list[dict[str, Any]] = [{"text": "x"}, {"numbers": {}}]
    for change in changes:
        with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
            MonthlyReport.objects.filter(pk=report.pk).update(**change)
    with pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        report.delete()


def test_two_authors_do_not_overwrite_each_other_and_lose_no_word(client: Client) -> None:
    manager = signed_in(client, Role.MANAGER)
    first = services.write_report(OCTOBER, actor=manager, via="web", text="first")
    services.write_report(OCTOBER, actor=manager, via="web", text="second", expected_version=first.version)
    answer = client.post(f"{PAGE}text/", {"text": "mine", "version": first.version})
    assert answer.status_code == 409
    assert ">\nmine</textarea>" in answer.content.decode()
    assert MonthlyReport.objects.get().text == "second"


def test_a_text_that_is_too_long_stays_in_the_form(client: Client) -> None:
    signed_in(client, Role.MANAGER)
    answer = client.post(f"{PAGE}text/", {"text": "x" * 20_001})
    assert answer.status_code == 400
    assert "x" * 20_001 in answer.content.decode()
    assert answer.context["form"].errors["text"]


def test_the_download_opens_in_spreadsheets_and_runs_no_formula(client: Client) -> None:
    make_month()
    make_incident(title='=HYPERLINK("http://x")', level=1, reported_at=at(5))
    signed_in(client)
    answer = client.get(f"{PAGE}report.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["incidents", "2026-10", "", "count", "8"] in lines
    assert any(line[1] == '\'=HYPERLINK("http://x")' for line in lines)
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)


def test_the_report_speaks_the_readers_language(client: Client) -> None:
    make_month()
    person = signed_in(client)
    Person.objects.filter(pk=person.pk).update(language="zh-hans")
    answer = client.get(PAGE)
    assert '<html lang="zh-hans"' in answer.content.decode()
    assert "2026年10月" in answer.content.decode()


def test_the_api_gives_the_same_figures(client: Client) -> None:
    make_month()
    assert client.get("/api/v1/reports/2026-10/").status_code == 401
    manager = signed_in(client, Role.MANAGER)
    draft = client.get("/api/v1/reports/2026-10/").json()
    assert (draft["status"], draft["digest"], draft["differences"]) == ("draft", "", [])
    assert draft["numbers"]["incidents"]["all"]["count"] == 7
    report = services.sign_report(OCTOBER, actor=manager, via="web")
    signed = client.get("/api/v1/reports/2026-10/").json()
    assert signed["numbers"] == draft["numbers"]
    assert signed["digest"] == report.digest == digest_of(signed["numbers"])
    assert client.get("/api/v1/reports/2099-01/").status_code == 404
    signed_in(client, Role.REPORTER)
    assert client.get("/api/v1/reports/2026-10/").status_code == 404
