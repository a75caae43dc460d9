"""What plans are worth: share of incidents with a plan, seconds per step, recovery time with and without.

Drills, duplicates and false alarms do not count, nor do incidents that the asker may not see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, Exists, F, OuterRef, Q, QuerySet

from catalog.models import Person
from incidents.models import Incident, Status
from problems.models import Plan, PlanRun, PlanStep, RunStatus, RunStep, StepStatus

WINDOW = timedelta(days=90)


class Percentile(Aggregate):
    """``percentile_cont``: 0.5 is the median."""

    function = "PERCENTILE_CONT"
    name = "percentile"
    output_field = DurationField()
    template = "%(function)s(%(percentile)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False

    def __init__(self, expression: Any, percentile: float, **extra: Any) -> None:
        super().__init__(expression, percentile=percentile, **extra)


@dataclass(frozen=True)
class Share:
    """Incidents of the window: all, with a plan attached, with one that was run."""

    incidents: int
    with_plan: int
    with_run: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.with_plan / self.incidents, 1) if self.incidents else None


@dataclass(frozen=True)
class Recovery:
    """Time from occurrence to recovery at a level, with a plan that was run and without one."""

    level: int
    with_count: int
    with_median: timedelta | None
    with_p90: timedelta | None
    without_count: int
    without_median: timedelta | None
    without_p90: timedelta | None


@dataclass(frozen=True)
class StepFigure:
    """How long a step of a plan took, over all its versions."""

    plan: int
    plan_name: str
    key: int
    title: str
    count: int
    skipped: int
    expected: timedelta | None
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True)
class Figures:
    since: datetime
    until: datetime
    share: Share
    recovery: list[Recovery]
    steps: list[StepFigure]


def figures_of(person: Person, until: datetime, *, window: timedelta = WINDOW, plan: Plan | None = None) -> Figures:
    """Of the incidents reported in the window; a number of queries that grows with neither. ``plan``: of its steps
    only."""
    since = until - window
    counted = _counted(person, since, until)
    return Figures(since, until, _share(counted), _recovery(counted), _steps(counted, plan))


def _counted(person: Person, since: datetime, until: datetime) -> QuerySet[Incident]:
    seen = Incident.objects.visible_to(person).filter(reported_at__gt=since, reported_at__lte=until, is_drill=False)
    runs = PlanRun.objects.filter(incident=OuterRef("pk"))
    return (
        seen.exclude(status=Status.CANCELLED)
        .filter(merged_into=None)
        .annotate(
            has_plan=Exists(runs.exclude(status=RunStatus.DETACHED)),
            has_run=Exists(runs.filter(started_at__isnull=False)),
        )
        .order_by()
    )


def _share(counted: QuerySet[Incident]) -> Share:
    found = counted.aggregate(
        incidents=Count("pk"),
        with_plan=Count("pk", filter=Q(has_plan=True)),
        with_run=Count("pk", filter=Q(has_run=True)),
    )
    return Share(**found)


def _recovery(counted: QuerySet[Incident]) -> list[Recovery]:
    rows = (
        counted.filter(recovered_at__isnull=False)
        .annotate(needed=F("recovered_at") - F("occurred_at"))
        .values("level_id", "has_run")
        .annotate(count=Count("pk"), median=Percentile("needed", 0.5), p90=Percentile("needed", 0.9))
        .order_by("level_id")
    )
    by_level: dict[int, dict[bool, Any]] = {}
    for row in rows:
        by_level.setdefault(row["level_id"], {})[row["has_run"]] = row
    return [_recovery_at(level, found) for level, found in sorted(by_level.items())]


def _recovery_at(level: int, found: dict[bool, Any]) -> Recovery:
    none = {"count": 0, "median": None, "p90": None}
    ran, without = found.get(True, none), found.get(False, none)
    return Recovery(level, ran["count"], ran["median"], ran["p90"], without["count"], without["median"], without["p90"])


def _steps(counted: QuerySet[Incident], plan: Plan | None) -> list[StepFigure]:
    ended = RunStep.objects.filter(run__incident__in=counted.values("pk")).exclude(status=StepStatus.OPEN)
    if plan is not None:
        ended = ended.filter(step__version__plan=plan)
    rows = ended.values("step__version__plan", "step__version__plan__name", "step__key").annotate(
        count=Count("pk", filter=Q(status=StepStatus.DONE)),
        skipped=Count("pk", filter=Q(status=StepStatus.SKIPPED)),
        median=Percentile("took", 0.5, filter=Q(status=StepStatus.DONE)),
        p90=Percentile("took", 0.9, filter=Q(status=StepStatus.DONE)),
    )
    newest = _newest_steps({row["step__version__plan"] for row in rows})
    found = [_figure(row, newest.get((row["step__version__plan"], row["step__key"]))) for row in rows]
    return sorted(found, key=lambda figure: (figure.plan_name, figure.plan, figure.key))


def _newest_steps(plans: set[int]) -> dict[tuple[int, int], Any]:
    """(plan, key) -> the step as its newest version words it."""
    steps = PlanStep.objects.filter(version__plan__in=plans, version__published_at__isnull=False)
    rows = steps.select_related("subplan", "person").annotate(of_plan=F("version__plan")).order_by("version__number")
    return {(step.of_plan, step.key): step for step in rows}


def _figure(row: dict[str, Any], step: Any) -> StepFigure:
    expected = timedelta(seconds=step.expected_seconds) if step and step.expected_seconds else None
    return StepFigure(
        plan=row["step__version__plan"],
        plan_name=row["step__version__plan__name"],
        key=row["step__key"],
        title=step.title.splitlines()[0] if step else "",
        count=row["count"],
        skipped=row["skipped"],
        expected=expected,
        median=row["median"],
        p90=row["p90"],
    )
