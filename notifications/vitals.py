"""What the pager's health page shows, a query or two each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from notifications.health import CANARY_LIMIT, SKEW_LIMIT, read_health
from notifications.models import (
    Alarm,
    AlarmKind,
    AttemptOutcome,
    Audit,
    Breaker,
    Canary,
    Channel,
    Delivery,
    DeliveryAttempt,
    DeliveryStatus,
    Heartbeat,
    PagingSettings,
    Schedule,
    StoppedNumber,
)
from notifications.rosters import read_rotas
from notifications.services.ledger import read_exactness

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
FEW = 10
WHY = {
    "lag": gettext_lazy("Something is more than ten seconds late."),
    "queues": gettext_lazy("A queue of the worker does not answer: the broker or the worker is away. Tickers page on."),
    "audit": gettext_lazy("Nobody has audited paging for three minutes: no cycle process runs, and no worker."),
    "findings": gettext_lazy("The last audit found something wrong."),
    "outside": gettext_lazy("The monitor outside has not taken our sign of life for three minutes."),
    "clocks": gettext_lazy("A machine's clock is wrong. Paging goes by the database's."),
    "alarms": gettext_lazy("There are open alarms."),
}
"""What each weakness of ``health.Health`` means."""
WHATS = {
    "step": gettext_lazy("Step → outbox"),
    "message": gettext_lazy("Message → carrier"),
    "notice": gettext_lazy("Notice → outbox"),
    "deadline": gettext_lazy("Deadline → recorded"),
}


def read_vitals(person: Person) -> dict[str, Any]:
    """Everything of the page; of incidents only those the person may see."""
    now = clock.now()
    health = read_health(now)
    seen = Incident.objects.visible_to(person).order_by().values("pk")
    recent = Delivery.objects.filter(created_at__gt=now - HOUR).order_by()
    return {
        "now": now,
        "health": health,
        "reasons": [WHY[weakness] for weakness in health.weaknesses],
        "alarms": _alarms(seen),
        "tickers": Heartbeat.objects.filter(beat_at__gt=now - DAY).order_by("-beat_at")[:FEW],
        "skew_limit": SKEW_LIMIT,
        "queues": _queues(now),
        "exactness": _exactness(now),
        "results": _results(recent),
        "carriers": _carriers(now),
        "held": _held(seen),
        "troubled": _troubled(recent, seen),
        "rota": _rota(now),
        "stopped": Person.objects.filter(is_active=True, phone__in=StoppedNumber.objects.values("phone")),
        "audits": _audits(),
        "spent": _spent(now),
    }


def _alarms(seen: Any) -> list[Alarm]:
    """``shown_incident``: the incident, where the reader may see it."""
    alarms = list(Alarm.objects.unsettled().open().select_related("incident"))
    visible = set(Incident.objects.filter(pk__in=[alarm.incident_id for alarm in alarms]).filter(pk__in=seen))
    for alarm in alarms:
        alarm.shown_incident = alarm.incident if alarm.incident in visible else None  # type: ignore[attr-defined]
    return alarms


def _queues(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "canary": canary,
            "age": now - canary.answered_at if canary.answered_at else None,
            "is_dead": canary.answered_at is None or now - canary.answered_at > CANARY_LIMIT,
        }
        for canary in Canary.objects.all()
    ]


def _exactness(now: datetime) -> list[dict[str, Any]]:
    hour = read_exactness(since=now - HOUR, until=now)
    day = read_exactness(since=now - DAY, until=now)
    return [{"what": WHATS[last.what], "hour": last, "day": whole} for last, whole in zip(hour, day, strict=True)]


@dataclass(frozen=True)
class Result:
    """Messages of one channel promised within the last hour; each counts once, but for those reached."""

    channel: str
    waiting: int
    sent: int
    delivered: int
    failed: int
    withheld: int
    reached: int


def _results(recent: Any) -> list[Result]:
    def number(*statuses: str) -> Count:
        return Count("pk", filter=Q(status__in=statuses))

    rows = recent.values("channel").annotate(
        waiting=number(DeliveryStatus.QUEUED, DeliveryStatus.SENDING),
        sent=number(DeliveryStatus.SENT),
        delivered=number(DeliveryStatus.DELIVERED),
        failed=number(DeliveryStatus.FAILED),
        withheld=number(DeliveryStatus.NOT_SENT, DeliveryStatus.CANCELLED, DeliveryStatus.BUNDLED),
        reached=Count("pk", filter=Q(reached_at__isnull=False)),
    )
    found = {row["channel"]: row for row in rows}
    return [Result(**found[channel]) for channel in Channel.values if channel in found]


def _carriers(now: datetime) -> list[dict[str, Any]]:
    """Those with attempts in the last hour, and those whose breaker is not closed."""
    good = (AttemptOutcome.TAKEN, AttemptOutcome.ADOPTED)
    tried = DeliveryAttempt.objects.filter(ended_at__gt=now - HOUR).order_by().values("provider", "channel")
    counted = tried.annotate(
        taken=Count("pk", filter=Q(outcome__in=good)),
        refused=Count("pk", filter=Q(outcome=AttemptOutcome.REFUSED)),
        unavailable=Count("pk", filter=Q(outcome=AttemptOutcome.UNAVAILABLE)),
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {(row["provider"], row["channel"]): dict(row) for row in counted}
    for breaker in Breaker.objects.all():
        row = rows.setdefault(
            (breaker.provider, breaker.channel), {"provider": breaker.provider, "channel": breaker.channel}
        )
        row["breaker"] = breaker
    return [rows[key] for key in sorted(rows)]


def _held(seen: Any) -> dict[str, Any]:
    """What waits because a throttle or somebody's own rule says so: how much, and what goes out first."""
    held = Delivery.objects.waiting().exclude(held_reason="")
    visible = held.filter(Q(incident=None) | Q(incident__in=seen)).select_related("recipient", "chat", "incident")
    return {"number": held.order_by().count(), "first": visible.order_by("due_at")[:FEW]}


