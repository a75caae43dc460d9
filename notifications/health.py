"""Is paging alive? Read by the light in the top bar, the health page and outside monitors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifecycle import clock

BEAT_LIMIT = timedelta(seconds=10)
LAG_LIMIT = timedelta(seconds=30)
CANARY_LIMIT = timedelta(seconds=90)
AUDIT_LIMIT = timedelta(seconds=180)
SKEW_LIMIT = timedelta(seconds=2)
ALIVE_FOR = timedelta(minutes=1)
"""A ticker that has not beaten for so long is gone, and its clock with it."""
HOUR = timedelta(hours=1)
ZERO = timedelta(0)
EPOCH = 1970


@dataclass(frozen=True)
class Health:
    """Ages are None where there was never one.

    ``beat_age``: since the youngest heartbeat. ``lag``: of the longest overdue step or message. ``canary_age``: since
    the oldest of the queues' last answers. ``audit_age``: since the last audit ended. ``report_age``: since a monitor
    outside last took our sign of life.
    """

    beat_age: timedelta | None
    lag: timedelta
    waiting: int
    canary_age: timedelta | None = None
    audit_age: timedelta | None = None
    is_clean: bool = False
    report_age: timedelta | None = None
    skew: timedelta = ZERO
    alarms: int = 0
    tested_at: datetime | None = None
    weaknesses: tuple[str, ...] = ()
    """What is wrong though people are paged: "lag", "queues", "audit", "findings", "outside", "clocks", "alarms"."""

    @property
    def is_alive(self) -> bool:
        """Whether people are paged, by whatever ticker."""
        return self.beat_age is not None and self.beat_age <= BEAT_LIMIT and self.lag <= LAG_LIMIT

    @property
    def are_queues_alive(self) -> bool:
        return self.canary_age is not None and self.canary_age <= CANARY_LIMIT

    @property
    def is_whole(self) -> bool:
        """What the outside is told: people are paged, and the spare way to do so works too."""
        return self.is_alive and self.are_queues_alive

    @property
    def figures(self) -> dict[str, Any]:
        """Numbers for machines, ages in seconds."""
        return {
            "state": self.state,
            "alive": self.is_alive,
            "weaknesses": list(self.weaknesses),
            "beat_age_seconds": _seconds(self.beat_age),
            "lag_seconds": _seconds(self.lag),
            "canary_age_seconds": _seconds(self.canary_age),
            "audit_age_seconds": _seconds(self.audit_age),
            "audit_clean": self.is_clean,
            "outside_age_seconds": _seconds(self.report_age),
            "clock_skew_seconds": _seconds(self.skew),
            "waiting": self.waiting,
            "alarms": self.alarms,
        }

    @property
    def state(self) -> str:
        """ "ok", "warn" (paging goes on, something is wrong) or "bad"."""
        if not self.is_alive:
            return "bad"
        return "warn" if self.weaknesses else "ok"


def _seconds(age: timedelta | None) -> float | None:
    return round(age.total_seconds(), 3) if age is not None else None


@dataclass(frozen=True)
class Light:
    state: str
    text: str
    url: str


READINGS = """
SELECT (SELECT max(beat_at) FROM notifications_heartbeat) AS beat_at,
       (SELECT min(next_due_at) FROM notifications_escalation
         WHERE status = 'running' AND next_due_at <= %(now)s) AS step_due_at,
       due.first_at AS message_due_at,
       due.number AS waiting,
       (SELECT min(coalesce(answered_at, 'epoch')) FROM notifications_canary) AS canary_at,
       audit.ended_at AS audit_at,
       audit.is_clean AS is_clean,
       (SELECT reported_out_at FROM notifications_audit
         WHERE reported_out_at IS NOT NULL ORDER BY id DESC LIMIT 1) AS report_at,
       (SELECT max(greatest(clock_skew, -clock_skew)) FROM notifications_heartbeat
         WHERE beat_at > %(alive_since)s) AS skew,
       (SELECT count(*) FROM notifications_alarm WHERE settled_at IS NULL AND ended_at IS NULL) AS alarms,
       (SELECT max(sent_at) FROM notifications_delivery WHERE purpose = 'test') AS tested_at
FROM (SELECT min(due_at) AS first_at, count(*) AS number FROM notifications_delivery
       WHERE status IN ('queued', 'sending') AND due_at <= %(now)s
         AND (lease_until IS NULL OR lease_until < %(now)s)) AS due
LEFT JOIN (SELECT ended_at, is_clean FROM notifications_audit
            WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1) AS audit ON true
"""
"""Reads of what is due or latest; what is open and not due is never counted."""


def read_health(now: datetime | None = None) -> Health:
    """Some small index reads in one query; it stands on every page."""
    now = now or clock.now()
    found = _read(now)

    def age(name: str) -> timedelta | None:
        return max(now - found[name], ZERO) if found[name] else None

    health = Health(
        beat_age=age("beat_at"),
        lag=max(age("step_due_at") or ZERO, age("message_due_at") or ZERO),
        waiting=found["waiting"],
        canary_age=age("canary_at") if found["canary_at"] and found["canary_at"].year > EPOCH else None,
        audit_age=age("audit_at"),
        is_clean=bool(found["is_clean"]),
        report_age=age("report_at"),
        skew=found["skew"] or ZERO,
        alarms=found["alarms"],
        tested_at=found["tested_at"],
    )
    return replace(health, weaknesses=tuple(_weaknesses(health)))


def _read(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(READINGS, {"now": now, "alive_since": now - ALIVE_FOR})
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _weaknesses(health: Health) -> Iterator[str]:
    if health.lag >= BEAT_LIMIT:
        yield "lag"
    if not health.are_queues_alive:
        yield "queues"
    if health.audit_age is None or health.audit_age > AUDIT_LIMIT:
        yield "audit"
    elif not health.is_clean:
        yield "findings"
    if settings.DEADMAN_URLS and (health.report_age is None or health.report_age > AUDIT_LIMIT):
        yield "outside"
    if health.skew > SKEW_LIMIT:
        yield "clocks"
    if health.alarms:
        yield "alarms"


def pager_light(now: datetime | None = None) -> Light:
    """The light in the top bar, in words and colour."""
    health = read_health(now)
    return Light(health.state, "".join(_words(health)), reverse("notifications:pager"))


def _words(health: Health) -> Iterator[str]:
    if not health.is_alive:
        yield _("Paging stands still")
    elif health.weaknesses:
        yield WEAK[health.weaknesses[0]](health)
    else:
        yield _("Paging OK")
        if health.tested_at:
            yield _(" · last test %(moment)s") % {"moment": _moment(health.tested_at)}


def _moment(at: datetime) -> str:
    """The time of a day that is today, the date of another one; where the reader is."""
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localtime(clock.now()).date()
    return date_format(local, "H:i" if is_today else "Y-m-d", use_l10n=False)


WEAK: dict[str, Callable[[Health], str]] = {
    "lag": lambda health: _("Paging is %(seconds)d s late") % {"seconds": health.lag.total_seconds()},
    "queues": lambda _health: _("Paging goes on without the queues"),
    "audit": lambda _health: _("Nobody audits paging"),
    "findings": lambda _health: _("Paging broke a promise"),
    "outside": lambda _health: _("Nobody outside watches paging"),
    "clocks": lambda _health: _("A clock is wrong"),
    "alarms": lambda health: (
        ngettext("%(count)d alarm about paging", "%(count)d alarms about paging", health.alarms)
        % {"count": health.alarms}
    ),
}
"""What the light says of paging that goes on though something is wrong."""
