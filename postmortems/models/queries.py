"""What is asked of postmortems, by name."""

from typing import Any

from django.db import models

from catalog.models import Person
from incidents.models import Incident
from incidents.models.action_queries import OVER as SETTLED
from incidents.models.queries import is_about_some_of
from postmortems import permissions
from postmortems.models.status import OPEN_PHASES, Status


class PostmortemQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: Person) -> "PostmortemQuerySet":
        """Colleagues see every postmortem but those that are about nothing which they may see, nobody else any. What
        the phases hold is for whoever may see all of its incidents (``whole_for``)."""
        if not (person.is_authenticated and person.is_colleague):
            return self.none()
        return self.filter(is_about_some_of(self._links(), Incident.objects.visible_to(person)))

    def public(self) -> "PostmortemQuerySet":
        """Those that every colleague sees."""
        return self.filter(is_about_some_of(self._links(), Incident.objects.public()))

    def _links(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model.incidents.through.objects.filter(postmortem=models.OuterRef("pk"))
        return rows

    def published(self) -> "PostmortemQuerySet":
        return self.filter(status=Status.PUBLISHED)

    def unfinished(self) -> "PostmortemQuerySet":
        """Somebody works on it."""
        return self.filter(status__in=OPEN_PHASES)

    def unsettled(self) -> "PostmortemQuerySet":
        """Somebody works on it, or has still to decide whether anybody does."""
        return self.filter(status__in=(Status.PROPOSED, *OPEN_PHASES))

    def awaiting_decision(self, person: Person) -> "PostmortemQuerySet":
        """Proposals that the person may start or decline (permissions.decides, as a query)."""
        if not person.is_authenticated or not person.has_role(*permissions.LEADERS):
            return self.none()
        about = self.model.incidents.through.objects.filter(postmortem=models.OuterRef("pk"))
        proposed = self.filter(models.Exists(about), status=Status.PROPOSED).whole_for(person)
        return proposed if person.has_role(*permissions.MANAGERS) else proposed.filter(is_asked=False)

    def joinable(self) -> "PostmortemQuerySet":
        """Nothing was concluded from it yet, so that another incident may still become part of it."""
        return self.filter(status__in=(Status.PROPOSED, Status.TIMELINE))

    def whole_for(self, person: Person) -> "PostmortemQuerySet":
        """Those that are about no incident which the person may not see (permissions.sees_all, as a query)."""
        seen = Incident.objects.visible_to(person).order_by().values("pk")
        return self.exclude(models.Exists(self._links().exclude(incident__in=seen)))

    def for_list(self, person: Person) -> "PostmortemQuerySet":
        """Adds ``issue_count``, ``action_count``, ``pending_action_count``, ``incident_count`` and ``seen_incidents``,
        those that the person may see."""
        seen = Incident.objects.visible_to(person).select_related("level").order_by("pk")
        action = "issues__action_links__action"
        pending = models.Q(**{f"{action}__isnull": False}) & ~models.Q(**{f"{action}__status__in": SETTLED})
        rows: PostmortemQuerySet = (
            self.select_related("facilitator")
            .prefetch_related(models.Prefetch("incidents", seen, to_attr="seen_incidents"))
            .annotate(
                incident_count=models.Count("incidents", distinct=True),
                issue_count=models.Count("issues", distinct=True),
                action_count=models.Count(action, distinct=True),
                pending_action_count=models.Count(action, filter=pending, distinct=True),
            )
        )
        return rows
