"""What being on call is like, and whether messages arrive. Drills are left out; nights are those of the recipient."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import Func, IntegerField, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import Status
from notifications.duty.coverage import coverage_of
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose, Schedule
from notifications.rosters import read_rotas
from reports.indicators.dimensions import BY_CLOCK_TIME, BY_INCIDENT, BY_SERVICE, BY_TIME, OF_DELIVERIES, Rows
from reports.indicators.grouping import Amount, Base, Duration, Share
from reports.indicators.question import Key, Question
from reports.indicators.registry import Indicator, register
from reports.indicators.values import Unit, Value, share

EVENING, MORNING = time(22).hour, time(7).hour
"""The nights of notifications.duty.coverage."""
GROUP = _("On-call and messages")
DELIVERED_TO = {**OF_DELIVERIES, "level": BY_INCIDENT["level"], **BY_SERVICE, **BY_TIME, **BY_CLOCK_TIME}
DIMENSIONS = tuple(DELIVERED_TO)


class LocalHour(Func):
    """The hour of a moment on the clocks of a time zone that stands in the row."""

    template = "EXTRACT(HOUR FROM timezone(%(expressions)s))"
    output_field = IntegerField()


def real_deliveries() -> "QuerySet[Any]":
    return Delivery.objects.filter(is_drill=False)


def sent_pages() -> "QuerySet[Any]":
    """Those that went out, with ``local_hour``."""
    pages: Any = real_deliveries().filter(purpose=Purpose.PAGE, sent_at__isnull=False)
    found: QuerySet[Any] = pages.alias(local_hour=LocalHour("recipient__time_zone", "sent_at"))
    return found


def by_moment(moment: str, of: Any) -> Base:
    return Base(of, Rows("incident__", "incident__service__", moment), DELIVERED_TO)


SENT_PAGES = by_moment("sent_at", sent_pages)
PROMISED = by_moment("created_at", real_deliveries)
AT_NIGHT = Q(local_hour__gte=EVENING) | Q(local_hour__lt=MORNING)
WITH_RECEIPT = (Channel.VOICE, Channel.SMS)
ARRIVED = Q(status=DeliveryStatus.DELIVERED) | Q(status=DeliveryStatus.SENT) & ~Q(channel__in=WITH_RECEIPT)
FINISHED = Q(status__in=(DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED))
TIMES = {"median": (_("Median"), Unit.SECONDS), "p90": (_("p90"), Unit.SECONDS)}
LEFT_OUT = {"left_out": _("left out"), "backwards": _("running backwards")}

PAGES = Amount(
    "pages",
    _("Pages"),
    _("Messages of escalations, each asking to be acknowledged, that were sent in the period, by whatever channel."),
    GROUP,
    Unit.COUNT,
    DIMENSIONS,
    base=SENT_PAGES,
    is_better_high=False,
)
NIGHT_PAGES = Amount(
    "night_pages",
    _("Night pages"),
    _("Pages that were sent between 22:00 and 7:00 on the clocks of their recipient."),
    GROUP,
    Unit.COUNT,
    DIMENSIONS,
    base=SENT_PAGES,
    condition=AT_NIGHT,
    is_better_high=False,
)
NOISE = Share(
    "noise",
    _("Noise"),
    _("Of the pages sent in the period: the share about incidents that turned out to be false alarms or duplicates."),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=SENT_PAGES,
    condition=lambda _question: Q(incident__status=Status.CANCELLED),
    part="noise",
    rest="signal",
    parts={"noise": _("about nothing"), "signal": _("about something")},
    is_better_high=False,
)
SUCCESS = Share(
    "delivery_success",
    _("Messages that arrived"),
    _(
        "Of the messages promised in the period that went out or failed for good: the share that arrived. Calls and "
        "texts need the carrier's word for it; mails and chat messages count once their server has taken them."
    ),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=PROMISED,
    whole=FINISHED,
    condition=lambda _question: ARRIVED,
    part="arrived",
    rest="not_arrived",
    parts={"arrived": _("arrived"), "not_arrived": _("failed or unconfirmed")},
    is_better_high=True,
)


def _latency(name: str, label: Any, definition: Any, base: Base, end: str) -> Duration:
    return Duration(
        name,
        label,
        definition,
        GROUP,
        Unit.SECONDS,
        DIMENSIONS,
        base=base,
        start="wanted_at",
        end=end,
        parts=LEFT_OUT,
        beside=TIMES,
        is_better_high=False,
    )


def _promised_pages() -> "QuerySet[Any]":
    return real_deliveries().filter(purpose=Purpose.PAGE)


LATENCIES = (
    _latency(
        "delivery_latency",
        _("Time to send"),
        _("From the moment at which a message was due to the moment at which a carrier took it: median and p90."),
        PROMISED,
        "sent_at",
    ),
    _latency(
        "reach",
        _("Time to reach somebody"),
        _("From the moment at which a page was due to the proof that its recipient had it: median and p90."),
        by_moment("created_at", _promised_pages),
        "reached_at",
    ),
)


@dataclass(frozen=True)
class PagesANight(Indicator):
    """Night pages for each night on call. One who is on call in two schedules at once counts a night in each."""

    def measure(self, question: Question) -> dict[Key, Value]:
        nights = _nights_by_person(question)
        found = NIGHT_PAGES.measure(question)
        if not question.by:
            names = question.filters.get("person")
            total = nights.get(names, 0) if names else sum(nights.values())
            return {(): self._value(found[()].count, total)}
        keys = sorted({*found, *((name,) for name in nights if name == question.filters.get("person", name))})
        return {key: self._value(found.get(key, Value(0)).count, nights.get(key[0], 0)) for key in keys}

    def _value(self, pages: int, nights: int) -> Value:
        return Value(share(pages, nights), pages, {"nights": nights})

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        return NIGHT_PAGES.rows(question)


def _nights_by_person(question: Question) -> dict[str, int]:
    """User name -> nights on call as primary in the part of the period that is over."""
    start, end = question.period.start, question.period.until(question.now)
    if end <= start:
        return {}
    nights: dict[int, int] = {}
    for rota in read_rotas(Schedule.objects.all(), start, end):
        for person, load in coverage_of(rota.duties_between(start, end), rota.zone).loads.items():
            nights[person] = nights.get(person, 0) + load.nights
    names = dict(Person.objects.filter(pk__in=nights).values_list("pk", "username"))
    return {names[person]: number for person, number in nights.items() if number}


A_NIGHT = PagesANight(
    "pages_a_night",
    _("Pages a night on call"),
    _("Night pages over the nights that people were on call as primary, whether or not they were paged."),
    GROUP,
    Unit.RATE,
    ("person",),
    beside={"nights": (_("Nights"), Unit.COUNT)},
    is_better_high=False,
)
register(PAGES, NIGHT_PAGES, A_NIGHT, NOISE, SUCCESS, *LATENCIES)
