"""The figures of handling that belong to no level, and the rules of action items."""

from typing import Any

from django.db import transaction

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.models import ActionPolicy, HandlingPolicy
from incidents.services.settings.writing import change_row
from lifecycle.models import Via


@transaction.atomic
def set_policy(*, actor: Person | None = None, via: str = Via.WEB, **figures: Any) -> HandlingPolicy:
    """``figures``: fields of HandlingPolicy by name; those not named stay as they are."""
    require_administrator(actor)
    HandlingPolicy.objects.get_or_create(pk=1)
    policy = HandlingPolicy.objects.get(pk=1)
    change_row(policy, "set_policy", figures, actor=actor, via=via)
    return policy


@transaction.atomic
def set_action_policy(*, actor: Person | None = None, via: str = Via.WEB, **rules: Any) -> ActionPolicy:
    """``rules``: fields of ActionPolicy by name. What is planned already keeps its moment; from then on they hold."""
    require_administrator(actor)
    ActionPolicy.objects.get_or_create(pk=1)
    policy = ActionPolicy.objects.get(pk=1)
    change_row(policy, "set_action_policy", rules, actor=actor, via=via)
    return policy
