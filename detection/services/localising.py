"""Keeps what is known of where a fault lies, and what it has cost, while it goes on and when it is over."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from detection import segments
from detection.localisation import Explanation, Finding, Value
from detection.models import Alert, Counts, Localisation, Rule
from detection.whereabouts import Whereabouts, look_into
from incidents import services as incidents
from incidents.models import ImpactSource, Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event

logger = logging.getLogger(__name__)
BATCH = 20
NEXT_TO_NOTHING = 0.01
SOONEST, LATEST = timedelta(seconds=5), timedelta(minutes=10)
"""How soon the frames of a fault that goes on are looked into again, and how often at least."""


def look(rule: Rule, alerts: Sequence[Alert], *, until: datetime | None = None) -> Whereabouts | None:
    """What the frames say of these alerts of one rule, with ``series`` loaded; up to their last frame by default."""
    since = min(alert.started_at for alert in alerts)
    until = until or max(alert.last_seen_at for alert in alerts)
    return look_into(
        rule, [alert.series.labels for alert in alerts if alert.series], since=since, until=max(until, since)
    )


@transaction.atomic
def keep_localisation(incident: Incident, rule: Rule, found: Whereabouts, *, is_over: bool = False) -> Localisation:
    """Write it down, tell the timeline where the segment is another one than before, and state the impact."""
    lock(incident)
    before = Localisation.objects.filter(incident=incident, rule=rule).first()
    kept, _is_new = Localisation.objects.update_or_create(
        incident=incident,
        rule=rule,
        defaults=_fields(found.explanation)
        | {
            "lost": found.lost,
            "since": found.since,
            "until": found.until,
            "looks": before.looks + 1 if before else 1,
            "due_at": None if is_over else clock.now() + _pause(rule, before),
        },
    )
    if before is not None and kept.finding == Finding.SEGMENT and not _is_told(kept, before):
        data = {"rule": rule.pk, "segments": kept.labels, "name": segments.names_of(kept.labels)}
        record_event(
            incident, "localise", actor=None, via=Via.DETECTOR, note=segments.note_of(found.explanation), data=data
        )
    _state_impact(incident, is_over=is_over)
    return kept


def refresh_localisations(*, limit: int = BATCH) -> int:
    """Look again into faults that go on and are due, and a last time into those that are over. Returns how many.

    What another worker holds is left to it; what fails is logged and due again later.
    """
    now = clock.now()
    due = Localisation.objects.going_on().filter(Q(due_at__lte=now) | Q(incident__recovered_at__isnull=False))
    done = 0
    for pk in list(due.order_by("due_at").values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                done += _refresh(pk)
        except Exception:
            logger.exception("localisation %s could not be refreshed", pk)
            Localisation.objects.filter(pk=pk).update(due_at=now + LATEST)
    return done


def _refresh(pk: int) -> int:
    held = Localisation.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).exclude(due_at=None)
    kept = held.select_related("incident", "rule__metric__detail", "rule__service").first()
    if kept is None:
        return 0
    incident, rule = kept.incident, kept.rule
    alerts = list(incident.alerts.filter(rule=rule, started_at__gte=kept.since).select_related("series"))
    is_over = incident.is_over or incident.recovered_at is not None or not any(a.ended_at is None for a in alerts)
    found = look(rule, alerts) if alerts else None
    if found is None:
        kept.due_at = None if is_over else clock.now() + LATEST
        kept.save(update_fields=["due_at"])
        return 0
    keep_localisation(incident, rule, found, is_over=is_over)
    return 1


def _is_told(kept: Localisation, before: Localisation) -> bool:
    """Whether this rule, or another one of the incident, has named these segments before."""
    if kept.labels == before.labels:
        return True
    told = kept.incident.events.filter(verb="localise").order_by("-id").values_list("data", flat=True).first()
    return told is not None and told.get("segments") == kept.labels


def _pause(rule: Rule, before: Localisation | None) -> timedelta:
    """Longer from look to look: what a fault is shows early."""
    looks = before.looks if before else 0
    wait: timedelta = rule.metric.interval * min(2**looks, 60)
    return min(max(wait, SOONEST), max(LATEST, rule.metric.interval))


def _fields(explanation: Explanation) -> dict[str, object]:
    return {
        "finding": explanation.finding.value,
        "actual": explanation.actual,
        "expected": explanation.expected,
        "volume": explanation.volume,
        "segments": [asdict(segment) for segment in explanation.segments],
        "hit": _kept(explanation.hit),
        "spared": _kept(explanation.spared),
    }


def _kept(sides: dict[str, tuple[Value, ...]]) -> dict[str, list[dict[str, object]]]:
    return {name: [asdict(value) for value in values[: Localisation.MOST_KEPT]] for name, values in sides.items()}


def _state_impact(incident: Incident, *, is_over: bool) -> None:
    """One impact of the metrics on an incident, however many rules see it: the largest of what they say.

    What people have stated stands: then the metrics add nothing.
    """
    if incident.impacts.exclude(source=ImpactSource.METRIC, recorded_by=None).exists():
        return
    if incident.events.filter(verb="remove_impact").exists():
        return
    kept = list(Localisation.objects.filter(incident=incident).select_related("rule__metric", "rule__service"))
    counted = [row for row in kept if row.rule.metric.counts and row.lost >= 0.5]
    if not counted:
        return
    largest = max(counted, key=lambda row: row.lost)
    users, views = _affected(largest)
    is_down = any(_is_down(row) for row in counted)
    impact = (
        incident.impacts.filter(source=ImpactSource.METRIC, recorded_by=None).order_by("-started_at", "-pk").first()
    )
    if impact is None or (impact.ended_at is not None and impact.ended_at < largest.since):
        incidents.record_impact(
            incident,
            actor=None,
            via=Via.DETECTOR,
            started_at=min(largest.since, clock.now()),
            affected_users=users,
            affected_page_views=views,
            is_down=is_down,
            source=ImpactSource.METRIC,
        )
    elif (impact.affected_users, impact.affected_page_views, impact.is_down) != (users, views, is_down) or is_over:
        incidents.revise_impact(
            impact,
            affected_users=users,
            affected_page_views=views,
            is_down=is_down,
            via=Via.DETECTOR,
            tell=is_over,
        )


def _is_down(row: Localisation) -> bool:
    """Nothing, or next to nothing, came through of what the whole service should have had: it did not work at all.

    A rule that watches a part of the metric cannot tell that of the whole.
    """
    return not row.rule.selector and row.expected >= 1 and row.actual <= NEXT_TO_NOTHING * row.expected


def _affected(row: Localisation) -> tuple[int, int]:
    """(users, page views), estimated: of transactions, as many users as the service has to a page view."""
    lost = round(row.lost)
    if row.rule.metric.counts == Counts.USERS:
        return lost, 0
    audience = row.rule.service.audience_on(row.since.date())
    if audience is None:
        return lost, lost
    return min(round(lost * audience.daily_users / audience.daily_page_views), audience.daily_users), lost
