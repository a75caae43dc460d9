"""The catalogue's pages: who may see and change what, and that bad input is told without losing a word."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import services
from catalog.models import ApiToken, Audience, Person, Role, Service, Team
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_business_line, make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db
LISTS = ["/catalog/", "/catalog/people/", "/catalog/teams/"]
OWN = ["/catalog/me/", "/catalog/me/password/", "/catalog/me/tokens/"]
NEW = ["/catalog/services/new/", "/catalog/people/new/", "/catalog/teams/new/"]


def signed_in(client: Client, role: str = Role.OPERATIONS, **fields: Any) -> Person:
    person = make_person(role, **fields)
    client.force_login(person)
    return person


def pages_of(service: Service, person: Person, team: Team) -> list[str]:
    return [
        *LISTS,
        f"/catalog/services/{service.slug}/",
        f"/catalog/people/{person.pk}/",
        f"/catalog/teams/{team.slug}/",
    ]


@pytest.mark.parametrize("address", [*LISTS, *OWN, *NEW])
def test_anonymous_visitors_sign_in_first(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/login/?next={address}"


def test_reporters_see_their_own_page_and_nothing_else(client: Client) -> None:
    person = signed_in(client, Role.REPORTER)
    for address in [*pages_of(make_service(), person, make_team()), *NEW]:
        assert client.get(address).status_code == 404, address
    for address in OWN:
        assert client.get(address).status_code == 200, address


def test_every_colleague_may_read_everything_and_change_nothing(client: Client) -> None:
    person, service, team = signed_in(client, Role.DEVELOPER), make_service(), make_team(make_person())
    make_incident(service=service)
    for address in pages_of(service, person, team):
        assert client.get(address).status_code == 200, address
    edits = [
        f"/catalog/services/{service.slug}/edit/",
        f"/catalog/people/{person.pk}/edit/",
        f"/catalog/teams/{team.slug}/edit/",
    ]
    for address in [*NEW, *edits]:
        assert client.get(address).status_code == 404, address
        assert client.post(address, {}).status_code == 404, address
    assert client.post(f"/catalog/services/{service.slug}/audience/", {}).status_code == 404


def test_an_empty_catalogue_says_so(client: Client) -> None:
    signed_in(client)
    assert "No service yet" in client.get("/catalog/").content.decode()
    assert "No team yet" in client.get("/catalog/teams/").content.decode()


def test_lists_need_the_same_number_of_queries_for_more_rows(client: Client) -> None:
    signed_in(client)
    make_incident(service=make_service(operations_team=make_team(make_person())))
    addresses = [*LISTS, "/api/v1/services/", "/api/v1/people/", "/api/v1/teams/", "/api/v1/business-lines/"]

    def count_queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client.get("/catalog/")
    few = {address: count_queries(address) for address in addresses}
    line = make_business_line(parent=make_business_line())
    for _ in range(4):
        make_incident(service=make_service(business_line=line, operations_team=make_team(make_person())))
    assert {address: count_queries(address) for address in addresses} == few


def test_the_tree_shows_owners_audience_and_open_incidents(client: Client) -> None:
    signed_in(client)
    service = make_service(name="Card payments")
    make_incident(service=service)
    services_of = {
        entry.name: entry for line in client.get("/catalog/").context["lines"] for entry in line.services.all()
    }
    found = services_of["Card payments"]
    assert (found.users, found.page_views, found.open_incidents) == (10_000, 50_000, 1)


def test_phones_are_masked_for_other_teams(client: Client) -> None:
    mate, stranger = make_person(phone="+15551230001"), make_person(phone="+15551230002")
    me = signed_in(client)
    make_team(me, mate)
    page = client.get("/catalog/people/").content.decode()
    assert mate.phone in page
    assert stranger.phone not in page
    assert stranger.masked_phone in page
    assert stranger.phone not in client.get(f"/catalog/people/{stranger.pk}/").content.decode()
    listed = {row["username"]: row["phone"] for row in client.get("/api/v1/people/").json()["results"]}
    assert listed[stranger.username] == "+15 •••• 0002"
    assert listed[mate.username] == mate.phone


def test_people_are_found_by_name_and_role(client: Client) -> None:
    signed_in(client, name="Alice")
    make_person(Role.MANAGER, name="Bob <b>")
    page = client.get("/catalog/people/?q=bob&role=manager")
    assert [row["person"].name for row in page.context["rows"]] == ["Bob <b>"]
    assert "Bob <b>" not in page.content.decode()
    assert client.get("/catalog/people/?q=nobody&page=99").status_code == 200


# --- Administration ------------------------------------------------------------------------------------


def service_values(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Tickets",
        "slug": "tickets",
        "business_line": make_business_line().pk,
        "owner": make_person().pk,
        "operations_team": make_team().pk,
        "rd_leader": make_person().pk,
        "is_active": "on",
        **changes,
    }


def person_values(**changes: Any) -> dict[str, Any]:
    values = {
        "username": "li",
        "name": "Li Na",
        "roles": ["operations"],
        "email": "li@example.com",
        "phone": "+8613912345678",
    }
    return {**values, "language": "zh-hans", "time_zone": "Asia/Shanghai", "is_active": "on", **changes}


def test_an_administrator_adds_and_changes_a_service(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    values = service_values()
    assert client.post("/catalog/services/new/", values)["Location"] == "/catalog/services/tickets/"
    answer = client.post("/catalog/services/tickets/edit/", {**values, "name": "Booking", "is_active": ""})
    assert answer.status_code == 302
    service = Service.objects.get(slug="tickets")
    assert (service.name, service.is_active) == ("Booking", False)
    assert [event.verb for event in Event.objects.about(service)] == ["add_service", "change_service"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"slug": "new"}, "slug"), ({"slug": "no spaces"}, "slug"), ({"name": ""}, "name"), ({"owner": 10**9}, "owner")],
)
def test_a_bad_service_is_told_by_field_and_stays_typed(client: Client, changes: dict[str, Any], field: str) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    answer = client.post("/catalog/services/new/", {**service_values(name="Typed & kept"), **changes})
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert field == "name" or "Typed &amp; kept" in answer.content.decode()
    assert not Service.objects.exists()


def test_an_administrator_adds_somebody_with_a_one_time_password(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    assert (
        client.post("/catalog/people/new/", {**person_values(), "password": "correct horse battery"}).status_code == 302
    )
    person = Person.objects.get(username="li")
    assert person.check_password("correct horse battery")
    assert person.must_change_password


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": "13912345678"}, "phone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"roles": ["emperor"]}, "roles"),
        ({"password": "short"}, "password"),
        ({"username": "a b"}, "username"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_bad_person_is_told_by_field(client: Client, changes: dict[str, Any], field: str) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    answer = client.post("/catalog/people/new/", person_values(**changes))
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert 'value="Li Na"' in answer.content.decode()


def test_a_new_phone_is_unverified_whoever_changes_it(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    person = make_person(username="li", phone="+8613900000000")
    client.post(f"/catalog/people/{person.pk}/edit/", person_values(phone=person.phone, name="Renamed"))
    person.refresh_from_db()
    assert (person.name, person.has_verified_phone) == ("Renamed", True)
    client.post(f"/catalog/people/{person.pk}/edit/", person_values())
    person.refresh_from_db()
    assert (person.phone, person.has_verified_phone) == ("+8613912345678", False)


def test_the_last_administrator_stays_one(client: Client) -> None:
    admin = signed_in(client, Role.ADMINISTRATOR)
    for changes in ({"roles": ["operations"]}, {"roles": ["administrator"], "is_active": ""}):
        answer = client.post(f"/catalog/people/{admin.pk}/edit/", person_values(username=admin.username, **changes))
        assert answer.status_code == 400
        assert "Somebody has to be an administrator." in answer.content.decode()
    assert Person.objects.get(pk=admin.pk).has_role(Role.ADMINISTRATOR)


def test_an_administrator_adds_and_changes_a_team(client: Client) -> None:
    admin, member = signed_in(client, Role.ADMINISTRATOR), make_person()
    values = {"name": "Night", "slug": "night", "leader": admin.pk, "members": [member.pk]}
    assert client.post("/catalog/teams/new/", values).status_code == 302
    assert client.post("/catalog/teams/night/edit/", {**values, "members": [member.pk, admin.pk]}).status_code == 302
    assert set(Team.objects.get(slug="night").members.all()) == {admin, member}
    assert client.post("/catalog/teams/new/", values).context["form"].errors.keys() == {"name", "slug"}


def test_services_ask_for_the_role_too() -> None:
    engineer, service, team = make_person(), make_service(), make_team()
    with pytest.raises(NotPermitted):
        services.add_team(name="x", slug="x", members=[], actor=engineer)
    with pytest.raises(NotPermitted):
        services.change_team(team, actor=engineer, name="x", slug="x", members=[], leader=None)
    with pytest.raises(NotPermitted):
        services.add_business_line(name="x", slug="x", actor=engineer)
    with pytest.raises(NotPermitted):
        services.add_person(username="x", name="x", roles=["operations"], actor=engineer)
    with pytest.raises(NotPermitted):
        services.set_audience(
            service=service, valid_from=clock.now().date(), daily_users=1, daily_page_views=1, actor=engineer
        )
    with pytest.raises(NotPermitted):
        services.change_password(make_person(), actor=engineer, password="a stranger's choice")
    with pytest.raises(InputRefused):
        _dismiss(make_person(Role.ADMINISTRATOR))


def _dismiss(admin: Person) -> None:
    services.change_person(
        admin,
        actor=admin,
        username="x",
        name="x",
        roles=[],
        email="",
        phone="",
        language="en",
        time_zone="UTC",
        is_active=True,
    )


def test_the_owner_states_the_audience_from_a_day_on(client: Client) -> None:
    owner = signed_in(client, Role.SERVICE_OWNER)
    service = make_service(owner=owner)
    address = f"/catalog/services/{service.slug}/audience/"
    values = {"valid_from": "2026-10-01", "daily_users": 20_000, "daily_page_views": 80_000}
    assert client.post(address, values).status_code == 302
    assert client.post(address, {**values, "daily_users": 30_000}).status_code == 302
    assert Audience.objects.filter(service=service, valid_from="2026-10-01").get().daily_users == 30_000
    bad: dict[str, Any] = {"daily_users": 0, "daily_page_views": 5, "valid_from": "31 Feb"}
    for field, value in bad.items():
        answer = client.post(address, {**values, field: value})
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {field}


# --- Oneself -------------------------------------------------------------------------------------------


def test_changing_ones_phone_takes_the_verification_back(client: Client) -> None:
    person = signed_in(client)
    values = {
        "name": person.name,
        "email": person.email,
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
        "theme": "dark",
    }
    assert client.post("/catalog/me/", {**values, "phone": person.phone}).status_code == 302
    person.refresh_from_db()
    assert (person.language, person.theme, person.has_verified_phone) == ("zh-hans", "dark", True)
    client.post("/catalog/me/", {**values, "phone": "+8613912345678"})
    person.refresh_from_db()
    assert (person.phone, person.phone_verified_at) == ("+8613912345678", None)


def test_nobody_gives_themselves_a_role(client: Client) -> None:
    person = signed_in(client)
    values = {"name": "x", "email": "", "phone": "", "language": "en", "time_zone": "UTC", "theme": "auto"}
    client.post("/catalog/me/", {**values, "roles": ["administrator"], "is_active": ""})
    person.refresh_from_db()
    assert (person.name, person.roles, person.is_active) == ("x", ["operations"], True)


def test_a_password_is_changed_with_the_old_one(client: Client) -> None:
    person = signed_in(client, password="the first password", username="wang")
    Person.objects.filter(pk=person.pk).update(must_change_password=True)
    values = {"old_password": "wrong", "new_password1": "a better password", "new_password2": "a better password"}
    assert client.post("/catalog/me/password/", values).status_code == 400
    assert client.post("/catalog/me/password/", {**values, "old_password": "the first password"}).status_code == 302
    person.refresh_from_db()
    assert person.check_password("a better password")
    assert not person.must_change_password
    assert client.get("/catalog/me/").status_code == 200


def test_a_key_opens_nothing_before_the_one_time_password_is_changed(client: Client) -> None:
    person = make_person()
    _token, key = services.issue_token(person=person, name="dashboard")
    headers = {"authorization": f"Bearer {key}"}
    assert client.get("/api/v1/services/", headers=headers).status_code == 200
    Person.objects.filter(pk=person.pk).update(must_change_password=True)
    assert client.get("/api/v1/services/", headers=headers).status_code == 401
    Person.objects.filter(pk=person.pk).update(must_change_password=False, is_active=False)
    assert client.get("/api/v1/services/", headers=headers).status_code == 401


def test_a_key_is_shown_once_opens_the_api_and_is_withdrawn(client: Client) -> None:
    signed_in(client)
    page = client.post("/catalog/me/tokens/", {"name": "grafana"}).content.decode()
    found = re.search(r"mst_[\w-]+", page)
    assert found is not None
    key = found[0]
    token = ApiToken.objects.get()
    assert key not in client.get("/catalog/me/tokens/").content.decode()
    caller = Client(headers={"authorization": f"Bearer {key}"})
    assert caller.get("/api/v1/services/").status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert client.post(f"/catalog/me/tokens/{token.pk}/withdraw/").status_code == 302
    assert caller.get("/api/v1/services/").status_code == 401


def test_nobody_withdraws_the_key_of_another(client: Client) -> None:
    token, _key = services.issue_token(person=make_person(), name="theirs")
    signed_in(client, Role.ADMINISTRATOR)
    assert client.post(f"/catalog/me/tokens/{token.pk}/withdraw/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize(
    ("values", "field"), [({"name": ""}, "name"), ({"name": "x", "expires_on": "2020-01-01"}, "expires_on")]
)
def test_a_bad_key_is_not_made(client: Client, values: dict[str, str], field: str) -> None:
    signed_in(client)
    answer = client.post("/catalog/me/tokens/", values)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("address", ["services/", "people/", "teams/", "business-lines/"])
def test_the_api_is_for_colleagues(client: Client, address: str) -> None:
    assert client.get(f"/api/v1/{address}").status_code == 401
    signed_in(client, Role.REPORTER)
    assert client.get(f"/api/v1/{address}").status_code == 404
    signed_in(client)
    assert set(client.get(f"/api/v1/{address}").json()) == {"count", "next", "previous", "results"}


def test_the_api_tells_a_service(client: Client) -> None:
    signed_in(client)
    service = make_service()
    found = client.get(f"/api/v1/services/{service.slug}/").json()
    assert (found["owner"], found["daily_users"], found["open_incidents"]) == (service.owner.username, 10_000, 0)
    assert client.get("/api/v1/services/nothing/").status_code == 404
