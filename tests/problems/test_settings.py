"""How often is too often, and the words for causes, are data that administrators change."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from problems.models import Cause, Kind, RecurrencePolicy
from problems.services import settings
from tests.factories import make_person
from tests.problems.makers import make_problem

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {"times": 5, "days": 14, "factor": 1.5, "likeness": 0.0, "is_active": True}


def browse(role: str) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


def test_a_new_product_watches_for_every_kind() -> None:
    assert set(RecurrencePolicy.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert Cause.objects.filter(parent=None).count() == 9


def test_an_administrator_changes_a_policy_and_leaves_a_trace() -> None:
    client, address = browse(Role.ADMINISTRATOR), reverse("problems:settings-policy", args=["category"])
    assert client.post(address, VALUES).status_code == 302
    policy = RecurrencePolicy.objects.get(kind="category")
    assert (policy.times, policy.days, policy.factor) == (5, 14, 1.5)
    told = Event.objects.about(policy).get(verb="set_recurrence_policy")
    assert (told.data["before"]["times"], told.data["after"]["times"]) == (3, 5)


@pytest.mark.parametrize(
    "wrong", [{"times": 1}, {"days": 0}, {"days": 367}, {"factor": -1}, {"likeness": 2}, {"times": ""}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    client, address = browse(Role.ADMINISTRATOR), reverse("problems:settings-policy", args=["category"])
    assert client.post(address, VALUES | wrong).status_code == 400
    assert RecurrencePolicy.objects.get(kind="category").times == 3


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.INCIDENT_MANAGER])
def test_others_look_and_do_not_change(role: str) -> None:
    client, cause = browse(role), Cause.objects.earliest("pk")
    for address in (
        reverse("problems:settings"),
        reverse("problems:settings-policy", args=["text"]),
        reverse("problems:settings-cause", args=[cause.pk]),
    ):
        assert client.get(address).status_code == 200
    assert client.post(reverse("problems:settings-policy", args=["text"]), VALUES).status_code == 404
    assert client.get(reverse("problems:settings-new-cause")).status_code == 404
    with pytest.raises(NotPermitted):
        settings.set_recurrence_policy(RecurrencePolicy.objects.get(kind="text"), actor=make_person(role), **VALUES)
    with pytest.raises(NotPermitted):
        settings.add_cause(name="x", actor=make_person(role))


def test_causes_are_added_and_renamed_and_no_longer_offered() -> None:
    client, top = browse(Role.ADMINISTRATOR), Cause.objects.get(slug="software")
    typed = {"name": "Race", "parent": top.pk, "position": 9, "is_active": "on"}
    assert client.post(reverse("problems:settings-new-cause"), typed).status_code == 302
    cause = Cause.objects.get(name="Race")
    assert (cause.slug, str(cause)) == ("race", "Software · Race")
    address = reverse("problems:settings-cause", args=[cause.pk])
    assert client.post(address, {"name": "Race condition", "parent": top.pk, "position": 1}).status_code == 302
    cause.refresh_from_db()
    assert (cause.name, cause.slug, cause.is_active) == ("Race condition", "race", False)
    page = browse(Role.OPERATIONS).get(reverse("problems:command", args=[make_problem().pk, "add_factor"]))
    assert "Race condition" not in page.content.decode()
    assert "Slow query" in page.content.decode()


def test_the_taxonomy_has_two_steps_and_no_rings() -> None:
    top, child = Cause.objects.get(slug="software"), Cause.objects.get(slug="software-release")
    other = Cause.objects.get(slug="people")
    with pytest.raises(InputRefused, match="top"):
        settings.add_cause(name="x", parent=child)
    with pytest.raises(InputRefused, match="top"):
        settings.change_cause(top, name="Software", parent=top, position=0, is_active=True)
    with pytest.raises(InputRefused, match="below"):
        settings.change_cause(top, name="Software", parent=other, position=0, is_active=True)
    with pytest.raises(ValidationError):
        settings.add_cause(name="")
