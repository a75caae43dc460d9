"""Named reads of problems."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Extract, Greatest

from catalog.models import Person
from incidents.models import Incident
from incidents.models.queries import is_about_some_of
from problems.models.status import OVER, Status
from problems.ranking import PER_HOUR, PER_INCIDENT, PER_THOUSAND_UV_MINUTES

if TYPE_CHECKING:
    from problems.models.problem import Problem  # noqa: F401  (named in the annotations)


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, person: Person) -> "ProblemQuerySet":
        """Colleagues see every problem but those that are about nothing which they may see; its owner, and whoever
        raised it, see it anyway. Nobody else sees any."""
        if not (person.is_authenticated and person.is_colleague):
            return self.none()
        is_own = Q(owner=person.pk) | Q(raised_by=person.pk)
        return self.filter(is_own | is_about_some_of(self._links(), Incident.objects.visible_to(person)))

    def public(self) -> "ProblemQuerySet":
        """Those that every colleague sees."""
        return self.filter(is_about_some_of(self._links(), Incident.objects.public()))

    def _links(self) -> models.QuerySet[Any]:
        return self.model.incidents.through.objects.filter(problem=OuterRef("pk"))

    def open(self) -> "ProblemQuerySet":
        return self.exclude(status__in=OVER)

    def overdue(self, on: date) -> "ProblemQuerySet":
        return self.open().filter(due_on__lt=on)

    def waiver_to_end(self, on: date) -> "ProblemQuerySet":
        """Closed by a waiver that held until a day before that one, which nobody has been told of yet."""
        return self.filter(status=Status.CLOSED, waiver_ends_on__lt=on, waiver_over_at=None)

    def waiver_over(self) -> "ProblemQuerySet":
        """Closed by a waiver that is over: somebody has to reopen it, and may bear the risk anew."""
        return self.filter(status=Status.CLOSED, waiver_over_at__isnull=False)

    def came_back(self) -> "ProblemQuerySet":
        """Those whose fix is being verified, and an incident has occurred since: it may not hold."""
        rows = self.model.incidents.through.objects.filter(
            problem=OuterRef("pk"), incident__occurred_at__gt=OuterRef("status_since"), incident__is_drill=False
        )
        return self.filter(Exists(rows.exclude(incident__status="cancelled")), status=Status.VERIFYING)

    def with_incident_figures(self, at: datetime) -> "ProblemQuerySet":
        """Adds ``incidents_of_30_days``, ``incidents_in_all``, ``incidents_since`` (of its present status; drills and
        false alarms are none) and ``last_seen_at`` (the last occurrence)."""
        recent = models.Q(incidents__occurred_at__gt=at - timedelta(days=30))
        since = models.Q(incidents__occurred_at__gt=F("status_since"), incidents__is_drill=False)
        return self.annotate(
            incidents_in_all=models.Count("incidents"),
            incidents_of_30_days=models.Count("incidents", filter=recent),
            incidents_since=models.Count("incidents", filter=since & ~models.Q(incidents__status="cancelled")),
            last_seen_at=models.Max("incidents__occurred_at"),
        )

    def with_impact(self, at: datetime) -> "ProblemQuerySet":
        """Adds what the linked incidents did together (drills and false alarms did nothing): ``uv_minutes``,
        ``incidents_counted``, ``lost`` (a timedelta), and ``points`` as problems/ranking.py works them out."""
        real = Q(incident__is_drill=False) & ~Q(incident__status="cancelled")
        rows = self.model.incidents.through.objects.filter(real, problem=OuterRef("pk")).order_by().values("problem")
        ended = Coalesce("incident__recovered_at", "incident__resolved_at", Value(at))
        lost = Greatest(ended - F("incident__occurred_at"), Value(timedelta(0)))
        minutes = _seconds(Coalesce("incident__impacts__ended_at", Value(at)) - F("incident__impacts__started_at")) / 60
        sums: dict[str, Any] = {
            "incidents_counted": (models.Count("incident", distinct=True), models.IntegerField(), 0),
            "lost": (Sum(lost), models.DurationField(), timedelta(0)),
            "uv_minutes": (Sum(F("incident__impacts__affected_users") * minutes), models.FloatField(), 0.0),
        }
        parts = {
            name: Coalesce(Subquery(_total(rows, total), output_field=kind), Value(none, kind))
            for name, (total, kind, none) in sums.items()
        }
        points = (
            F("uv_minutes") / 1000 * PER_THOUSAND_UV_MINUTES
            + F("incidents_counted") * PER_INCIDENT
            + _seconds(F("lost")) / 3600 * PER_HOUR
        )
        return self.annotate(**parts).annotate(points=models.ExpressionWrapper(points, models.FloatField()))


def _total(rows: Any, total: Any) -> Any:
    return rows.annotate(total=total).values("total")


def _seconds(duration: Any) -> Any:
    wrapped = models.ExpressionWrapper(duration, models.DurationField())
    return models.ExpressionWrapper(Extract(wrapped, "epoch"), models.FloatField())
