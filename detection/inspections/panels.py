"""What the incident page shows of inspections: what they had found before the incident occurred."""

from typing import Any

from django.http import HttpRequest

from detection.inspections.presentation import RISK_TONES, face_of
from detection.inspections.warnings import warnings_of
from incidents import panels
from incidents.models import Incident

SHOWN = 5


@panels.register("aside", 25, "inspections/incident_panel.html")
def warned_before(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """One query. None where nothing stood, and for a drill, of which nobody can warn."""
    person: Any = request.user
    if incident.is_drill or not person.is_colleague:
        return None
    periods = list(warnings_of(incident)[: SHOWN + 1])
    if not periods:
        return None
    shown = [
        {
            "finding": period.finding,
            "since": period.began_at,
            "face": face_of(period.finding),
            "tone": RISK_TONES.get(period.finding.risk, ""),
        }
        for period in periods[:SHOWN]
    ]
    return {"incident": incident, "warnings": shown, "are_more": len(periods) > SHOWN}
