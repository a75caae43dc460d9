"""How the rules of a list do: alerts of a week, incidents of a month, how many of those were none. For one reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from catalog.models import Person
from detection.models import Alert, Rule, RuleStatus
from incidents.models import Incident
from incidents.models.status import Status

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Health:
    """One rule of the list. Incidents are counted as far as they are for the reader."""

    rule: Rule
    status: RuleStatus
    alerts: int
    incidents: int
    false_ones: int

    @property
    def false_share(self) -> int | None:
        """Percent of the incidents that were called off; None where there was none."""
        return round(100 * self.false_ones / self.incidents) if self.incidents else None


def health_of(rules: Iterable[Rule], *, reader: Person, now: datetime) -> list[Health]:
    """In two queries, however many rules there are. An incident that was merged into another is no false one."""
    found = list(rules)
    alerts = Alert.objects.filter(rule__in=found).order_by()
    of_week = dict(alerts.filter(opened_at__gte=now - WEEK).values_list("rule").annotate(Count("pk")))
    seen = alerts.filter(opened_at__gte=now - MONTH, incident__in=Incident.objects.visible_to(reader).order_by())
    was_none = Q(incident__status=Status.CANCELLED, incident__merged_into=None)
    counted = seen.values("rule").annotate(
        every=Count("incident", distinct=True), false=Count("incident", filter=was_none, distinct=True)
    )
    of_month = {row["rule"]: (row["every"], row["false"]) for row in counted}
    return [
        Health(rule, rule.status_at(now), of_week.get(rule.pk, 0), *of_month.get(rule.pk, (0, 0))) for rule in found
    ]
