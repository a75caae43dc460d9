"""The calendar month that a report is about. Days and months are those of UTC, so that every reader sees the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import total_ordering

ONE_DAY = timedelta(days=1)
WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@total_ordering
@dataclass(frozen=True)
class Month:
    """One calendar month; it covers every moment from ``start`` up to, not including, ``end``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2026-10"; ValueError for anything else, and for years that no calendar has."""
        found = WRITTEN.fullmatch(text)
        if found is None or not 1970 <= int(found[1]) <= 9998:
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime | date) -> "Month":
        day = moment.astimezone(UTC) if isinstance(moment, datetime) else moment
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def __lt__(self, other: "Month") -> bool:
        return (self.year, self.number) < (other.year, other.number)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.next.start

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def until(self, now: datetime) -> datetime:
        """The end of what has happened of the month."""
        return max(self.start, min(self.end, now))

    def days(self, now: datetime) -> Iterator[date]:
        """Every day of the month that has begun by ``now``; the present one counts whole."""
        day = self.first_day
        while day < self.end.date() and day <= now.astimezone(UTC).date():
            yield day
            day += ONE_DAY
