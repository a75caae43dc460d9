"""Action items as rows: where they come from, how late they are, and what the reader may do about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import ActionItem
from incidents.models.action_queries import ActionStatus
from incidents.origins import Origin, origin_of
from incidents.presentation.actions import Action, actions_of

QUICK = ("complete", "verify", "send_back")
"""What can be done in a row of a list."""
WITH_ROWS = ("owner", "incident")
"""What a row needs beside its own columns, and its origin."""
AT_REST: dict[str, str | Promise] = {
    ActionStatus.OPEN: _("with the owner"),
    ActionStatus.DONE: _("somebody else verifies"),
}


@dataclass(frozen=True)
class Row:
    item: ActionItem
    origin: Origin
    is_overdue: bool
    days_over: int
    actions: list[Action]
    at_rest: str
    """Whose turn it is, where the reader has nothing to do."""


def rows_of(items: Iterable[ActionItem], person: Person, today: date) -> list[Row]:
    """Load the items with WITH_ROWS and their ``origin``: then no row costs a query."""
    return [row_of(item, person, today) for item in items]


def row_of(item: ActionItem, person: Person, today: date) -> Row:
    actions = [action for action in actions_of(item, person) if action.is_allowed and action.verb in QUICK]
    return Row(
        item=item,
        origin=origin_of(item),
        is_overdue=item.status == ActionStatus.OPEN and item.due_on < today,
        days_over=(today - item.due_on).days,
        actions=actions,
        at_rest="" if actions else str(AT_REST.get(item.status, "–")),
    )
