"""What being on call was like in a period, and whether messages arrived: by person, by channel, by hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reports import words
from reports.boards.drawing import Mark, Step, columns
from reports.boards.telling import Told, change_of, p90, tell, tell_by
from reports.indicators import Key, Question, Unit
from reports.indicators.labels import label_of, labels_of
from reports.period import Period

FIGURES = ("pages", "night_pages", "pages_a_night", "noise", "delivery_success", "reach")
OF_PERSONS = ("pages", "night_pages", "pages_a_night", "noise")
HOURS = 24


@dataclass(frozen=True)
class Load:
    """A person: their answers by the name of the indicator; one is missing where they have nothing of the kind."""

    name: str
    told: dict[str, Told]

    @property
    def cells(self) -> list[Told | None]:
        return [self.told.get(name) for name in OF_PERSONS]

    @property
    def nights(self) -> str:
        told = self.told.get("pages_a_night")
        return words.whole(told.part("nights") or 0) if told else "0"


@dataclass(frozen=True)
class ChannelLine:
    name: str
    success: Told
    latency: Told | None

    @property
    def failed(self) -> str:
        return words.whole(self.success.part("not_arrived") or 0)

    @property
    def failed_url(self) -> str:
        return self.success.part_url("not_arrived")

    @property
    def p90(self) -> str:
        return p90(self.latency) if self.latency else words.NOTHING


def context(period: Period, now: datetime) -> dict[str, Any]:
    this, before = Question(period, now), Question(period.previous, now)
    return {
        "period": period,
        "previous": period.previous,
        "is_running": now < period.end,
        "figures": [_card(tell(name, this), tell(name, before)) for name in FIGURES],
        "loads": _loads(this),
        "channels": _channels(this),
        "chart": _by_hour(this),
    }


def _card(told: Told, before: Told) -> dict[str, Any]:
    change = change_of(told, before)
    note = change["text"]
    if told.indicator.unit == Unit.SECONDS and told.number is not None:
        note = f"p90 {p90(told)}"
    return {"label": told.label, "value": told.text, "url": told.url, "note": note, "tone": change["tone"]}


def _loads(question: Question) -> list[Load]:
    """Whoever was paged or on call, the most pages first."""
    asked = Question(question.period, question.now, by=("person",))
    told = {name: tell_by(name, asked) for name in OF_PERSONS}
    labels = labels_of("person")
    keys: set[Key] = {key for found in told.values() for key in found}
    loads = [
        Load(label_of(key[0], labels), {name: found[key] for name, found in told.items() if key in found})
        for key in sorted(keys)
    ]
    return sorted(loads, key=lambda load: (-(load.told["pages"].value.count if "pages" in load.told else 0), load.name))


def _channels(question: Question) -> list[ChannelLine]:
    asked = Question(question.period, question.now, by=("channel",))
    success, latency = tell_by("delivery_success", asked), tell_by("delivery_latency", asked)
    labels = labels_of("channel")
    return [ChannelLine(label_of(key[0], labels), told, latency.get(key)) for key, told in success.items()]


def _by_hour(question: Question) -> dict[str, Any]:
    told = tell_by("pages", Question(question.period, question.now, by=("hour",)))
    found = [(hour, told.get((str(hour),))) for hour in range(HOURS)]
    steps = [
        Step(
            str(hour),
            [Mark(each.number, "bar-1", f"{hour:02}:00 UTC{_(': ')}{each.text}", each.url)] if each else [],
        )
        for hour, each in found
    ]
    return {
        **columns(steps, words=words.whole),
        "title": _("Pages by hour of the day (UTC)"),
        "desc": _("Each column is an hour; the table holds the same figures."),
        "columns": [_("Hour"), _("Pages")],
        "rows": [[f"{hour:02}:00", each.text if each else "0"] for hour, each in found],
    }
