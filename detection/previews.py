"""A back-test as the editor shows it: chart, counts and the table of firings and incidents, for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Person
from detection.charts import CARD, Axes, Chart, axes_for, band_of, grid_of, path_of, span_of, ticks_of
from detection.hits import Comparison, Known, compare
from detection.models import Rule, Series
from detection.presentation import limits_of
from detection.rules.words import plain
from detection.services import BackTest
from incidents.models import Incident
from incidents.models.status import Status

MOST_ROWS = 50
MOST_CHOICES = 100
MOST_INCIDENTS = 200
NIGHT = (22, 7)
LABEL_WIDTH = 70


@dataclass(frozen=True)
class Row:
    """A firing, or an incident that nothing found. ``outcome``: "hit", "besides" or "missed"."""

    at: datetime
    outcome: str
    lasted: timedelta | None
    series: str
    peak: str
    expected: str
    incidents: list[Known]
    lead: timedelta | None

    @property
    def lasted_words(self) -> str:
        if self.outcome == "missed":
            return ""
        if self.lasted is None:
            return _("goes on")
        return _("%(count)d min") % {"count": round(self.lasted.total_seconds() / 60)}

    @property
    def lead_words(self) -> str:
        return lead_words(self.lead)


@dataclass(frozen=True)
class Preview:
    """What templates/detection/preview.html takes. ``shown`` is the series of the chart, None where there is none."""

    test: BackTest
    comparison: Comparison
    shown: Series | None
    chart: Chart | None
    rows: list[Row]
    more: int

    @property
    def choices(self) -> list[Series]:
        """Series that can be drawn: those that would have fired come first."""
        fired = dict.fromkeys(episode.series for episode in self.test.outcome.episodes)
        places = dict.fromkeys([*fired, *range(len(self.test.series))])
        listed = [self.test.series[place] for place in list(places)[:MOST_CHOICES]]
        return listed if self.shown in listed or self.shown is None else [self.shown, *listed]

    @property
    def coverage(self) -> str:
        """Data before thresholds: how much of the stretch there is to judge."""
        stored = len(self.test.outcome.trace.times)
        counts = self.test.outcome.counts
        every = sum(counts.values())
        if not every:
            return _("No frame of these series is stored in this stretch. Check the labels before the threshold.")
        words = {"frames": stored, "series": len(self.test.series), "share": round(100 * counts["unknown"] / every)}
        return _("%(frames)d minutes of %(series)d series looked at; %(share)d %% of the verdicts are unknown.") % words

    @property
    def sentence(self) -> str:
        return sentence_of(self.comparison)

    @property
    def lead(self) -> str:
        """How much earlier than people, over the incidents found; empty where none was."""
        return lead_words(self.comparison.lead)

    @property
    def at_night(self) -> int:
        return at_night(self.comparison)


def preview_of(test: BackTest, *, reader: Person, wanted: int | None = None) -> Preview:
    """``wanted``: the key of the series to draw; otherwise that of the first firing, or the one with most to show."""
    comparison = compare(test.outcome.firings, known_incidents(test.rule, test.begins, test.ends, reader=reader))
    place = _place(test, wanted)
    rows = rows_of(comparison, [str(series) for series in test.series])
    return Preview(
        test=test,
        comparison=comparison,
        shown=None if place is None else test.series[place],
        chart=None if place is None else _chart(test, comparison, place),
        rows=rows[:MOST_ROWS],
        more=max(len(rows) - MOST_ROWS, 0),
    )


def sentence_of(comparison: Comparison) -> str:
    """``Would have fired 3 times: 2 of 2 known incidents, 1 besides.``"""
    count = len(comparison.firings)
    words = {
        "count": count,
        "hit": comparison.hit_count,
        "known": len(comparison.hits),
        "besides": comparison.besides,
    }
    return (
        ngettext(
            "Would have fired %(count)d time: %(hit)d of %(known)d known incidents, %(besides)d besides.",
            "Would have fired %(count)d times: %(hit)d of %(known)d known incidents, %(besides)d besides.",
            count,
        )
        % words
    )


def at_night(comparison: Comparison) -> int:
    """Firings that begin between 22:00 and 7:00."""
    hours = [localtime(firing.opened_at).hour for firing in comparison.firings]
    return sum(hour >= NIGHT[0] or hour < NIGHT[1] for hour in hours)


def known_incidents(rule: Rule, begins: datetime, ends: datetime, *, reader: Person) -> list[Known]:
    """Of the service of the rule or of its metric, as far as they are for the reader; oldest first.

    One that was called off counts as false; duplicates and drills do not count at all.
    """
    services = {rule.service_id, rule.metric.service_id} - {None}
    found = Incident.objects.visible_to(reader).filter(
        Q(recovered_at=None, resolved_at=None, cancelled_at=None)
        | Q(recovered_at__gte=begins)
        | Q(resolved_at__gte=begins)
        | Q(cancelled_at__gte=begins),
        service__in=services,
        is_drill=False,
        merged_into=None,
        occurred_at__lte=ends,
    )
    return [_known(incident) for incident in found.order_by("occurred_at", "pk")[:MOST_INCIDENTS]]


def _known(incident: Incident) -> Known:
    return Known(
        number=incident.pk,
        label=incident.reference,
        url=incident.get_absolute_url(),
        occurred_at=incident.occurred_at,
        reported_at=incident.reported_at,
        ended_at=incident.recovered_at or incident.resolved_at or incident.cancelled_at,
        is_false=incident.status == Status.CANCELLED,
    )


def _place(test: BackTest, wanted: int | None) -> int | None:
    """Which of the judged series is drawn."""
    if not test.series or not test.outcome.trace.times:
        return None
    for place, series in enumerate(test.series):
        if series.pk == wanted:
            return place
    if test.outcome.episodes:
        return test.outcome.episodes[-1].series
    known = np.nan_to_num(np.abs(test.outcome.trace.values))
    return int(np.argmax(known.sum(axis=0)))


def _chart(test: BackTest, comparison: Comparison, place: int) -> Chart | None:
    trace = test.outcome.trace
    values, expected, low, high = (
        part[:, place].astype(np.float64) for part in (trace.values, trace.expected, trace.low, trace.high)
    )
    if len(trace.times) < 2 or np.all(np.isnan(values)):
        return None
    limits = limits_of(test.rule)
    drawn = np.stack([values, expected, np.where(np.isnan(low), values, low), np.where(np.isnan(high), values, high)])
    axes = axes_for(trace.times, drawn, also=[value for _label, value in limits], width=CARD)
    name = str(test.series[place])
    chart = Chart(title=f"{test.rule.name}, {name}", desc="", grid=grid_of(axes), width=CARD)
    chart.ticks = [{"x": x, "label": _stamp(at, test.ends - test.begins)} for x, at in ticks_of(axes)]
    if not np.all(np.isnan(low)) or not np.all(np.isnan(high)):
        chart.lines.append({"path": band_of(axes, trace.times, low, high), "css": "band"})
        chart.legend.append({"css": "band", "text": _("accepted")})
    if not limits and not np.all(np.isnan(expected)):
        chart.lines.append({"path": path_of(axes, trace.times, expected), "css": "expected"})
        chart.legend.append({"css": "expected", "text": _("expected")})
    lowest = test.rule.parameters.get("direction") == "below"
    chart.lines.append({"path": path_of(axes, trace.times, values, lowest=lowest), "css": "line"})
    chart.legend.append({"css": "line", "text": name})
    for label, value in limits:
        y = axes.y(value)
        chart.lines.append({"path": f"M{chart.plot_left} {y}H{chart.plot_right}", "css": "threshold"})
        chart.legend.append({"css": "threshold", "text": label})
    _shade(chart, axes, comparison)
    chart.desc = _spoken(values, comparison)
    return chart


def _shade(chart: Chart, axes: Axes, comparison: Comparison) -> None:
    """Firings as spans, what they found in words; incidents as marks."""
    for firing, found in zip(comparison.firings, comparison.found_by, strict=True):
        is_hit = any(not known.is_false for known in found)
        # The mark of the incident says enough where it was hit.
        label = "" if is_hit or len(comparison.firings) > 12 else _("besides")
        css = "span-info" if is_hit else "span"
        chart.spans.append(span_of(axes, firing.opened_at, firing.ended_at or axes.end, css, label) or {})
    chart.spans = [span for span in chart.spans if span]
    used = {span["css"] for span in chart.spans}
    if "span-info" in used:
        chart.legend.append({"css": "span-info", "text": _("would fire on a known incident")})
    if "span" in used:
        chart.legend.append({"css": "span", "text": _("would fire besides")})
    free_from = 0.0
    for hit in comparison.hits:
        if axes.start <= hit.known.occurred_at <= axes.end:
            words = hit.known.label if hit.firing else _("%(incident)s missed") % {"incident": hit.known.label}
            x = axes.x(hit.known.occurred_at)
            chart.marks.append({"x": x, "label": words if x >= free_from else ""})
            free_from = x + LABEL_WIDTH if x >= free_from else free_from


def _spoken(values: np.ndarray, comparison: Comparison) -> str:
    known = values[~np.isnan(values)]
    words = {"low": plain(float(known.min())), "high": plain(float(known.max())), "count": len(comparison.firings)}
    return _("between %(low)s and %(high)s; %(count)d would-be firings") % words


def rows_of(comparison: Comparison, names: Sequence[str]) -> list[Row]:
    """Firings and missed incidents, newest first; ``names`` of the series that the firings speak of."""
    rows = []
    for firing, found in zip(comparison.firings, comparison.found_by, strict=True):
        is_hit = any(not known.is_false for known in found)
        first = names[firing.series[0]]
        more = len(firing.series) - 1
        leads = [hit.lead for hit in comparison.hits if hit.firing is firing and hit.lead is not None]
        rows.append(
            Row(
                at=firing.opened_at,
                outcome="hit" if is_hit else "besides",
                lasted=firing.ended_at - firing.opened_at if firing.ended_at else None,
                series=f"{first} +{more}" if more else first,
                peak=plain(firing.peak),
                expected="" if firing.expected is None else plain(firing.expected),
                incidents=found,
                lead=max(leads, default=None),
            )
        )
    rows += [Row(known.occurred_at, "missed", None, "", "", "", [known], None) for known in comparison.missed]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def lead_words(lead: timedelta | None) -> str:
    """``4 min earlier``, ``2 min later``."""
    if lead is None:
        return ""
    minutes = round(lead.total_seconds() / 60)
    if minutes < 0:
        return ngettext("%(count)d min later", "%(count)d min later", -minutes) % {"count": -minutes}
    return ngettext("%(count)d min earlier", "%(count)d min earlier", minutes) % {"count": minutes}


def _stamp(at: datetime, length: timedelta) -> str:
    return localtime(at).strftime("%m-%d %H:%M" if length > timedelta(hours=25) else "%H:%M")
