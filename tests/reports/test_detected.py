"""What detection says of a service that did not work at all is what its Time stability lacks."""

from datetime import timedelta

import pytest

from detection.models import Rule
from detection.services import refresh_localisations
from incidents.models import Impact
from lifecycle import clock
from reports.indicators import Question, find_indicator
from reports.period import Days
from tests.detection.made import two_hours_ago
from tests.detection.test_localising import failing, feed, rule, usual

pytestmark = pytest.mark.django_db
__all__ = ["rule"]


def silent(_merchant: str, _gateway: str, _method: str) -> float:
    return 0


def lost_time(service: str) -> float | None:
    indicator, today = find_indicator("time"), clock.now().date()
    assert indicator is not None
    question = Question(Days(today - timedelta(days=2), today + timedelta(days=1)), clock.now(), {"service": service})
    assert set(indicator.rows(question)) == set(Impact.objects.all())
    return indicator.value(question).parts["lost"]


def test_minutes_in_which_nothing_came_through_are_lost_time(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    at = feed(rule, 5, silent, start=at)
    feed(rule, 3, usual, start=at)
    refresh_localisations()
    impact = Impact.objects.get()
    assert (impact.is_down, impact.source, impact.recorded_by) == (True, "metric", None)
    assert impact.ended_at is not None
    lasted = (impact.ended_at - impact.started_at).total_seconds()
    assert lasted > 0
    assert lost_time(impact.incident.service.slug) == pytest.approx(lasted, abs=0.001)


def test_a_service_of_which_a_part_failed_lost_no_time(rule: Rule) -> None:
    at = feed(rule, 20, usual, start=two_hours_ago(rule.metric))
    at = feed(rule, 5, failing, start=at)
    feed(rule, 3, usual, start=at)
    refresh_localisations()
    impact = Impact.objects.get()
    assert not impact.is_down
    assert impact.affected_page_views > 0
    assert lost_time(impact.incident.service.slug) == 0
