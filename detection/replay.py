"""Feeds a recorded day as if live: one recorded minute lasts 60/speed seconds, frames carry the database's time.

Nothing is judged here. The worker does that, as with any other metric.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.text import slugify

from catalog.models import BusinessLine, Person, Role, Service, Team
from catalog.services import add_business_line, add_person, add_service, add_team
from detection.models import Alert, Metric, Rule
from detection.profiles import Profile, RuleTemplate
from detection.recordings import Recording, format_clock
from detection.services import add_metric, add_rule, store_frame
from incidents.models import Incident, Level
from lifecycle import clock


@dataclass(frozen=True)
class Replay:
    """A recording, the metric it goes into, and where recorded minute ``first`` lies on our clock."""

    profile: Profile
    recording: Recording
    metric: Metric
    rules: list[Rule]
    first: int
    last: int
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        """The frame of the last minute that has rows."""
        return self.time_of(self.recording.between(self.first, self.last)[-1])

    def time_of(self, minute: int) -> datetime:
        return self.starts_at + (minute - self.first) * self.metric.interval

    def recorded_clock(self, at: datetime) -> str:
        """What the recording's clock showed at ``at`` of ours."""
        return format_clock(self.first + (at - self.starts_at) / self.metric.interval)

    def values_of(self, minute: int) -> Iterator[tuple[dict[str, str], float]]:
        """Every label has a value: no row in a minute that has rows means none were counted."""
        counted = self.recording.minutes[minute]
        for label in dict.fromkeys([*self.profile.labels, *self.recording.labels]):
            yield {self.profile.dimension: label}, counted.get(label, 0.0)


def prepare_replay(profile: Profile, recording: Recording, *, speed: float, first: int, last: int) -> Replay:
    """Find or make the service, the metric of this profile and speed, and its rules; the replay starts now."""
    service = Service.objects.filter(slug=profile.service_slug).first() or _make_service(profile)
    metric = _find_or_make_metric(profile, service, speed)
    starts_at = metric.align(clock.now()) + metric.interval
    rules = [_find_or_make_rule(profile, template, metric, service) for template in profile.rules]
    return Replay(profile, recording, metric, rules, first, last, starts_at)


def feed(replay: Replay, on_minute: Callable[[int], None]) -> int:
    """Store every frame at its time; calls ``on_minute`` for every recorded minute. Returns how many were stored."""
    ahead = replay.starts_at - clock.now()
    origin = time.monotonic() + ahead.total_seconds()
    stored = 0
    for minute in range(replay.first, replay.last + 1):
        pause = origin + (replay.time_of(minute) - replay.starts_at).total_seconds() - time.monotonic()
        time.sleep(max(pause, 0))
        if minute in replay.recording.minutes:
            store_frame(replay.metric, at=replay.time_of(minute), values=replay.values_of(minute))
            stored += 1
        on_minute(minute)
    return stored


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


def _find_or_make_metric(profile: Profile, service: Service, speed: float) -> Metric:
    """One metric for each speed: its interval is a fact about its frames."""
    pace = f"{speed:g}".replace(".", "-")
    slug = f"{profile.name}-replay-{pace}x"
    metric = Metric.objects.filter(slug=slug).first()
    return metric or add_metric(
        name=f"{profile.metric_name}, replayed {speed:g}×",
        slug=slug,
        dimensions=[profile.dimension],
        interval=timedelta(seconds=60 / speed),
        service=service,
        speed=speed,
    )


def _find_or_make_rule(profile: Profile, template: RuleTemplate, metric: Metric, service: Service) -> Rule:
    rule = Rule.objects.filter(metric=metric, name=template.name).first()
    return rule or add_rule(
        name=template.name,
        metric=metric,
        kind=template.kind,
        parameters=dict(template.parameters),
        selector={profile.dimension: template.label},
        service=service,
        level=Level.objects.get(pk=template.level),
        fire_for=template.fire_for,
        fire_of=template.fire_of,
        clear_after=template.clear_after,
        title=template.title,
        group=profile.group,
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
