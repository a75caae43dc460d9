"""How a person wants to be paged."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.models import PersonalRule, Urgency
from notifications.ways import LATEST, PERSONAL

Line = tuple[timedelta, Sequence[str]]
MOST_LINES = 8


@transaction.atomic
def set_paging_rules(
    person: Person, *, actor: Person, urgency: str, lines: Sequence[Line], via: str = Via.WEB
) -> list[PersonalRule]:
    """Replace one's own list for that urgency; an empty one means the safe ways: everything at once."""
    if actor.pk != person.pk:
        raise NotPermitted("set_paging_rules")
    if urgency not in Urgency.values:
        raise InputRefused(urgency=_("Choose the ordinary or the important list."))
    merged = _merge(lines)
    lock(person)
    PersonalRule.objects.filter(person=person, urgency=urgency).delete()
    rules = [PersonalRule(person=person, urgency=urgency, after=after, channels=channels) for after, channels in merged]
    PersonalRule.objects.bulk_create(rules)
    data = {"urgency": urgency, "rules": [[after.total_seconds() // 60, channels] for after, channels in merged]}
    record_event(person, "set_paging_rules", actor=actor, via=via, data=data)
    return rules


def _merge(lines: Sequence[Line]) -> list[tuple[timedelta, list[str]]]:
    """In the order of time, lines of one moment together. Raises InputRefused."""
    if len(lines) > MOST_LINES:
        raise InputRefused(rules=_("That is more than a night has time for."))
    found: dict[timedelta, list[str]] = {}
    for after, channels in lines:
        if not timedelta(0) <= after <= LATEST:
            raise InputRefused(rules=_("Wait between 0 and 60 minutes."))
        if not set(channels) <= set(PERSONAL):
            raise InputRefused(rules=_("Choose calls, texts and e-mails."))
        found.setdefault(after, []).extend(channels)
    ordered = sorted((after, channels) for after, channels in found.items() if channels)
    return [(after, [channel.value for channel in PERSONAL if channel in channels]) for after, channels in ordered]
