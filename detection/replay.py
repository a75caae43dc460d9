"""Feeds a recording as if live: one recorded minute lasts 60/speed seconds, frames carry the database's time.

Nothing is judged here. The worker does that, as with any other metric.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.utils.text import slugify

from catalog.models import BusinessLine, Person, Role, Service, Team
from catalog.services import add_business_line, add_person, add_service, add_team
from detection.frames import write_frames
from detection.models import Alert, Counts, Metric, Rule
from detection.profiles import MetricPlan, Profile, RulePlan
from detection.recordings import Recording, format_clock
from detection.services import add_metric, add_rule, store_frame
from detection.services.metrics import label_key
from incidents.models import Incident, Level
from lifecycle import clock


@dataclass(frozen=True)
class Replay:
    """A recording, the metrics it goes into, and where recorded minute ``first`` lies on our clock."""

    profile: Profile
    recording: Recording
    metrics: dict[str, Metric]
    rules: list[Rule]
    first: int
    last: int
    starts_at: datetime

    @property
    def interval(self) -> timedelta:
        """How long a recorded row lasts on our clock."""
        return next(iter(self.metrics.values())).interval

    @property
    def ends_at(self) -> datetime:
        """The frame of the last minute that has rows."""
        return self.time_of(self.recording.between(self.first, self.last)[-1])

    @property
    def minutes(self) -> range:
        return range(self.first, self.last + 1, self.profile.layout.step)

    def time_of(self, minute: int) -> datetime:
        return self.starts_at + (minute - self.first) // self.profile.layout.step * self.interval

    def recorded_clock(self, at: datetime) -> str:
        """What the recording's clock showed at ``at`` of ours."""
        return format_clock(self.first + (at - self.starts_at) / self.interval * self.profile.layout.step)

    def values_of(self, plan: MetricPlan, minute: int, value: str = "") -> Iterator[tuple[dict[str, str], float]]:
        """Every series has a value: no row in a minute that has rows means none were counted."""
        names = list(self.profile.layout.labels)
        chosen = [names.index(dimension) for dimension in plan.dimensions]
        rows = self.recording.minutes[minute]
        sums: dict[tuple[str, ...], float] = {}
        for key in dict.fromkeys([*self.profile.keys, *self.recording.keys]):
            part = tuple(key[place] for place in chosen)
            sums[part] = sums.get(part, 0.0) + rows.get(key, {}).get(value or plan.value, 0.0)
        for part, total in sums.items():
            yield dict(zip(plan.dimensions, part, strict=True)), total


