"""The incident list's tabs: ready-made questions, each with a count that costs the same however much there is."""

from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import Status
from incidents.models.queries import IncidentQuerySet
from incidents.models.status import OVER

TABS: dict[str, str | Promise] = {
    "mine": _("Mine"),
    "team": _("My team"),
    "unacknowledged": _("Unacknowledged"),
    "majors": _("Majors"),
    "at_risk": _("At risk"),
    "snoozed": _("Snoozed"),
    "open": _("All open"),
    "all": _("All"),
}
LOUD = ("unacknowledged", "at_risk")
REPORTER_TABS = ("open", "all")
MOST_COUNTED = 1000
"""A count beyond that is shown as "1,000+": nobody acts on the difference, and the database stops looking there."""


class CountOf(Subquery):
    """The number of rows of a query as a value, so that one round trip answers many counts."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def conditions_of(person: Person) -> dict[str, Combinable | Q]:
    """What each tab shows. All but the last are about open incidents; what is snoozed leaves the tabs of those who
    would have to act, and stays in sight in the others."""
    is_open = ~Q(status__in=OVER)
    is_awake = Q(snoozed_until=None) | Q(snoozed_until__lte=Now())
    teams = person.teams.values("pk")
    of_team = (
        Q(service__operations_team__in=teams) | Q(service__development_team__in=teams) | Q(transferred_to__in=teams)
    )
    return {
        "mine": is_open & is_awake & (Q(owner=person) | Q(handler=person) | Q(manager=person)),
        "team": is_open & is_awake & of_team,
        "unacknowledged": is_open & is_awake & Q(status=Status.REPORTED),
        "majors": is_open & (Q(level=1) | Q(is_declared_major=True)),
        "at_risk": is_open & Q(at_risk_at__lte=Now()),
        "snoozed": is_open & Q(snoozed_until__gt=Now()),
        "open": is_open,
        "all": Q(),
    }


def tabs_of(person: Person) -> list[str]:
    return list(TABS) if person.is_colleague else list(REPORTER_TABS)


def count_rows(person: Person, **queries: tuple[QuerySet[Any], int]) -> dict[str, int]:
    """How many rows each (query, most) has; whoever has more has one more than most. One round trip."""
    counts = {
        f"count_{name}": CountOf(query.order_by().annotate(row=F("pk")).values("row")[: most + 1])
        for name, (query, most) in queries.items()
    }
    found: dict[str, int] = Person.objects.filter(pk=person.pk).values(**counts).get()  # type: ignore[assignment]
    return {name: found[f"count_{name}"] for name in queries}


def queries_of(incidents: IncidentQuerySet, person: Person) -> dict[str, IncidentQuerySet]:
    conditions = conditions_of(person)
    return {tab: incidents.filter(conditions[tab]) for tab in tabs_of(person)}
