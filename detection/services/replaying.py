"""What today's rules would have seen of a past incident, from the frames that are still stored. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.models import DAY, Rule
from detection.services.backtesting import back_test
from incidents.models import Incident
from incidents.permissions import sees_subject
from incidents.presentation.durations import round_words
from lifecycle import clock
from lifecycle.transitions import NotPermitted

BEFORE, AFTER = timedelta(hours=2), timedelta(minutes=30)
LONGEST = DAY
MOST_RULES = 5
BUDGET = timedelta(seconds=3)


@dataclass(frozen=True)
class Sighting:
    """``fired_at`` is None where the rule would not have fired. ``earlier``: by how much before the incident was
    reported, negative where later. ``limits``: what was not looked at, as sentences; ``has_frames``: any at all."""

    rule: Rule
    fired_at: datetime | None
    earlier: timedelta | None
    has_frames: bool
    limits: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """``11 min earlier``; empty where it would not have fired."""
        if self.earlier is None:
            return ""
        length = round_words(abs(self.earlier))
        return (
            _("%(length)s earlier") % {"length": length}
            if self.earlier >= timedelta(0)
            else (_("%(length)s later") % {"length": length})
        )


def replaying_incident(incident: Incident, *, actor: Person | None) -> list[Sighting]:
    """The active rules of the incident's service, and those whose alerts belong to it: when each would have fired.

    From two hours before the incident began to half an hour after it was over (a day at most). The earliest first,
    then those that would not have fired. Raises NotPermitted.
    """
    if actor is not None and not (actor.is_colleague and sees_subject(actor, incident)):
        raise NotPermitted("replay")
    ours = Q(service=incident.service, is_active=True) | Q(pk__in=incident.alerts.values("rule"))
    rules = Rule.objects.filter(ours).select_related("metric", "other_metric", "quiet_calendar").order_by("level", "pk")
    seen = [_sight(rule, incident) for rule in rules[:MOST_RULES]]
    return sorted(seen, key=lambda sighting: (sighting.fired_at is None, sighting.fired_at or incident.reported_at))


def _sight(rule: Rule, incident: Incident) -> Sighting:
    over = min(incident.recovered_at or incident.resolved_at or clock.now(), clock.now())
    begins = incident.occurred_at - BEFORE / rule.metric.speed
    ends = min(over + AFTER / rule.metric.speed, begins + LONGEST, clock.now())
    metric = rule.metric
    newest = metric.frames.filter(at__gt=begins, at__lte=ends).order_by("-at").values_list("at", flat=True).first()
    if newest is None:
        return Sighting(rule, None, None, has_frames=False)
    tested = back_test(rule, actor=None, span=(newest - begins) * metric.speed, until=newest, budget=BUDGET)
    # An alert that was over before the incident began belongs to something else.
    meeting = [
        firing
        for firing in tested.outcome.firings
        if firing.ended_at is None or firing.ended_at >= incident.occurred_at
    ]
    limits = tuple(tested.limits)
    if not meeting:
        return Sighting(rule, None, None, has_frames=True, limits=limits)
    fired_at = min(firing.opened_at for firing in meeting)
    return Sighting(rule, fired_at, incident.reported_at - fired_at, has_frames=True, limits=limits)
