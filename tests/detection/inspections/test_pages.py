"""The pages and the API: what they show, what they take, how often they ask the database."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Role
from detection.inspections.kinds import Fact
from detection.models import Activity, ExpiryDate, Finding, Inspection, Source
from lifecycle.models import Event
from tests.detection.inspections.makers import make_activity, make_finding, make_inspection, run, show
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db


def client_for(role: str = Role.OPERATIONS) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


@pytest.fixture
def client() -> Client:
    return client_for()


def text(response: Any) -> str:
    return str(response.content.decode())


def send(client: Client, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(client, method)(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_an_inspection_is_added_run_and_read(client: Client) -> None:
    assert "Certificate or date that ends" in text(client.get("/inspections/new/"))
    form = {"name": "Certificates of tills", "days": "20", "kind": "", "risk": "high", "days_until_due": "5"}
    form |= {"frequency": "weekly", "weekday": "1", "at_time": "06:30", "time_zone": "Europe/Zurich"}
    assert client.post("/inspections/new/expiry/", {**form, "days": "x"}).status_code == 400
    answer = client.post("/inspections/new/expiry/", form)
    inspection = Inspection.objects.get(name="Certificates of tills")
    assert answer["Location"] == inspection.get_absolute_url()
    assert (inspection.parameters, inspection.expression) == ({"kind": "", "days": 20}, "30 6 * * 1")
    client.post(f"/inspections/{inspection.pk}/run/")
    page = text(client.get(f"/inspections/{inspection.pk}/"))
    assert "runs now" in page
    assert "Monday at 06:30 (Europe/Zurich)" in page
    client.post(f"/inspections/{inspection.pk}/edit/", {**form, "risk": "low", "version": "1"})
    inspection.refresh_from_db()
    assert inspection.risk == "low"
    stale = client.post(f"/inspections/{inspection.pk}/edit/", {**form, "version": "1"})
    assert (stale.status_code, "meantime" in text(stale)) == (400, True)
    client.post(f"/inspections/{inspection.pk}/disable/")
    assert "Disabled" in text(client.get("/inspections/"))


def test_a_refused_query_keeps_what_was_typed_and_is_written_down(client: Client) -> None:
    source = Source.objects.create(name="Ledger", slug="ledger", kind="sqlite", options={"path": "x"})
    form = {"name": "Q", "source": "ledger", "statement": "DROP TABLE t", "days": "1", "title": "x", "risk": "low"}
    form |= {"frequency": "daily", "weekday": "1", "time_zone": "UTC", "days_until_due": "5"}
    answer = client.post("/inspections/new/query/", form)
    assert answer.status_code == 400
    assert "DROP TABLE t" in text(answer)
    assert "must be one SELECT" in text(answer)
    assert Event.objects.about(source).filter(verb="refuse_query").count() == 1
    assert client_for(Role.INCIDENT_MANAGER).get("/inspections/new/query/").status_code == 404


def test_findings_are_filtered_by_the_address_and_worked_by_buttons(client: Client) -> None:
    finding = make_finding(title="The till <b>takes</b> any PIN", risk="high")
    make_finding(title="Something else")
    page = text(client.get("/inspections/findings/?risk=high&status=to_do"))
    assert "The till &lt;b&gt;takes&lt;/b&gt; any PIN" in page
    assert "Something else" not in page
    assert "No finding matches" in text(client.get("/inspections/findings/?status=overdue"))
    assert "No finding matches" in text(client.get("/inspections/findings/?status=nonsense"))
    address = finding.get_absolute_url()
    assert client.post(f"{address}take_up/").status_code == 302
    assert client.post(f"{address}settle/", {"note": ""}).status_code == 400
    assert "What was done" in text(client.get(f"{address}settle/"))
    assert client.post(f"{address}settle/", {"note": "Fixed."}).status_code == 302
    assert client.post(f"{address}take_up/").status_code == 409
    assert client.post(f"{address}confirm/").status_code == 403
    assert client.post(f"{address}close/").status_code == 404
    assert client_for(Role.DEVELOPER).post(f"{address}confirm/").status_code == 302
    finding.refresh_from_db()
    assert finding.status == "closed"


def test_activities_and_tables_have_pages(client: Client) -> None:
    service = make_service()
    form = {"kind": "performance_test", "title": "Double Eleven", "services": [service.slug], "held_on": "2026-05-01"}
    answer = client.post("/inspections/activities/new/", {**form, "held_by": "QA", "outcome": "failed"})
    activity = Activity.objects.get(title="Double Eleven")
    assert answer["Location"] == activity.get_absolute_url()
    found = {"title": "Falls at 900 a second", "service": service.slug, "risk": "high"}
    client.post(f"{activity.get_absolute_url()}add-finding/", found)
    assert "Falls at 900 a second" in text(client.get(activity.get_absolute_url()))
    entry = {"name": "www", "kind": "certificate", "service": service.slug, "expires_on": "2020-01-01"}
    assert client.post("/inspections/tables/expiries/new/", entry)["Location"] == "/inspections/tables/expiries/"
    again = client.post("/inspections/tables/expiries/new/", entry)
    assert (again.status_code, "already exists" in text(again)) == (400, True)
    assert "days ago" in text(client.get("/inspections/tables/expiries/"))
    file = SimpleUploadedFile("c.csv", f"name,service,value,threshold\ndisk,{service.slug},9,10\n".encode())
    client.post("/inspections/tables/capacities/import/", {"file": file})
    assert "90 %" in text(client.get("/inspections/tables/capacities/"))
    bad = SimpleUploadedFile("c.csv", b"\xff\xfe")
    assert client.post("/inspections/tables/capacities/import/", {"file": bad}).status_code == 400
    client.post(f"{ExpiryDate.objects.get().get_absolute_url()}remove/")
    assert not ExpiryDate.objects.exists()


LISTS = (
    *("/inspections/", "/inspections/findings/", "/inspections/activities/", "/inspections/score/"),
    *("/inspections/score/young/", "/inspections/tables/expiries/"),
    *("/api/v1/inspections/", "/api/v1/findings/", "/api/v1/inspections/activities/"),
)


def test_a_list_asks_the_database_as_often_whatever_its_length(client: Client) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    counts = []
    for _round in range(2):
        inspection, service = make_inspection(owner=make_person(), service=make_service()), make_service()
        show(Fact("a", "A", service=service.pk), Fact("b", "B"))
        run(inspection)
        make_finding(make_activity())
        ExpiryDate.objects.create(name="www", service=service, expires_on="2027-01-01")
        client.get("/inspections/")
        counts.append({path: asked(path) for path in LISTS})
    assert counts[0] == counts[1]


def test_the_api_does_what_the_pages_do(client: Client) -> None:
    service = make_service(slug="tills")
    kinds = {row["slug"] for row in client.get("/api/v1/inspections/kinds/").json()}
    assert {"query", "expiry", "oncall_gap"} <= kinds
    asked = {"name": "Full disks", "kind": "capacity", "parameters": {"percent": 90}, "service": "tills"}
    made = send(client, "/inspections/", asked)
    assert (made.status_code, made.json()["parameters"], made.json()["version"]) == (201, {"percent": 90.0}, 1)
    path = f"/inspections/{made.json()['id']}/"
    assert send(client, path, {"parameters": {"percent": "much"}}, "patch").json().keys() == {"percent"}
    assert send(client, path, {"status": "x"}, "patch").status_code == 400
    assert send(client, path, {"risk": "low", "version": 1}, "patch").json()["risk"] == "low"
    assert send(client, path, {"risk": "high", "version": 1}, "patch").status_code == 409
    table = "name,service,value,threshold\nd,tills,95,100"
    imported = send(client, "/inspections/capacities/import/", {"csv": table})
    assert imported.json() == {"added": 1, "changed": 0, "unchanged": 0}
    assert send(client, f"{path}run/", {}).status_code == 200
    run(Inspection.objects.get(name="Full disks"))
    assert client.get(f"/api/v1{path}runs/").json()["results"][0]["new"] == 1
    finding = client.get("/api/v1/findings/?service__slug=tills").json()["results"][0]
    detail = client.get(f"/api/v1/findings/{finding['id']}/").json()
    assert (detail["title"], "settle" in detail["allowed"]) == ("d is 95 % full", True)
    assert "waive" not in detail["blocked"]
    raised = send(client, f"/findings/{finding['id']}/raise_problem/", {})
    assert raised.json()["problem"] is not None
    linked = send(client, f"/findings/{finding['id']}/link_problem/", {"problem": raised.json()["problem"]})
    assert linked.json() == {"problem": ["They are linked already."]}
    assert send(client, f"/findings/{finding['id']}/confirm/", {}).json()["status"] == "open"
    activity = {"kind": "exercise", "title": "Red", "services": ["tills"], "held_on": "2026-05-01", "held_by": "R"}
    number = send(client, "/inspections/activities/", {**activity, "outcome": "passed"}).json()["id"]
    added = send(client, f"/inspections/activities/{number}/findings/", {"title": "Open door", "service": "tills"})
    assert (added.status_code, added.json()["owner"]) == (201, service.owner.username)
    everything = sorted(Finding.objects.values_list("pk", flat=True))
    assert client.get("/api/v1/inspections/score/").json()["young"] == everything
    assert client.get("/api/v1/inspections/score/?window=7").status_code == 400


def test_who_may_not_gets_nothing() -> None:
    finding, inspection = make_finding(), make_inspection()
    reporter, developer = client_for(Role.REPORTER), client_for(Role.DEVELOPER)
    for path in ("/inspections/", finding.get_absolute_url(), inspection.get_absolute_url()):
        assert reporter.get(path).status_code == 404
    assert reporter.get("/api/v1/findings/").status_code == 404
    assert developer.get("/inspections/new/").status_code == 404
    assert developer.post(f"/inspections/{inspection.pk}/disable/").status_code == 404
    assert developer.post(f"/inspections/{inspection.pk}/run/").status_code == 302
    assert send(developer, "/inspections/", {"name": "x", "kind": "capacity"}).status_code == 403
