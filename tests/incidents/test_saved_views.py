"""Saved views: whose they are, who sees them, and that nothing is kept that no list understands."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role, Team
from incidents.models import SavedView
from incidents.services.views import MOST_VIEWS, change_view, delete_view, save_view
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Person:
    return make_person(name="Alice", username="alice")


@pytest.fixture
def bob() -> Person:
    return make_person(name="Bob", username="bob")


@pytest.fixture
def team(alice: Person, bob: Person) -> Team:
    return make_team(alice, bob, name="Cards O&M", slug="cards-om")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def keep(alice: Person, **fields: Any) -> SavedView:
    return save_view(actor=alice, **{"name": "Cards", "query": "tab=open&level=1", **fields})


def test_a_view_is_saved_from_the_list_as_the_list_understands_it(alice: Person) -> None:
    page = signed_in(alice)
    query = "level=1&level=2&tab=majors&page=7&utm=x&q="
    response = page.post("/incidents/views/", {"name": " My  cards ", "query": query})
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query) == (alice, "My cards", "tab=majors&level=1&level=2")
    assert response.headers["Location"] == "/incidents/?tab=majors&level=1&level=2"
    shown = text_of(page.get("/incidents/?tab=majors&level=1&level=2"))
    assert 'href="/incidents/?tab=majors&amp;level=1&amp;level=2" aria-current="page">My cards' in shown


@pytest.mark.parametrize("query", ["level=x", "owner=nobody-there", "order=password", "cf_gone=1", "q=%00"])
def test_what_is_not_understood_is_not_kept(alice: Person, query: str) -> None:
    response = signed_in(alice).post("/incidents/views/", {"name": "x", "query": query}, follow=True)
    assert "cannot be kept" in text_of(response)
    assert not SavedView.objects.exists()


def test_the_view_shown_first_is_where_the_list_begins(alice: Person) -> None:
    keep(alice, name="old", query="tab=all", is_default=True)
    keep(alice, is_default=True)
    page = signed_in(alice)
    assert page.get("/incidents/").headers["Location"] == "/incidents/?tab=open&level=1"
    assert page.get("/incidents/?tab=open").status_code == 200
    assert SavedView.objects.filter(is_default=True).count() == 1


def test_a_team_sees_what_is_shared_with_it_and_nobody_else_does(alice: Person, bob: Person, team: Team) -> None:
    view = keep(alice, team=team, is_default=True)
    own = keep(alice, name="Private")
    carol = make_person(username="carol")
    assert "Cards</a>" in text_of(signed_in(bob).get("/incidents/?tab=open"))
    assert "Private" not in text_of(signed_in(bob).get("/incidents/?tab=open"))
    assert "Cards</a>" not in text_of(signed_in(carol).get("/incidents/?tab=open"))
    assert signed_in(bob).get("/incidents/").status_code == 200
    for person in (bob, carol):
        page = signed_in(person)
        for pk in (view.pk, own.pk):
            assert page.get(f"/incidents/views/{pk}/").status_code == 404
            assert page.post(f"/incidents/views/{pk}/", {"name": "mine now"}).status_code == 404
            assert page.post(f"/incidents/views/{pk}/delete/").status_code == 404
        with pytest.raises(NotPermitted):
            delete_view(view, actor=person)
        with pytest.raises(NotPermitted):
            change_view(view, actor=person, name="x", team=None, is_default=False)
    assert SavedView.objects.count() == 2


def test_its_owner_renames_shares_and_drops_it(alice: Person, bob: Person, team: Team) -> None:
    view, page = keep(alice), signed_in(alice)
    page.post(f"/incidents/views/{view.pk}/", {"name": "All cards", "team": "cards-om", "is_default": "on"})
    view.refresh_from_db()
    assert (view.name, view.team, view.is_default) == ("All cards", team, True)
    shown = text_of(page.get("/incidents/views/"))
    assert "shared with Cards O&amp;M" in shown
    assert "shown first" in shown
    page.post(f"/incidents/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_administrators_tidy_up_what_is_shared_but_not_what_is_private(alice: Person, team: Team) -> None:
    administrator = make_person(Role.ADMINISTRATOR)
    shared, private = keep(alice, team=team), keep(alice, name="Private")
    delete_view(shared, actor=administrator)
    with pytest.raises(NotPermitted):
        delete_view(private, actor=administrator)


def test_a_view_is_shared_with_a_team_of_ones_own_only(alice: Person) -> None:
    stranger = make_team()
    with pytest.raises(InputRefused) as refusal:
        keep(alice, team=stranger)
    assert "team" in refusal.value.errors
    signed_in(alice).post("/incidents/views/", {"name": "x", "query": "tab=open", "team": stranger.slug})
    assert not SavedView.objects.exists()


def test_names_are_there_once_and_not_blank(alice: Person, bob: Person) -> None:
    keep(alice)
    for name in ("Cards", " \n "):
        with pytest.raises(InputRefused):
            keep(alice, name=name)
    keep(bob)
    response = signed_in(alice).post("/incidents/views/", {"name": "Cards", "query": "tab=all"}, follow=True)
    assert "You have a view of that name already." in text_of(response)
    assert SavedView.objects.count() == 2


def test_views_come_to_an_end(alice: Person) -> None:
    views = [SavedView(owner=alice, name=f"v{number}", query="tab=all") for number in range(MOST_VIEWS)]
    SavedView.objects.bulk_create(views)
    with pytest.raises(InputRefused):
        keep(alice)


def test_reporters_keep_no_views() -> None:
    reporter = make_person(Role.REPORTER)
    with pytest.raises(NotPermitted):
        keep(reporter)
    page = signed_in(reporter)
    assert page.get("/incidents/views/").status_code == 404
    assert page.post("/incidents/views/", {"name": "x", "query": ""}).status_code == 404


def test_a_name_is_text_whatever_it_holds(alice: Person) -> None:
    make_incident()
    keep(alice, name="<script>alert(1)</script>", query="tab=open")
    for path in ("/incidents/?tab=all", "/incidents/views/"):
        assert "<script>alert" not in signed_in(alice).get(path).content.decode()
