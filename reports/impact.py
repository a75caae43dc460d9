"""Impact records as columns, one service after the other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from django.db.models import DateTimeField, Value
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from reports import rows
from reports.columns import FOREVER, Packed, big_integer, boolean, integer, moment, moment_of, unpack
from reports.period import Period
from reports.stability import Amounts, Harms, Moments

COLUMNS = (
    big_integer("pk"),
    moment("started_at"),
    moment("ended"),
    integer("affected_users"),
    big_integer("affected_page_views"),
    boolean("is_down"),
)


@dataclass(frozen=True)
class Lost:
    """By day, one service: affected users, page views, and seconds in which it did not work."""

    users: Amounts
    page_views: Amounts
    seconds_down: Amounts


@dataclass(frozen=True)
class Impacts:
    """Of one service: primary keys, intervals (``FOREVER`` where it goes on) and what was affected, one by one."""

    numbers: NDArray[np.int64]
    starts: Moments
    ends: Moments
    users: Amounts
    page_views: Amounts
    is_down: NDArray[np.bool_]

    @classmethod
    def of(cls, found: NDArray[Any]) -> Self:
        return cls(
            found["pk"].astype(np.int64),
            found["started_at"].astype(np.int64),
            found["ended"].astype(np.int64),
            found["affected_users"].astype(np.float64),
            found["affected_page_views"].astype(np.float64),
            found["is_down"],
        )

    @classmethod
    def none(cls) -> Self:
        return cls.of(unpack(b"", COLUMNS))

    def lost_by_day(self, midnights: Moments, until: int) -> Lost:
        """From each midnight to the next. What goes on has lasted until ``until``, and no service was down later."""
        ends = np.where(self.ends == FOREVER, until, self.ends)
        harms, past = Harms(self.starts, ends), Harms(self.starts, np.minimum(ends, until))
        return Lost(
            harms.lost_by_day(self.users, midnights),
            harms.lost_by_day(self.page_views, midnights),
            past.covered_by_day(self.is_down, midnights),
        )

    def numbers_in(self, period: Period) -> NDArray[np.int64]:
        """By the rule of ``rows.harmful``."""
        inside = (self.starts < moment_of(period.end)) & (self.ends >= moment_of(period.start))
        found: NDArray[np.int64] = self.numbers[inside]
        return found


def impacts_by_service(period: Period, *, services: Collection[int]) -> Iterator[tuple[int, Impacts]]:
    """Each of the ``services`` that was harmed in the period, with its impact.

    Not through a server-side cursor: PostgreSQL plans those for their first rows and without parallel workers, which
    takes twenty times as long among a million impacts. As bytes, what is waiting here is small.
    """
    forever = Cast(Value("infinity"), DateTimeField())
    found = rows.harmful(period).filter(incident__service__in=list(services)).order_by()
    grouped = found.annotate(ended=Coalesce("ended_at", forever)).values("incident__service")
    for row in grouped.annotate(packed=Packed(COLUMNS)):
        yield row["incident__service"], Impacts.of(unpack(row["packed"], COLUMNS))
