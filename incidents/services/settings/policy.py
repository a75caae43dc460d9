"""The figures of handling that belong to no level."""

from typing import Any

from django.db import transaction

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.models import HandlingPolicy
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
