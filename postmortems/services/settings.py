"""What a site decides about postmortems: when one is proposed, and the figures of the process. For administrators.

``actor`` is None where the product sets itself up. All raise NotPermitted or ValidationError by field.
"""

from typing import Any

from django.db import transaction

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.services.settings.writing import add_row, change_row
from lifecycle.models import Via
from postmortems.models import ReviewPolicy, TriggerRule

VERBS = ("add_trigger", "set_trigger", "set_review_policy")


@transaction.atomic
def add_trigger(*, actor: Person | None = None, via: str = Via.WEB, **values: Any) -> TriggerRule:
    """``values``: kind, threshold, days, answer, is_active."""
    rule = TriggerRule()
    add_row(rule, "add_trigger", values, actor=actor, via=via)
    return rule


@transaction.atomic
def set_trigger(rule: TriggerRule, *, actor: Person | None = None, via: str = Via.WEB, **values: Any) -> TriggerRule:
    """It holds for whatever ends from now on. A row is taken out of use, never deleted: looks refer to it."""
    change_row(rule, "set_trigger", values, actor=actor, via=via)
    return rule


@transaction.atomic
def set_review_policy(*, actor: Person | None = None, via: str = Via.WEB, **figures: Any) -> ReviewPolicy:
    """``figures``: fields of ReviewPolicy by name; those not named stay as they are."""
    require_administrator(actor)
    ReviewPolicy.objects.get_or_create(pk=1)
    policy = ReviewPolicy.objects.get(pk=1)
    change_row(policy, "set_review_policy", figures, actor=actor, via=via)
    return policy
