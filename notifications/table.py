"""The notification table as it is read: which rows speak of a notice, and whom they name. The cycle asks here when a
notice goes out, the simulation beforehand."""

from collections.abc import Iterator

from catalog.models import Person
from incidents.models import Incident
from notifications.models import NotificationRule
from notifications.recipients import party


def rows_for(level: int, kind: str, *, percent: int = 0) -> list[NotificationRule]:
    """Of warnings, the rows with the highest percentage that is reached, and those for every warning."""
    rows = list(NotificationRule.objects.filter(kind=kind, levels__contains=[level]))
    reached = [row.at_percent for row in rows if row.at_percent is not None and row.at_percent <= percent]
    highest = max(reached, default=None)
    return [row for row in rows if row.at_percent is None or row.at_percent == highest]


def readers_of_row(rule: NotificationRule, incident: Incident) -> Iterator[tuple[list[Person], bool]]:
    """(the people of "to", False), then (the people of "cc", True), each once."""
    for names, is_copy in ((rule.to, False), (rule.cc, True)):
        yield list({person.pk: person for name in names for person in party(incident, name)}.values()), is_copy
