"""The words for the keys of a dimension, in the language that is active."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from catalog.models import BusinessLine, Person, Service, Team
from incidents.models import Category, CauseClass, ClockKind, Level, Source
from notifications.models import Channel, Purpose
from reports.indicators.question import NONE

Labels = Mapping[str, str]


def labels_of(dimension: str) -> Labels:
    """Every key that there may be, with its words; none for dimensions of time, whose keys say what they are."""
    return KNOWN[dimension]() if dimension in KNOWN else {}


def label_of(key: str, labels: Labels) -> str:
    if key == NONE:
        return _("none")
    return labels.get(key, key)


def _levels() -> Labels:
    return {str(level.number): str(level) for level in Level.objects.order_by("number")}


def _categories(*, roots: bool) -> Labels:
    found = Category.objects.all()
    return {str(each.pk): str(each) for each in (found.filter(parent=None) if roots else found)}


def _lines(*, roots: bool) -> Labels:
    found = BusinessLine.objects.all()
    return {str(each.pk): str(each) for each in (found.filter(parent=None) if roots else found)}


def _words(choices: Sequence[tuple[str, Any]]) -> Labels:
    return {key: str(label) for key, label in choices}


KNOWN: Mapping[str, Callable[[], Labels]] = {
    "level": _levels,
    "priority": lambda: {str(number): f"P{number}" for number in range(1, 6)},
    "category": lambda: _categories(roots=True),
    "subcategory": lambda: _categories(roots=False),
    "cause": lambda: _words(CauseClass.choices),
    "source": lambda: _words(Source.choices),
    "service": lambda: dict(Service.objects.values_list("slug", "name")),
    "team": lambda: dict(Team.objects.values_list("slug", "name")),
    "line": lambda: _lines(roots=False),
    "branch": lambda: _lines(roots=True),
    "below": lambda: _lines(roots=False),
    "clock": lambda: _words(ClockKind.choices),
    "channel": lambda: _words(Channel.choices),
    "purpose": lambda: _words(Purpose.choices),
    "person": lambda: dict(Person.objects.filter(deliveries__isnull=False).distinct().values_list("username", "name")),
    "owner": lambda: dict(Person.objects.filter(action_items__isnull=False).distinct().values_list("username", "name")),
    "weekday": lambda: {str(number + 1): str(name) for number, name in WEEKDAYS.items()},
    "hour": lambda: {str(hour): f"{hour:02}:00" for hour in range(24)},
}