def prepare_replay(profile: Profile, recording: Recording, *, speed: float, first: int, last: int) -> Replay:
    """Find or make the service, the metrics of this profile and speed, and the rules; the replay starts now."""
    service = Service.objects.filter(slug=profile.service_slug).first() or _make_service(profile)
    metrics: dict[str, Metric] = {}
    for plan in profile.metrics:
        metrics[plan.name] = _find_or_make_metric(profile, plan, service, speed, metrics.get(plan.detail))
    some = next(iter(metrics.values()))
    starts_at = some.align(clock.now()) + some.interval
    rules = [_find_or_make_rule(profile, plan, metrics, service, starts_at) for plan in profile.rules]
    step = profile.layout.step
    return Replay(profile, recording, metrics, rules, first // step * step, last, starts_at)


def feed(replay: Replay, on_minute: Callable[[int], None]) -> int:
    """Store every frame at its time; calls ``on_minute`` for every recorded row in time. Returns how many had rows."""
    ahead = replay.starts_at - clock.now()
    origin = time.monotonic() + ahead.total_seconds()
    feed_history(replay)
    stored = 0
    for minute in replay.minutes:
        pause = origin + (replay.time_of(minute) - replay.starts_at).total_seconds() - time.monotonic()
        time.sleep(max(pause, 0))
        stored += feed_minute(replay, minute)
        on_minute(minute)
    return stored


def feed_minute(replay: Replay, minute: int) -> int:
    """Store the frames of one recorded minute. Returns 1, or 0 where it has no rows."""
    if minute not in replay.recording.minutes:
        return 0
    for plan in replay.profile.metrics:
        at = replay.time_of(minute)
        store_frame(replay.metrics[plan.name], at=at, values=replay.values_of(plan, minute))
    return 1


def feed_at_once(replay: Replay) -> None:
    """Store the whole recording in a few statements; it must lie in the past by then."""
    feed_history(replay)
    minutes = replay.recording.between(replay.first, replay.last)
    for plan in replay.profile.metrics:
        metric = replay.metrics[plan.name]
        store_frame(metric, at=replay.time_of(minutes[0]), values=replay.values_of(plan, minutes[0]))
        positions = dict(metric.series.values_list("key", "position"))
        rows = []
        for minute in minutes:
            row = np.full(len(positions), np.nan, dtype=metric.precision)
            for labels, value in replay.values_of(plan, minute):
                row[positions[label_key(metric, labels)]] = value
            rows.append((replay.time_of(minute), row))
        write_frames(metric, rows)


def feed_history(replay: Replay) -> None:
    """What the recording itself says of earlier days, as frames of those days."""
    for plan in replay.profile.metrics:
        metric = replay.metrics[plan.name]
        for days, value in replay.profile.history.items():
            for minute in replay.recording.minutes:
                at = replay.time_of(minute) - days * metric.day
                store_frame(metric, at=at, values=replay.values_of(plan, minute, value))


def wait_until_judged(replay: Replay, *, patience: timedelta = timedelta(seconds=30)) -> bool:
    """Whether every active rule came to the last frame before ``patience`` had passed."""
    deadline = time.monotonic() + patience.total_seconds()
    waiting = Rule.objects.filter(
        pk__in=[rule.pk for rule in replay.rules], is_active=True, evaluated_to__lt=replay.ends_at
    )
    while waiting.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def incidents_of(replay: Replay) -> list[Incident]:
    """The incidents that the replay's alerts opened or joined, in the order of their numbers."""
    alerts = Alert.objects.filter(rule__in=replay.rules, opened_at__gte=replay.starts_at)
    return list(Incident.objects.filter(pk__in=alerts.values("incident")).select_related("handler").order_by("pk"))


def first_alert_at(replay: Replay, incident: Incident) -> datetime:
    """When the first of the replay's alerts came to the incident."""
    alerts = Alert.objects.filter(rule__in=replay.rules, incident=incident, opened_at__gte=replay.starts_at)
    return alerts.earliest("opened_at").opened_at


def _find_or_make_metric(
    profile: Profile, plan: MetricPlan, service: Service, speed: float, detail: Metric | None
) -> Metric:
    """One metric for each speed: its interval is a fact about its frames."""
    pace = f"{speed:g}".replace(".", "-")
    slug = f"{profile.name}-{plan.name}-replay-{pace}x"
    metric = Metric.objects.filter(slug=slug).first()
    return metric or add_metric(
        name=f"{plan.title}, replayed {speed:g}×",
        slug=slug,
        dimensions=plan.dimensions,
        interval=timedelta(minutes=profile.layout.step) / speed,
        service=service,
        speed=speed,
        counts=Counts.TRANSACTIONS,
        detail=detail,
    )


def _find_or_make_rule(
    profile: Profile, plan: RulePlan, metrics: dict[str, Metric], service: Service, starts_at: datetime
) -> Rule:
    metric, template = metrics[plan.metric], plan.template
    rule = Rule.objects.filter(metric=metric, name=plan.name).first()
    return rule or add_rule(
        name=plan.name,
        metric=metric,
        other_metric=metrics[plan.other] if plan.other else None,
        kind=template.kind,
        parameters=dict(template.parameters),
        selector=dict(plan.selector),
        service=service,
        level=Level.objects.get(pk=template.level),
        fire_for=template.fire_for,
        fire_of=template.fire_of,
        clear_after=template.clear_after,
        title=plan.title or template.title,
        group=profile.group,
        evaluate_from=starts_at - metric.interval,
    )


def _make_service(profile: Profile) -> Service:
    """The least that a service needs, of the people there are, on an installation without the demo."""
    line = BusinessLine.objects.first() or add_business_line(name="Payments", slug="payments")
    team = Team.objects.first() or add_team(
        name="Payment operations", slug="payment-operations", members=[_somebody(Role.OPERATIONS)]
    )
    return add_service(
        name=profile.service_name,
        slug=profile.service_slug,
        business_line=line,
        owner=_somebody(Role.SERVICE_OWNER),
        operations_team=team,
        rd_leader=_somebody(Role.RD_LEADER),
    )


def _somebody(role: Role) -> Person:
    username = f"replay-{slugify(role.value)}"
    return Person.objects.with_role(role).first() or add_person(
        username=username, name=f"{role.label} of the replay", roles=[role]
    )
