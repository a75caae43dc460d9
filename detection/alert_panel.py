"""What the incident page shows of alerts from elsewhere, of the incidents before and after, and of maintenance."""

from typing import Any

from django.http import HttpRequest

from detection.models import AlertGroup, Origin
from detection.services.maintenance import windows_of
from incidents import panels
from incidents.models import Incident
from incidents.views.asking import moment_of

SHOWN = 10


@panels.register("main", 11, "detection/alert_panel.html")
def alerts_from_elsewhere(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Alerts of integrations and heartbeats, and the incidents of the same alerts; None where there is neither."""
    person: Any = request.user
    if not person.is_colleague:
        return None
    alerts = incident.alerts.exclude(origin=Origin.RULE).for_list()
    visible = Incident.objects.visible_to(person)
    groups = AlertGroup.objects.filter(incident=incident)
    before = visible.filter(alert_groups__following__in=groups).exclude(pk=incident.pk).distinct()[:5]
    after = visible.filter(alert_groups__previous__in=groups).exclude(pk=incident.pk).distinct()[:5]
    shown = list(alerts[:SHOWN])
    if not (shown or before or after):
        return None
    counts = {"count": alerts.count(), "open_count": alerts.filter(ended_at=None).count()}
    flapping = groups.filter(flapping_until__isnull=False).exists()
    now = moment_of(request)
    return {"alerts": shown, "before": before, "after": after, "now": now, "is_flapping": flapping, **counts}


@panels.register("top", 90, "detection/maintenance_panel.html")
def maintenance_now(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """The maintenance that holds for its service while it is not over."""
    person: Any = request.user
    if incident.is_over or not person.is_colleague:
        return None
    windows = windows_of(incident.service, moment_of(request))
    return {"windows": windows} if windows else None
