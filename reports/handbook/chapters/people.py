"""Who is there now: the annex that changes with the people and is no part of the procedure."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models import Person
from notifications.models import Schedule
from reports.handbook.blocks import Block, Chapter, Heading, Text, table
from reports.handbook.facts import Facts
from reports.handbook.words import names


def people_now(facts: Facts) -> Chapter:
    return Chapter(
        "people",
        _("People at this moment"),
        (
            Heading(_("Who holds which role")),
            table("people", [_("Role"), _("People"), _("Names")], _roles(facts)),
            Heading(_("On call now")),
            _on_call(facts),
        ),
        is_of_the_moment=True,
    )


def _on_call(facts: Facts) -> Block:
    if not facts.on_call:
        return Text(_("Every page goes to the fallback contact until a team has a schedule."))
    return table("oncall", [_("Team"), _("Primary"), _("Secondary"), _("Until")], _shifts(facts))


def _roles(facts: Facts) -> Iterator[tuple[object, ...]]:
    for role, people in facts.people.items():
        yield role.label, len(people), names(people) or _("nobody")


def _shifts(facts: Facts) -> Iterator[tuple[object, ...]]:
    for duty in facts.on_call:
        until = _local(duty.until, duty.schedule)
        yield duty.schedule.team.name, _names(duty.primary), _names(duty.secondary), until


def _names(people: list[Person]) -> str:
    return names(people) or _("nobody")


def _local(moment: datetime, schedule: Schedule) -> str:
    """In the schedule's own zone, which is named."""
    local = moment.astimezone(ZoneInfo(schedule.time_zone))
    return f"{date_format(local, 'Y-m-d H:i')} {schedule.time_zone}"
