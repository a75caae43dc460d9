"""The REST API: shapes, status codes, and what hostile input gets."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, reverse
from rest_framework.test import APIClient

from catalog.models import Person, Role
from catalog.services import issue_token
from incidents import services
from incidents.api.urls import urlpatterns
from incidents.models import Incident, Solution
from lifecycle.models import Event
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/incidents/"


def by_token(person: Person) -> APIClient:
    _token, key = issue_token(person=person, name="test")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def engineer() -> Person:
    return make_person(username="alice")


@pytest.fixture
def api(engineer: Person) -> APIClient:
    return by_token(engineer)


def address(pattern: URLPattern) -> str:
    return reverse(str(pattern.name), args=[1] if "pk" in str(pattern.pattern) else [])


ROUTES = [(str(pattern.name), address(pattern)) for pattern in urlpatterns]
OF_A_RECORD = [(name, url) for name, url in ROUTES if "/1/" in url]


# --- Access ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "url"), ROUTES, ids=[name for name, _url in ROUTES])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_without_a_token_the_answer_is_401(name: str, url: str, method: str) -> None:
    response = getattr(APIClient(), method)(url, {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["mst_wrong", "", "a b", "\xff"])
def test_a_wrong_token_is_401(key: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert client.get(ROOT).status_code == 401


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_changed_or_deleted_but_by_its_verbs(api: APIClient, method: str) -> None:
    incident = make_incident()
    response = getattr(api, method)(f"{ROOT}{incident.pk}/", {"status": "closed", "level": 3})
    assert response.status_code == 405
    incident.refresh_from_db()
    assert (incident.status, incident.level_id) == ("reported", 2)


@pytest.mark.parametrize(("name", "url"), OF_A_RECORD, ids=[name for name, _url in OF_A_RECORD])
def test_a_reporter_finds_nothing_of_strangers(name: str, url: str) -> None:
    client = by_token(make_person(Role.REPORTER))
    incident, engineer = make_incident(level=1), make_person()
    solution = services.propose_solution(incident, actor=engineer, via="web", text="revert")
    pk = solution.pk if name.startswith("solution") else incident.pk
    target = url.replace("/1/", f"/{pk}/", 1)
    lists = ("events-api", "solutions-api", "attachments-api", "impacts-api")
    is_get = name.endswith(lists) or name in ("incident-api", "solution-api", "attachment-api", "impact-api")
    assert getattr(client, "get" if is_get else "post")(target).status_code == 404


def test_the_session_needs_its_csrf_token(engineer: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(engineer)
    incident = make_incident()
    response = client.post(f"{ROOT}{incident.pk}/acknowledge/", {}, content_type="application/json")
    assert response.status_code == 403


# --- Reading --------------------------------------------------------------------------------------------------------


def test_the_detail_shows_clocks_and_what_is_allowed(api: APIClient, clock: Clock) -> None:
    incident = make_incident(level=1)
    clock.advance(minutes=4)
    body = api.get(f"{ROOT}{incident.pk}/").json()
    assert body["reference"] == incident.reference
    assert {row["kind"] for row in body["clocks"]} == {"response", "recovery", "resolution", "update"}
    response = next(row for row in body["clocks"] if row["kind"] == "response")
    assert response["state"] == "running"
    assert response["target"] == 600
    assert 355 <= response["remaining"] <= 360
    assert "acknowledge" in body["allowed"]
    assert "resolve" not in body["allowed"]
    services.acknowledge_incident(incident, actor=make_person(), via="web")
    assert "recovered first" in api.get(f"{ROOT}{incident.pk}/").json()["blocked"]["resolve"]


def test_the_list_is_filtered_and_walked_by_cursor(api: APIClient) -> None:
    service = make_service(slug="cards")
    wanted = [make_incident(service=service, title=f"cards {number}").pk for number in range(5)]
    make_incident(title="other")
    url: str | None = f"{ROOT}?service=cards&page_size=2"
    seen: list[int] = []
    while url:
        body = api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == sorted(wanted, reverse=True)


@pytest.mark.parametrize("query", ["status=nonsense", "level=x", "service=%00", "q=%00"])
def test_a_filter_that_is_not_understood_is_400_or_404(api: APIClient, query: str) -> None:
    assert api.get(f"{ROOT}?{query}").status_code in (400, 404)


@pytest.mark.parametrize("query", ["cursor=%00", "cursor=AAAA", "page_size=-1", "page_size=%00"])
def test_an_odd_place_in_the_list_is_harmless(api: APIClient, query: str) -> None:
    assert api.get(f"{ROOT}?{query}").status_code in (200, 404)


def test_the_timeline_is_listed_newest_first(api: APIClient, engineer: Person) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=engineer, via="sms")
    rows = api.get(f"{ROOT}{incident.pk}/events/").json()["results"]
    assert [row["verb"] for row in rows] == ["acknowledge", "report"]
    assert rows[0]["actor"] == "alice"
    assert rows[0]["via"] == "sms"


def test_the_list_costs_the_same_for_few_and_many(api: APIClient, django_assert_num_queries: Any) -> None:
    service = make_service()
    for _number in range(20):
        make_incident(service=service)
    with django_assert_num_queries(3):  # token, its last use, rows
        api.get(ROOT)


# --- Doing ----------------------------------------------------------------------------------------------------------


def test_the_whole_way_by_api(api: APIClient) -> None:
    make_service(slug="cards")
    made = api.post(ROOT, {"title": "Cards fail", "service": "cards", "level": 2})
    assert made.status_code == 201
    url = made.headers["Location"]
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("acknowledge", {}, "acknowledged"),
        ("hold", {"reason": "waiting"}, "pending"),
        ("resume", {}, "acknowledged"),
        ("recover", {"workaround": "restart"}, "recovered"),
        ("record_impact", {"affected_users": 10}, "recovered"),
        ("resolve", {"resolution": "fixed", "cause_class": "known"}, "resolved"),
        ("confirm", {"note": "mail of noon"}, "resolved"),
        ("close", {}, "closed"),
        ("reopen", {"reason": "again", "is_down": True}, "reported"),
    ]
    for verb, values, status in steps:
        answer = api.post(f"{url}{verb}/", values)
        assert answer.status_code == 200, (verb, answer.content)
        assert answer.json()["status"] == status
    assert set(Event.objects.values_list("via", flat=True)) == {"api"}


def test_transfer_assign_level_and_merge_take_names_people_use(api: APIClient) -> None:
    incident, other, team = make_incident(), make_incident(), make_team(slug="devs")
    make_service(development_team=team)
    api.post(f"{ROOT}{incident.pk}/acknowledge/")
    assert api.post(f"{ROOT}{incident.pk}/assign/", {"owner": "alice"}).json()["owner"] == "alice"
    assert api.post(f"{ROOT}{incident.pk}/change_level/", {"level": 1, "reason": "worse"}).json()["level"] == 1
    body = api.post(f"{ROOT}{incident.pk}/transfer/", {"team": "devs", "hand_over": "logs"}).json()
    assert body["transferred_to"] == team.slug
    assert "development" in {row["kind"] for row in body["clocks"]}
    double = make_incident()
    assert api.post(f"{ROOT}{double.pk}/merge/", {"target": other.reference}).json()["merged_into"] == other.pk


def test_a_refusal_says_what_is_allowed(api: APIClient) -> None:
    incident = make_incident()
    response = api.post(f"{ROOT}{incident.pk}/close/")
    assert response.status_code == 409
    body = response.json()
    assert set(body) == {"detail", "status", "allowed"}
    assert body["status"] == "reported"
    assert "acknowledge" in body["allowed"]
    assert "close" not in body["allowed"]


def test_an_outdated_version_is_409(api: APIClient) -> None:
    incident = make_incident()
    assert api.post(f"{ROOT}{incident.pk}/acknowledge/", {"version": 1}).status_code == 200
    assert api.post(f"{ROOT}{incident.pk}/hold/", {"version": 1, "reason": "x"}).status_code == 409


def test_a_role_that_may_not_is_403() -> None:
    incident = make_incident()
    response = by_token(make_person(Role.DEVELOPER)).post(f"{ROOT}{incident.pk}/cancel/", {"reason": "x"})
    assert response.status_code == 403


def test_what_the_service_refuses_stands_at_its_field(api: APIClient, clock: Clock) -> None:
    incident = make_incident()
    late = (clock.now() + timedelta(days=1)).isoformat()
    response = api.post(f"{ROOT}{incident.pk}/recover/", {"recovered_at": late})
    assert response.status_code == 400
    assert list(response.json()) == ["recovered_at"]


def test_solutions_are_proposed_and_decided(api: APIClient) -> None:
    incident, manager = make_incident(level=1), by_token(make_person(Role.INCIDENT_MANAGER))
    assert api.post(f"{ROOT}{incident.pk}/propose_solution/", {"text": "reroute"}).status_code == 200
    solution = Solution.objects.get()
    url = f"/api/v1/solutions/{solution.pk}/"
    assert api.get(url).json()["allowed"] == ["bypass", "answer"]
    assert api.post(f"{url}approve/").status_code == 403
    assert api.post(f"{url}bypass/", {"reason": "now"}).json()["status"] == "bypassed"
    assert manager.post(f"{url}reject/", {"reason": ""}).status_code == 400
    assert manager.post(f"{url}approve/", {"note": "fine"}).json()["status"] == "approved"
    assert manager.post(f"{url}approve/").status_code == 409
    assert [row["id"] for row in api.get(f"{ROOT}{incident.pk}/solutions/").json()["results"]] == [solution.pk]


# --- Hostile input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra", [{"status": "closed"}, {"level": 1}, {"id": 7}, {"is_declared_major": True}, {"owner": "alice"}]
)
def test_nobody_slips_a_field_in(api: APIClient, extra: dict[str, Any]) -> None:
    incident = make_incident()
    response = api.post(f"{ROOT}{incident.pk}/acknowledge/", extra)
    assert response.status_code == 400
    assert list(response.json()) == list(extra)
    incident.refresh_from_db()
    assert (incident.status, incident.level_id) == ("reported", 2)


BODIES = {
    "nul": b'{"reason": "a\\u0000b"}',
    "lone surrogate": b'{"reason": "\\ud800"}',
    "surrogate in a key": b'{"\\udfff": 1}',
    "number": b'{"reason": 7e999}',
    "list": b'{"reason": ["x"]}',
    "object": b'{"reason": {"x": 1}}',
    "null": b'{"reason": null}',
    "true": b'{"reason": true}',
    "not an object": b'["reason"]',
    "a string": b'"reason"',
    "a null body": b"null",
    "NaN": b'{"reason": NaN}',
    "deep": b'{"reason": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "huge number": b'{"version": ' + b"9" * 10_000 + b', "reason": "x"}',
    "big version": b'{"version": 99999999999999999999999, "reason": "x"}',
    "not UTF-8": b'{"reason": "\xff"}',
    "too long": json.dumps({"reason": "x" * 20_001}).encode(),
    "over a megabyte": b'{"reason": "' + b"x" * 1_100_000 + b'"}',
    "truncated": b'{"reason": "x"',
    "twice": b'{"reason": "x"}{"reason": "y"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hostile_json_is_refused_in_words(api: APIClient, body: bytes) -> None:
    incident = make_incident()
    response = api.generic("POST", f"{ROOT}{incident.pk}/cancel/", body, content_type="application/json")  # type: ignore[arg-type]
    unusual = {BODIES["big version"]: 409, BODIES["over a megabyte"]: 413}
    assert response.status_code == unusual.get(body, 400)
    assert response.json()
    incident.refresh_from_db()
    assert incident.status == "reported"


VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "\0",
    "\ud800",
    [],
    {},
    10**30,
    "9999-12-31T23:59:59Z",
    "0001-01-01",
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_no_value_in_any_field_breaks_the_server(api: APIClient, value: Any) -> None:
    incident = make_incident()
    verbs = {
        "recover": ["workaround", "recovered_at"],
        "transfer": ["team", "hand_over"],
        "merge": ["target"],
        "change_level": ["level", "reason"],
        "assign": ["owner"],
        "note": ["text", "occurred_at"],
        "record_impact": ["affected_users", "affected_page_views", "started_at", "ended_at", "is_down"],
        "reopen": ["is_down"],
    }
    for verb, fields in verbs.items():
        for field in fields:
            body = json.dumps({field: value})
            response = api.generic("POST", f"{ROOT}{incident.pk}/{verb}/", body, content_type="application/json")
            assert response.status_code < 500, (verb, field)
    for field in ("title", "service", "level", "occurred_at", "reported_at", "source", "reporter_name"):
        body = json.dumps({"title": "t", "service": "no", "level": 2, field: value})
        assert api.generic("POST", ROOT, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(api: APIClient, kind: str) -> None:
    assert api.generic("POST", ROOT, "title=x", content_type=kind).status_code == 415


def test_the_schema_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", stdout=out)
    schema = out.getvalue()
    for verb in ("acknowledge", "change_level", "propose_solution"):
        assert f"/api/v1/incidents/{{id}}/{verb}/" in schema
    assert Incident.objects.count() == 0
