"""What the incident page shows of detection: the metric around the incident, and the rules that opened it."""

from typing import Any

from django.http import HttpRequest

from detection.localised import where_of
from detection.models import Rule
from detection.presentation import rule_chart
from incidents import panels
from incidents.models import Incident
from incidents.views.asking import moment_of

BEFORE, AFTER = 60, 30
MOST_CHARTS = 2


@panels.register("main", 10, "detection/incident_panel.html")
def alerts_of_incident(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Charts of the rules whose alerts belong to the incident, the worst level first; without any alert only the way
    to its replay, and None where no rule watches the service."""
    person: Any = request.user
    if not person.is_colleague:
        return None
    rules = Rule.objects.for_list().filter(pk__in=incident.alerts.values("rule")).order_by("level", "pk")
    shown = list(rules[:MOST_CHARTS])
    if not shown and not Rule.objects.filter(service=incident.service_id, is_active=True).exists():
        return None
    alerts = incident.alerts.select_related("series", "rule")
    return {
        "incident": incident,
        "where": [where_of(row) for row in incident.localisations.select_related("rule__metric__detail")],
        "charts": [{"rule": rule, "chart": _chart(rule, incident, moment_of(request))} for rule in shown],
        "alerts": alerts[:10],
        "count": alerts.count(),
        "open_count": alerts.filter(ended_at=None).count(),
    }


def _chart(rule: Rule, incident: Incident, now: Any) -> Any:
    interval = rule.metric.interval
    end = min(now, (incident.recovered_at or now) + AFTER * interval)
    newest = rule.metric.frames.order_by("-at").values_list("at", flat=True).first()
    start = incident.occurred_at - BEFORE * interval
    return rule_chart(rule, start=start, end=max(min(end, newest or end), start + interval))
