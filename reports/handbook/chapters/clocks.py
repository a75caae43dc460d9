"""What is timed: the meaning of each clock, the targets of each level, warnings, pauses, business calendars."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Calendar, ClockKind, LevelTarget
from incidents.services.lapsing import REMIND_AFTER
from lifecycle.lists import listed
from reports.handbook.blocks import Block, Cell, Chapter, Heading, Table, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.words import span

WEEKDAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


@dataclass(frozen=True)
class Meaning:
    measures: Promise
    starts: Promise
    met: Promise


MEANINGS = {
    ClockKind.RESPONSE: Meaning(
        gettext_lazy("the longest delay before handling starts"),
        gettext_lazy("when the incident is reported"),
        gettext_lazy("when somebody acknowledges it"),
    ),
    ClockKind.RECOVERY: Meaning(
        gettext_lazy("the longest outage"),
        gettext_lazy("when the service broke, which may be before the report"),
        gettext_lazy("when the service works again, perhaps by a workaround"),
    ),
    ClockKind.RESOLUTION: Meaning(
        gettext_lazy("the longest time in the hands of O&M"),
        gettext_lazy("when the incident is reported"),
        gettext_lazy("when the cause is handled, or the incident is transferred to developers"),
    ),
    ClockKind.DEVELOPMENT: Meaning(
        gettext_lazy("the longest time in the hands of the developers"),
        gettext_lazy("when the incident is transferred to them"),
        gettext_lazy("when the cause is handled"),
    ),
    ClockKind.ACCEPTANCE: Meaning(
        gettext_lazy("how long the developers may take to accept or refuse a transfer"),
        gettext_lazy("with every transfer anew"),
        gettext_lazy("when they accept or refuse"),
    ),
    ClockKind.UPDATE: Meaning(
        gettext_lazy("how long those affected may be left without news"),
        gettext_lazy("when the incident is reported, and anew with every update, until service is recovered"),
        gettext_lazy("when an update is given"),
    ),
}


def clocks_and_targets(facts: Facts) -> Chapter:
    return Chapter(
        "clocks",
        _("Clocks and targets"),
        (
            _meanings(),
            Heading(_("Targets in force")),
            _targets(facts),
            Heading(_("Hours, pauses and warnings of each clock")),
            _details(facts),
            Heading(_("How clocks run")),
            points(
                _("A deadline that is already past when the incident is reported is missed from the start."),
                _(
                    "A clock pauses only while the incident is pending, with a reason, and only where the table above "
                    "allows it."
                ),
                _("When the level changes, every deadline is derived anew from its start; earned pauses are kept."),
                _(
                    "What was missed is recorded once, with the moment. Later changes add to the record, and erase "
                    "nothing."
                ),
                *_lapses(facts),
            ),
            *_calendars(facts.calendars),
        ),
    )


def _meanings() -> Table:
    head = [_("Clock"), _("Measures"), _("Starts"), _("Is met")]
    rows = ((kind.label, meaning.measures, meaning.starts, meaning.met) for kind, meaning in MEANINGS.items())
    return table("meanings", head, rows)


def _targets(facts: Facts) -> Table:
    """One line a level, one column a clock that any level has."""
    found = {(level.number, target.kind): target for level in facts.levels for target in level.targets.all()}
    kinds = [kind for kind in ClockKind if any((level.number, kind) in found for level in facts.levels)]
    rows = (
        [Cell(level=level.number), *(_target_words(found.get((level.number, kind))) for kind in kinds)]
        for level in facts.levels
    )
    return table("targets", [_("Level"), *(kind.label for kind in kinds)], rows)


def _target_words(target: LevelTarget | None) -> str:
    return span(target.target) if target else "–"


def _details(facts: Facts) -> Table:
    head = [_("Level"), _("Clock"), _("Runs"), _("May pause"), _("Warns at"), _("When overdue, again every")]
    rows = (
        (
            Cell(level=level.number),
            ClockKind(target.kind).label,
            target.calendar.name if target.calendar else _("around the clock"),
            _("yes") if target.is_pausable else _("no"),
            listed(f"{percent} %" for percent in target.warn_at) or "–",
            span(target.overdue_repeat) or "–",
        )
        for level in facts.levels
        for target in level.targets.all()
    )
    return table("details", head, rows)


def _lapses(facts: Facts) -> list[str]:
    """An acknowledgement that nobody follows up does not hold for ever."""
    text = _(
        "%(level)s: an acknowledgement without any sign of life for %(time)s lapses, and paging starts again; after "
        "%(percent)d %% of that time the handler is reminded."
    )
    return [
        text % {"level": level, "time": span(level.acknowledgement_lasts), "percent": round(REMIND_AFTER * 100)}
        for level in facts.levels
        if level.acknowledgement_lasts
    ]


def _calendars(calendars: list[Calendar]) -> list[Block]:
    if not calendars:
        return [Text(_("No target uses a business calendar: every clock runs around the clock, every day."))]
    head = [_("Calendar"), _("Open"), _("Time zone"), _("Closed on"), _("Open although a weekend or holiday")]
    rows = (
        (
            calendar.name,
            _hours(calendar),
            calendar.time_zone,
            _holidays(calendar),
            listed(calendar.extra_workdays) or "–",
        )
        for calendar in calendars
    )
    return [Heading(_("Business calendars")), table("calendars", head, rows)]


def _hours(calendar: Calendar) -> list[str]:
    return [
        _("%(day)s %(hours)s") % {"day": word, "hours": listed("–".join(pair) for pair in calendar.hours[day])}
        for day, word in WEEKDAYS.items()
        if calendar.hours.get(day)
    ]


def _holidays(calendar: Calendar) -> list[str]:
    country = calendar.holiday_country
    public = [_("public holidays of %(country)s") % {"country": country}] if country else []
    return [*public, listed(calendar.holidays)] if calendar.holidays else public or ["–"]
