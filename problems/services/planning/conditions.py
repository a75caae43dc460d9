"""When a plan is attached by itself."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Level
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, record_event
from problems.models import Plan, PlanCondition
from problems.services.planning.drafting import lock_plan, require_editor

MOST = 20
MOST_LABELS = 10
PARTS = ("service", "business_line", "category", "levels", "labels")


@transaction.atomic
def set_conditions(
    plan: Plan,
    *,
    actor: Person | None,
    via: str,
    conditions: Sequence[dict[str, Any]],
    expected_version: int | None = None,
) -> Plan:
    """Replace the conditions; each is a dict with any of service, business_line, category (records), levels (numbers)
    and labels (name -> value). It holds for incidents from now on. Raises InputRefused, VersionConflict, NotPermitted.
    """
    require_editor(actor)
    lock_plan(plan, expected_version)
    if len(conditions) > MOST:
        raise InputRefused(conditions=_("At most %(number)d conditions.") % {"number": MOST})
    rows = [_row(plan, place, stated) for place, stated in enumerate(conditions, 1)]
    plan.conditions.all().delete()
    PlanCondition.objects.bulk_create(rows)
    plan.version += 1
    plan.save(update_fields=["version"])
    record_event(plan, "set_conditions", actor=actor, via=via, data={"conditions": len(rows)})
    return plan


def _row(plan: Plan, place: int, stated: dict[str, Any]) -> PlanCondition:
    parts = {name: stated[name] for name in PARTS if stated.get(name)}
    if not parts:
        sentence = _("Condition %(number)d says nothing: it would hold for every incident.") % {"number": place}
        raise InputRefused(conditions=sentence)
    parts["levels"] = sorted(set(parts.get("levels", [])))
    if not set(parts["levels"]) <= set(Level.objects.values_list("pk", flat=True)):
        raise InputRefused(levels=_("There is no such level."))
    labels = {sanitise(str(name)).strip(): sanitise(str(value)) for name, value in parts.get("labels", {}).items()}
    if len(labels) > MOST_LABELS or any(not name or len(name + value) > 300 for name, value in labels.items()):
        raise InputRefused(labels=_("At most %(number)d labels, each with a name.") % {"number": MOST_LABELS})
    parts["labels"] = labels
    return PlanCondition(plan=plan, position=place, **parts)
