"""The monthly report by the API: the same services and permissions as its pages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from catalog.models import Person, Role
from incidents import services as handling
from incidents.models import Level
from lifecycle.models import Event
from reports import services
from reports.models import MonthlyReport, ReportComment
from reports.period import Month
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.reports.months import at, make_october

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
REPORT = "/api/v1/reports/2026-10/"


@pytest.fixture(autouse=True)
def november(clock: Clock) -> Clock:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def api_of(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def post(api: APIClient, verb: str, **typed: Any) -> Any:
    return api.post(f"{REPORT}{verb}/", typed, format="json")


def test_a_report_is_written_commented_signed_compared_and_amended(november: Clock) -> None:
    last = make_october()[-1]
    manager = make_person(Role.MANAGER, username="max", name="Max")
    api = api_of(manager)
    assert api.get(REPORT).json()["version"] is None
    words = {"amount": {"en": "A quiet month."}}
    written = post(api, "write", text="Calm.", wording=words).json()
    assert (written["text"], written["sentences"][0]) == ("Calm.", "A quiet month.")
    assert post(api, "write", text="Very calm.", version=written["version"]).json()["sentences"][0] == "A quiet month."
    assert post(api, "write", text="Late.", version=written["version"]).status_code == 409
    said = post(api, "comments", section="sla", text="Why?")
    assert (said.status_code, said.json()["author"]) == (201, "max")
    signed = post(api, "sign").json()
    assert (signed["status"], signed["signed_by"], signed["text"]) == ("signed", "max", "Very calm.")
    assert post(api, "sign").status_code == 409
    assert post(api, "write", text="Later.").status_code == 409
    november.advance(hours=1)
    handling.change_level(last, actor=make_person(name="Ada"), via="web", level=_level(3), reason="Few were hit")
    compared = api.get(f"{REPORT}compare/").json()
    assert compared["is_intact"]
    assert compared["digest"] == signed["digest"] != compared["digest_now"]
    (edit,) = compared["edits"]
    assert (edit["incident"], edit["by"]) == (last.pk, "Ada")
    assert edit["fields_changed"] == [{"name": "level", "before": 2, "after": 3}]
    changed = {change["path"]: change for change in compared["changes"]}
    assert changed["incidents all by_level 3"]["edits"] == [edit["id"]]
    amended = post(api, "amend", reason="Its level was wrong").json()
    assert (amended["edition"], amended["status"], amended["reason"]) == (2, "draft", "Its level was wrong")
    assert api.get(f"{REPORT}compare/").status_code == 404
    assert api.get(f"{REPORT}compare/?edition=1").json()["edition"] == 1
    assert [each["text"] for each in api.get(f"{REPORT}comments/?edition=1").json()] == ["Why?"]
    assert api.get(f"{REPORT}comments/").json() == []
    verbs = Event.objects.about(MonthlyReport.objects.get(edition=1)).values_list("verb", "via")
    assert set(verbs) == {("write", "api"), ("comment", "api"), ("sign", "api")}


def _level(number: int) -> Level:
    return Level.objects.get(number=number)


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("write", {"text": "x" * 20_001}, "text"),
    ("write", {"status": "signed"}, "status"),
    ("write", {"wording": {"weather": {"en": "Rain."}}}, "wording"),
    ("write", {"wording": {"amount": {"tlh": "Qapla"}}}, "wording"),
    ("write", {"wording": "Rain."}, "wording"),
    ("sign", {"digest": "0"}, "digest"),
    ("amend", {"reason": " "}, "reason"),
    ("amend", {}, "reason"),
    ("comments", {"section": "weather", "text": "x"}, "section"),
    ("comments", {"section": "sla", "text": ""}, "text"),
    ("comments", {"section": "sla", "text": "x" * 4001}, "text"),
    ("comments", {"section": "sla", "text": "x", "edition": 7}, "edition"),
)


@pytest.mark.parametrize(("verb", "typed", "field"), WRONG)
def test_what_is_wrong_is_said_by_field(verb: str, typed: dict[str, Any], field: str) -> None:
    answer = post(api_of(make_person(Role.MANAGER)), verb, **typed)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not ReportComment.objects.exists()


VERBS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("write", {"text": "x"}),
    ("sign", {}),
    ("amend", {"reason": "x"}),
    ("comments", {"section": "sla", "text": "x"}),
)


def test_readers_comment_and_strangers_find_nothing() -> None:
    services.write_report(OCTOBER, actor=make_person(Role.MANAGER), via="web", text="Calm.")
    reader, stranger = api_of(make_person(Role.DEVELOPER)), api_of(make_person(Role.REPORTER))
    assert [post(reader, verb, **typed).status_code for verb, typed in VERBS] == [403, 403, 403, 201]
    assert [post(stranger, verb, **typed).status_code for verb, typed in VERBS] == [404] * 4
    for path in ("", "comments/", "compare/"):
        assert stranger.get(f"{REPORT}{path}").status_code == 404, path
    to_come = "/api/v1/reports/2026-12/"
    manager = api_of(make_person(Role.MANAGER))
    assert manager.get(to_come).status_code == 404
    for verb, typed in VERBS:
        assert manager.post(f"{to_come}{verb}/", typed, format="json").status_code == 404, verb
    assert MonthlyReport.objects.count() == 1


def test_restricted_incidents_are_not_named() -> None:
    secret, manager = make_incident(title="Quietfox leaks", reported_at=at(5)), make_person(Role.INCIDENT_MANAGER)
    handling.restrict_incident(secret, is_restricted=True, participants=[], actor=manager, via="web")
    services.comment_on_report(OCTOBER, actor=manager, via="web", section="sla", text=f"Like INC-{secret.pk}")
    services.sign_report(OCTOBER, actor=manager, via="web")
    handling.change_level(secret, actor=manager, via="web", level=_level(3), reason="Quietfox was alone")
    reader = api_of(make_person(Role.OPERATIONS))
    answers = [reader.get(f"{REPORT}{path}") for path in ("", "comments/", "compare/")]
    for answer in answers:
        assert answer.status_code == 200
        assert "Quietfox" not in answer.content.decode()
    assert answers[1].json()[0]["text"] == "Like INC-…"
    assert answers[2].json()["edits"] == []
    assert answers[2].json()["changes"] != []


def test_lists_ask_the_same_number_of_queries_for_more(november: Clock) -> None:
    manager = make_person(Role.MANAGER)
    make_october()
    services.sign_report(OCTOBER, actor=manager, via="web")
    november.advance(hours=1)
    api, counts = api_of(manager), []
    api.get(f"{REPORT}compare/")  # content types are looked up once a process
    for number in (1, 6):
        for _one in range(number):
            incident = make_incident(reported_at=at(9), service=make_incident(reported_at=at(8)).service)
            services.comment_on_report(
                OCTOBER, actor=make_person(), via="web", section="top", text=f"See INC-{incident.pk}"
            )
        with CaptureQueriesContext(connection) as captured:
            for path in ("comments/", "compare/"):
                assert api.get(f"{REPORT}{path}").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
