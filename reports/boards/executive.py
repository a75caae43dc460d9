"""A quarter or a year on one sheet: every number is an indicator's, with the address of the rows behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.presentation import round_words
from postmortems.models import Postmortem
from reports import words
from reports.boards.executive_words import sentences
from reports.boards.lines import stability_table
from reports.boards.telling import Told, change_of, indicator, p90, tell
from reports.boards.trends import charts
from reports.indicators import Question
from reports.period import Period, Quarter, Year

FIGURES = ("incidents", "majors", "recover", "sla", "uv", "found_by_rules")
CLOCKS = ("sla_response", "sla_recovery", "sla_resolution")
MOST_MAJORS = 6


@dataclass(frozen=True)
class MajorLine:
    incident: Incident
    outage: str
    postmortem: Postmortem | None


def context(period: Period, person: Person, now: datetime) -> dict[str, Any]:
    this, before = Question(period, now), Question(period.previous, now)
    told = {name: tell(name, this) for name in FIGURES}
    earlier = {name: tell(name, before) for name in FIGURES}
    return {
        "period": period,
        "previous": period.previous,
        "following": following(period) if following(period).start <= now else None,
        "others": [Quarter.of(period.last_day), Year.of(period.last_day)],
        "is_running": now < period.end,
        "sentences": sentences(told, earlier),
        "figures": [_card(told[name], earlier[name]) for name in FIGURES],
        "clocks": [_clock(tell(name, this)) for name in CLOCKS],
        "charts": charts(period, now),
        **stability_table(this),
        **_prevention(this),
        **_majors(this, person, now),
    }


def following(period: Period) -> Period:
    """The one of its kind after it."""
    return Quarter.of(period.end_day) if isinstance(period, Quarter) else Year.of(period.end_day)


def _card(told: Told, before: Told) -> dict[str, Any]:
    change = change_of(told, before)
    note = change["text"]
    if told.indicator.name == "recover" and told.number is not None:
        note = _("p90 %(time)s, %(change)s") % {"time": p90(told), "change": note} if note else f"p90 {p90(told)}"
    return {"label": told.label, "value": told.text, "url": told.url, "note": note, "tone": change["tone"]}


def _clock(told: Told) -> dict[str, Any]:
    missed = told.part("missed")
    return {
        "label": told.label,
        "share": told.text,
        "url": told.url,
        "missed": words.whole(missed or 0),
        "missed_url": told.part_url("missed"),
        "total": words.whole(told.value.count),
    }


def _prevention(question: Question) -> dict[str, Any]:
    problems, actions = tell("problems_closed", question), tell("actions_on_time", question)
    outcomes = [
        {"label": label, "count": words.whole(problems.part(name) or 0), "url": problems.part_url(name)}
        for name, label in problems.indicator.parts.items()
        if problems.part(name)
    ]
    late = words.whole(actions.part("late") or 0)
    return {
        "problems": problems,
        "outcomes": outcomes,
        "actions": actions,
        "late": late,
        "late_url": actions.part_url("late"),
    }


def _majors(question: Question, person: Person, now: datetime) -> dict[str, Any]:
    """The gravest first, with what was learned of each; of those the reader may not see, the number alone."""
    rows = indicator("majors").rows(question)
    seen = rows.filter(pk__in=Incident.objects.visible_to(person).order_by().values("pk"))
    postmortems = Prefetch("postmortems", Postmortem.objects.visible_to(person).order_by("-pk"))
    found = seen.select_related("service", "level").prefetch_related(postmortems).order_by("level", "-reported_at")
    count = rows.count()
    shown = [_major(incident, now) for incident in found[:MOST_MAJORS]]
    return {"majors": shown, "more_majors": count - len(shown), "majors_told": tell("majors", question)}


def _major(incident: Incident, now: datetime) -> MajorLine:
    end = incident.recovered_at or now
    return MajorLine(
        incident,
        round_words(max(end - incident.occurred_at, end - end)),
        next(iter(incident.postmortems.all()), None),
    )