def _troubled(recent: Any, seen: Any) -> Any:
    lost = recent.filter(status__in=(DeliveryStatus.FAILED, DeliveryStatus.NOT_SENT))
    visible = lost.filter(Q(incident=None) | Q(incident__in=seen)).select_related("recipient", "chat", "incident")
    return visible.order_by("-pk")[:FEW]


def _rota(now: datetime) -> dict[str, Any]:
    """The gaps of the next seven days, and who is on call within them without a number that has proved itself."""
    rotas = read_rotas(Schedule.objects.select_related("team"), now, now + WEEK)
    gaps: list[dict[str, Any]] = []
    unverified: dict[int, Person] = {}
    for rota in rotas:
        for duty in rota.duties_between(now, now + WEEK):
            if duty.is_gap:
                gaps.append({"schedule": rota.schedule, "start": duty.start, "end": duty.end})
            people = rota.who([*duty.primary, *duty.secondary])
            unverified.update({person.pk: person for person in people if not person.has_verified_phone})
    return {"gaps": sorted(gaps, key=lambda gap: gap["start"])[:FEW], "unverified": list(unverified.values())}


def _audits() -> list[dict[str, Any]]:
    return [
        {"audit": audit, "findings": [_words(finding) for finding in audit.findings]}
        for audit in Audit.objects.all()[:FEW]
    ]


def _words(finding: dict[str, Any]) -> str:
    kind = finding["invariant"]
    name = AlarmKind(kind).label if kind in AlarmKind.values else kind
    if finding.get("error"):
        return f"{name}: {finding['error']}"
    figures = {"name": name, "count": finding["count"], "repaired": finding["repaired"]}
    words = _("%(name)s: %(count)d found, %(repaired)d repaired") % figures
    return f"{words} ({', '.join(finding['examples'])})" if finding["examples"] else words


def _spent(now: datetime) -> dict[str, Any]:
    """What the last 24 hours came to, beside what a day may come to."""
    sent = Delivery.objects.filter(sent_at__gt=now - DAY, is_drill=False).order_by()
    texts = Coalesce(Sum(Coalesce("segments", 1), filter=Q(channel=Channel.SMS)), 0)
    used = sent.aggregate(texts=texts, calls=Count("pk", filter=Q(channel=Channel.VOICE)), last=Max("sent_at"))
    row = PagingSettings.objects.get(pk=1)
    return {
        **used,
        "daily_texts": row.daily_texts,
        "daily_calls": row.daily_calls,
        "has_service": row.internal_service_id,
    }
