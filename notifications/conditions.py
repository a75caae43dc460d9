"""Under which circumstances a step of a policy fires: values in, values out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HOURS, WEEKDAYS, ALERTS = "hours", "weekdays", "alerts"
"""Why a step is left out."""
MIDNIGHT = time(0, 0)
A_DAY = timedelta(days=1)
CountAlerts = Callable[[datetime | None], int]
"""How many alerts the incident has that opened since that moment; None: ever."""


@dataclass(frozen=True)
class Condition:
    """Nothing set: the step always fires. Times are wall-clock times of the policy's zone; a window that ends at or
    before its start ends on the next day, and belongs to the weekday on which it began."""

    from_time: time | None = None
    to_time: time | None = None
    weekdays: tuple[int, ...] = ()
    min_alerts: int | None = None
    alerts_within: timedelta | None = None

    @classmethod
    def load(cls, data: dict[str, Any]) -> "Condition":
        within = data.get("within")
        return cls(
            from_time=_time(data.get("from")),
            to_time=_time(data.get("to")),
            weekdays=tuple(data.get("weekdays", ())),
            min_alerts=data.get("alerts"),
            alerts_within=None if within is None else timedelta(seconds=within),
        )

    def dump(self) -> dict[str, Any]:
        """Only what is set."""
        values = {
            "from": self.from_time and self.from_time.isoformat(),
            "to": self.to_time and self.to_time.isoformat(),
            "weekdays": list(self.weekdays),
            "alerts": self.min_alerts,
            "within": self.alerts_within and self.alerts_within.total_seconds(),
        }
        return {name: value for name, value in values.items() if value not in (None, [])}

    def unmet(self, at: datetime, *, zone: ZoneInfo, count_alerts: CountAlerts) -> str:
        """What does not hold at that moment: "hours", "weekdays", "alerts", or nothing at all."""
        local = at.astimezone(zone).replace(tzinfo=None)
        windows = [day for day in (local.date(), local.date() - A_DAY) if self._covers(day, local)]
        if not windows:
            return HOURS
        if self.weekdays and not any(day.weekday() in self.weekdays for day in windows):
            return WEEKDAYS
        if self.min_alerts:
            since = at - self.alerts_within if self.alerts_within else None
            return "" if count_alerts(since) >= self.min_alerts else ALERTS
        return ""

    def _covers(self, day: date, local: datetime) -> bool:
        """Whether the window that begins on that day has the moment in it."""
        start, end = self.from_time or MIDNIGHT, self.to_time or MIDNIGHT
        last_day = day + A_DAY if end <= start else day
        return datetime.combine(day, start) <= local < datetime.combine(last_day, end)


ALWAYS = Condition()


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
