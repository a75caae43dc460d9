"""The demo is built through the services: if it builds, a month of the product's life works."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import Status
from lifecycle import clock
from lifecycle.models import Event
from notifications.models import Delivery
from postmortems.models import Postmortem
from problems.models import Problem
from reports.indicators import Question, find_indicator
from reports.models import StabilityKind
from reports.period import Month

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Once for all tests here."""
    with django_db_blocker.unblock():
        try:
            call_command("demo", verbosity=0)
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False)


def test_the_demo_has_a_month_of_incidents_problems_and_postmortems() -> None:
    assert Incident.objects.count() >= 30
    assert set(Incident.objects.values_list("status", flat=True)) >= {
        Status.CLOSED,
        Status.PENDING,
        Status.TRANSFERRED,
        Status.RECOVERED,
        Status.REPORTED,
    }
    assert Problem.objects.filter(status="known_error").exists()
    assert Postmortem.objects.filter(status="published").exists()


def test_the_history_of_the_demo_lies_in_the_past() -> None:
    yesterday = clock.now() - timedelta(days=1)
    assert Problem.objects.filter(raised_at__lt=yesterday, status_since__lt=yesterday).exists()
    assert not Problem.objects.filter(raised_at__gt=F("status_since")).exists()
    for postmortem in Postmortem.objects.prefetch_related("incidents__action_items"):
        recovered = [incident.recovered_at for incident in postmortem.incidents.all() if incident.recovered_at]
        assert max(recovered) < postmortem.started_at < yesterday
        actions = [action for incident in postmortem.incidents.all() for action in incident.action_items.all()]
        assert all(action.created_at < yesterday for action in actions)


def test_targets_leave_budgets_in_the_demo() -> None:
    for kind in StabilityKind.values:
        indicator = find_indicator(kind)
        assert indicator is not None
        parts = indicator.value(Question(Month.of(clock.now()), clock.now())).parts
        assert parts["target"] is not None, kind
        assert parts["budget"] is not None, kind


def test_nobody_is_paged_for_the_past() -> None:
    about_incidents = Event.objects.filter(verb="report")
    assert not about_incidents.filter(dispatched_at=None).exists()
    assert not Delivery.objects.exists()


def test_the_demo_is_built_only_once() -> None:
    first = list(Incident.objects.order_by("id").values_list("title", "level"))
    call_command("demo", verbosity=0)
    assert list(Incident.objects.order_by("id").values_list("title", "level")) == first
    assert Person.objects.filter(username="alice").count() == 1
