"""What a site decides about problems: how often is too often, and the words for causes. For administrators.

``actor`` is None where the product sets itself up. All raise NotPermitted, ValidationError by field or InputRefused,
and then nothing has changed.
"""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.settings.writing import add_row, change_row
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from problems.models import Cause, RecurrencePolicy


@transaction.atomic
def set_recurrence_policy(
    policy: RecurrencePolicy,
    *,
    times: int,
    days: int,
    factor: float,
    likeness: float,
    is_active: bool,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> RecurrencePolicy:
    """State anew how often is too often; it holds for the next look."""
    changes = {"times": times, "days": days, "factor": factor, "likeness": likeness, "is_active": is_active}
    change_row(policy, "set_recurrence_policy", changes, actor=actor, via=via)
    return policy


@transaction.atomic
def add_cause(
    *,
    name: str,
    parent: Cause | None = None,
    position: int = 0,
    is_active: bool = True,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Cause:
    """A word at the top of the taxonomy, or below one that stands there."""
    cause = Cause(slug=_free_slug(name))
    _refuse_depth(cause, parent)
    changes = {"name": name, "parent": parent, "position": position, "is_active": is_active}
    add_row(cause, "add_cause", changes, actor=actor, via=via)
    return cause


@transaction.atomic
def change_cause(
    cause: Cause,
    *,
    name: str,
    parent: Cause | None,
    position: int,
    is_active: bool,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Cause:
    """Rename, move, put in order, offer or no longer offer. What was classed with it stays so."""
    list(Cause.objects.order_by("pk").select_for_update())  # two moves at once could make a ring
    _refuse_depth(cause, parent)
    changes = {"name": name, "parent": parent, "position": position, "is_active": is_active}
    change_row(cause, "change_cause", changes, actor=actor, via=via)
    return cause


def _refuse_depth(cause: Cause, parent: Cause | None) -> None:
    """The taxonomy has two steps."""
    if parent is None:
        return
    if Cause.objects.filter(pk=parent.pk, parent__isnull=False).exists() or parent.pk == cause.pk:
        raise InputRefused(parent=_("Choose one that stands at the top."))
    if cause.pk and cause.children.exists():
        raise InputRefused(parent=_("There are others below it: it stays at the top."))


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:70] or "cause"
    taken = set(Cause.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in names if slug not in taken)
