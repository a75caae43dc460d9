"""In quiet hours minutes are judged as ever and no alert opens; what fires still afterwards opens then."""

from datetime import UTC, datetime, timedelta

import pytest

from detection.models import Alert, QuietWhen
from detection.rules.verdict import FIRING, OK
from detection.services import edit_rule
from detection.services.evaluating import QuietHours
from incidents.models import Calendar, Incident
from incidents.services.settings import delete_calendar
from lifecycle import clock
from lifecycle.transitions import InputRefused
from tests.detection.made import feed_and_judge, make_metric, make_rule
from tests.detection.test_evaluating import codes_of

pytestmark = pytest.mark.django_db
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def make_calendar(start: datetime, end: datetime) -> Calendar:
    """Open every day between these times of day, in UTC, and on a few holidays closed."""
    hours = {day: [[start.strftime("%H:%M"), end.strftime("%H:%M")]] for day in DAYS}
    return Calendar.objects.create(name="Settlement run", time_zone="UTC", hours=hours)


def test_a_burst_within_quiet_hours_opens_nothing_and_one_that_outlasts_them_does() -> None:
    metric = make_metric(retention=timedelta(days=3))
    start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    calendar = make_calendar(start, start + timedelta(minutes=6))
    rule = make_rule(metric, fire_for=1, fire_of=1, clear_after=1, quiet_calendar=calendar, quiet_when=QuietWhen.OPEN)
    after = feed_and_judge(metric, [50, 1, 1, 1, 50], start=start)
    assert codes_of(rule) == [FIRING, OK, OK, OK, FIRING]
    assert not Alert.objects.exists()
    feed_and_judge(metric, [50, 50], start=after)
    alert = Alert.objects.get()
    assert alert.opened_at == start + timedelta(minutes=6)
    assert Incident.objects.count() == 1


def test_an_alert_that_is_open_when_quiet_hours_begin_ends_in_them() -> None:
    metric = make_metric(retention=timedelta(days=3))
    start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    calendar = make_calendar(start, start + timedelta(minutes=2))
    make_rule(metric, fire_for=1, fire_of=1, clear_after=1, quiet_calendar=calendar, quiet_when=QuietWhen.CLOSED)
    feed_and_judge(metric, [1, 50, 50, 1], start=start)
    assert Alert.objects.get().ended_at == start + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("when", "hour", "is_quiet"),
    [("open", 10, True), ("open", 20, False), ("closed", 10, False), ("closed", 20, True)],
)
def test_quiet_is_within_or_outside_the_hours(when: str, hour: int, is_quiet: bool) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    calendar = make_calendar(noon.replace(hour=9), noon.replace(hour=18))
    rule = make_rule(quiet_calendar=calendar, quiet_when=when)
    assert QuietHours(rule).holds_at(noon.replace(hour=hour)) is is_quiet


def test_a_calendar_that_a_rule_is_quiet_by_is_not_deleted() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    calendar = make_calendar(noon, noon.replace(hour=13))
    rule = make_rule(quiet_calendar=calendar)
    with pytest.raises(InputRefused):
        delete_calendar(calendar)
    edit_rule(rule, actor=None, via="web", quiet_calendar=None)
    delete_calendar(calendar)
