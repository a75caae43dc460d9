"""Hands detection over to postmortems, which may not know it: the alerts of an incident as facts, and what today's
rules would have seen of it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.models import Person
from detection.models import Alert
from detection.services import replaying_incident
from incidents.models import Incident
from postmortems.facts import Fact, Replay, register, register_replayer

MOST_ALERTS = 200
"""Of a storm, a timeline is told by the first alerts and by the number of the others."""


@register
def alerts_of(incident: Incident) -> Iterator[Fact]:
    """When each alert opened and ended."""
    alerts = incident.alerts.filter(is_shadow=False).select_related("rule").order_by("opened_at", "pk")
    shown = list(alerts[: MOST_ALERTS + 1])
    for alert in shown[:MOST_ALERTS]:
        yield from _facts_about(alert, incident)
    if len(shown) > MOST_ALERTS:
        more = alerts.count() - MOST_ALERTS
        yield Fact(
            citation=f"alerts:{incident.pk}:{more}",
            happened_at=shown[-1].opened_at,
            what=_("%(number)s more alerts opened from here on") % {"number": more},
            source=_("%(incident)s, its alerts") % {"incident": incident.reference},
        )


def _facts_about(alert: Alert, incident: Incident) -> Iterator[Fact]:
    words = {"title": alert.title or (alert.rule.name if alert.rule else "")}
    source = _("%(incident)s, alert %(number)s") % {"incident": incident.reference, "number": alert.pk}
    opened = _("Alert opened: %(title)s") % words
    yield Fact(f"alert:{alert.pk}:opened", alert.opened_at, opened, source, milestone="detected")
    if alert.ended_at is not None:
        yield Fact(f"alert:{alert.pk}:ended", alert.ended_at, _("Alert ended: %(title)s") % words, source)


@register_replayer
def replays_of(incident: Incident, actor: Person | None) -> list[Replay]:
    return [
        Replay(
            rule=sighting.rule.name,
            url=sighting.rule.get_absolute_url(),
            fired_at=sighting.fired_at,
            minutes_earlier=None if sighting.earlier is None else int(sighting.earlier.total_seconds() // 60),
            has_data=sighting.has_frames,
        )
        for sighting in replaying_incident(incident, actor=actor)
    ]
