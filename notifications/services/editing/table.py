"""The rows of the notification table: add, change, delete; and the levels that no row speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Level
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock
from notifications.models import NoticeKind, NotificationRule, Party
from notifications.models.notice import TABLED
from notifications.services.editing.writing import (
    Facts,
    record_change,
    refuse_odd_channels,
    refuse_unknown_levels,
    require_editor,
)

EXPECTED = (NoticeKind.INITIAL, NoticeKind.PROGRESS, NoticeKind.RECTIFIED, NoticeKind.OVERDUE)
"""What every level of an incident that harms customers should have a row for."""
FIELDS = ("kind", "levels", "channels", "to", "cc", "at_percent")


@dataclass(frozen=True)
class RuleValues:
    kind: str
    levels: Sequence[int]
    channels: Sequence[str]
    to: Sequence[str]
    cc: Sequence[str] = ()
    at_percent: int | None = None


@transaction.atomic
def add_rule(values: RuleValues, *, actor: Person | None, via: str = Via.WEB) -> NotificationRule:
    require_editor(actor)
    rule = NotificationRule()
    _write(rule, values)
    record_change(rule, "add_notification_rule", {}, _facts(rule), actor=actor, via=via)
    return rule


@transaction.atomic
def change_rule(
    rule: NotificationRule, values: RuleValues, *, actor: Person | None, via: str = Via.WEB
) -> NotificationRule:
    require_editor(actor)
    lock(rule)
    before = _facts(rule)
    _write(rule, values)
    record_change(rule, "change_notification_rule", before, _facts(rule), actor=actor, via=via)
    return rule


@transaction.atomic
def delete_rule(rule: NotificationRule, *, actor: Person | None, via: str = Via.WEB) -> None:
    require_editor(actor)
    lock(rule)
    record_change(rule, "delete_notification_rule", _facts(rule), {}, actor=actor, via=via)
    rule.delete()


def uncovered() -> list[tuple[Level, list[str]]]:
    """The levels with the notices that no row names for them; those without any gap are left out."""
    rows = list(NotificationRule.objects.all())
    found = []
    for level in Level.objects.all():
        named = {row.kind for row in rows if level.pk in row.levels}
        missing = [str(kind.label) for kind in EXPECTED if kind not in named]
        found += [(level, missing)] if missing else []
    return found


def _write(rule: NotificationRule, values: RuleValues) -> None:
    _refuse(values)
    rule.kind, rule.at_percent = values.kind, values.at_percent
    rule.levels, rule.channels = sorted(set(values.levels)), list(dict.fromkeys(values.channels))
    rule.to, rule.cc = list(dict.fromkeys(values.to)), list(dict.fromkeys(values.cc))
    rule.save()


def _facts(rule: NotificationRule) -> Facts:
    return {name: getattr(rule, name) for name in FIELDS}


def _refuse(values: RuleValues) -> None:
    if values.kind not in TABLED:
        raise InputRefused(kind=_("Choose a notification of the table."))
    refuse_unknown_levels(list(values.levels), may_be_empty=False)
    refuse_odd_channels(list(values.channels), may_be_empty=False)
    if not values.to:
        raise InputRefused(to=_("Choose at least one recipient."))
    if (set(values.to) | set(values.cc)) - set(Party.values):
        raise InputRefused(to=_("There is no such recipient."))
    if set(values.to) & set(values.cc):
        raise InputRefused(cc=_("Whoever gets it need not get a copy."))
    if values.at_percent is not None and values.kind != NoticeKind.WARNING:
        raise InputRefused(at_percent=_("Only warnings have a percentage."))
    if values.at_percent is not None and not 1 <= values.at_percent <= 1000:
        raise InputRefused(at_percent=_("Between 1 and 1000 percent."))
