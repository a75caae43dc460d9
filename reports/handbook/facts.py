"""What the handbook is written from, as it is configured at one moment: the only place that asks the database."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from catalog.models import Person, Role
from incidents.models import (
    ActionPolicy,
    Calendar,
    Category,
    Criterion,
    CustomField,
    HandlingPolicy,
    Level,
    LevelTarget,
    MatrixCell,
)
from notifications.models import EscalationPolicy, NotificationRule, Schedule
from notifications.recipients import OnCall, on_call_everywhere


@dataclass(frozen=True)
class Facts:
    """``people``: those active, by role, in the order of the roles; reporters are not listed."""

    at: datetime
    levels: list[Level]
    matrix: list[MatrixCell]
    categories: list[Category]
    custom_fields: list[CustomField]
    policy: HandlingPolicy
    action_policy: ActionPolicy
    notification_rules: list[NotificationRule]
    escalation_policies: list[EscalationPolicy]
    on_call: list[OnCall]
    people: dict[Role, list[Person]]

    @property
    def calendars(self) -> list[Calendar]:
        """Those that a target uses."""
        used = {target.calendar for level in self.levels for target in level.targets.all() if target.calendar}
        return sorted(used, key=lambda calendar: calendar.name)


def gather(at: datetime) -> Facts:
    return Facts(
        at=at,
        levels=_levels(),
        matrix=list(MatrixCell.objects.all()),
        categories=list(Category.objects.filter(is_active=True).order_by("position", "id")),
        custom_fields=list(CustomField.objects.filter(is_active=True)),
        policy=HandlingPolicy.current(),
        action_policy=ActionPolicy.current(),
        notification_rules=list(NotificationRule.objects.all()),
        escalation_policies=list(EscalationPolicy.objects.select_related("fallback").prefetch_related("steps__people")),
        on_call=on_call_everywhere(Schedule.objects.select_related("team"), at),
        people=_people(),
    )


def _levels() -> list[Level]:
    targets = LevelTarget.objects.select_related("calendar")
    criteria = Criterion.objects.filter(is_active=True)
    return list(Level.objects.prefetch_related(Prefetch("targets", targets), Prefetch("worded_criteria", criteria)))


def _people() -> dict[Role, list[Person]]:
    roles = [role for role in Role if role != Role.REPORTER]
    everybody = list(Person.objects.with_role(*roles))
    return {role: [person for person in everybody if role in person.roles] for role in roles}
