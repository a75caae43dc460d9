"""For an incident of a level and a service at a moment: who is told, when, how? Computed by the very functions that the
cycle uses, without writing anything down."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from catalog.models import Service
from incidents import sla
from incidents.models import ClockKind, Incident, Level, Source
from incidents.services.clocks import policy_now
from notifications.foresight import foresee
from notifications.models import EscalationPolicy, NoticeKind, Party
from notifications.plan import Snapshot, upcoming
from notifications.presentation import Reach, messages_of, reaches_of
from notifications.recipients import party
from notifications.services.noticing import INITIAL_AFTER, PROGRESS_EVERY
from notifications.services.routing import policies_of
from notifications.table import readers_of_row, rows_for
from notifications.ways import AT_ONCE

SHOWN_PROGRESS = 3
"""Hourly news go on until the recovery; so many are shown."""
AFTER_ACKNOWLEDGEMENT = (ClockKind.ACCEPTANCE, ClockKind.DEVELOPMENT)
"""Clocks that run only once developers have it."""


@dataclass(frozen=True)
class Entry:
    """A line of the timetable. ``at`` None: when service is recovered. ``left_out`` and ``gap`` as in Foreseen."""

    at: datetime | None
    kind: str
    what: str
    source: str
    reaches: list[Reach]
    copies: list[Reach]
    chat: str = ""
    left_out: str = ""
    gap: str = ""
    missing: tuple[str, ...] = ()
    """Roles of the row that nobody has yet."""
    offset: timedelta | None = None


def simulate(
    *, service: Service, level: Level, at: datetime, policies: Iterable[EscalationPolicy] | None = None
) -> list[Entry]:
    """In the order of time; as long as nobody acknowledges. ``policies``: these instead of what the routes say."""
    incident = Incident(
        service=service, level=level, source=Source.WEB, title=_("Simulation"), occurred_at=at, reported_at=at
    )
    chosen = policies_of(incident) if policies is None else policies
    entries = [entry for policy in chosen for entry in _pages(incident, policy, at)]
    entries += _notices(incident, at)
    far = at + timedelta(days=3650)
    return sorted(entries, key=lambda entry: entry.at or far)


def _pages(incident: Incident, policy: EscalationPolicy, at: datetime) -> Iterator[Entry]:
    snapshot = Snapshot.of(policy)
    for due in upcoming(snapshot, started_at=at, next_step=0, brought_forward=AT_ONCE):
        foreseen = foresee(incident, snapshot, due, now=at)
        yield Entry(
            due.at,
            "page",
            due.step.target_text,
            str(policy),
            reaches_of(foreseen),
            [],
            chat=foreseen.chat.name if foreseen.chat and not foreseen.left_out else "",
            left_out=foreseen.left_out,
            gap="" if foreseen.left_out else foreseen.gap,
            offset=due.at - at,
        )


def _notices(incident: Incident, at: datetime) -> Iterator[Entry]:
    for number in range(SHOWN_PROGRESS + 1):
        after = PROGRESS_EVERY * number if number else INITIAL_AFTER
        kind = NoticeKind.PROGRESS if number else NoticeKind.INITIAL
        yield from _of_kind(incident, kind, at + after, str(kind.label), at)
    for clock, target in policy_now(incident.level).items():
        if clock in AFTER_ACKNOWLEDGEMENT:
            continue
        due_at = sla.deadline(origin=at, target=target.target, pauses=[], calendar=target.calendar)
        name = str(ClockKind(clock).label)
        for percent in (mark for mark in target.warn_at if mark != 100):
            moment = sla.deadline(origin=at, target=target.target * percent / 100, pauses=[], calendar=target.calendar)
            what = _("warning at %(percent)d %%: %(clock)s") % {"percent": percent, "clock": name}
            yield from _of_kind(incident, NoticeKind.WARNING, moment, what, at, percent=percent)
        overdue = NoticeKind.UPDATE_OVERDUE if clock == ClockKind.UPDATE else NoticeKind.OVERDUE
        what = _("overdue: %(clock)s") % {"clock": name}
        yield from _of_kind(incident, overdue, due_at, what, at)
    yield from _of_kind(incident, NoticeKind.RECTIFIED, None, str(NoticeKind.RECTIFIED.label), at)


def _of_kind(
    incident: Incident, kind: str, moment: datetime | None, what: str, at: datetime, *, percent: int = 0
) -> Iterator[Entry]:
    """One line for each row of the table that speaks of it."""
    for rule in rows_for(incident.level_id, kind, percent=percent):
        (to, _no), (cc, _yes) = readers_of_row(rule, incident)
        ways = [(AT_ONCE, channel) for channel in rule.channels]
        reaches, copies = ([Reach(person, messages_of(person, ways)) for person in people] for people in (to, cc))
        yield Entry(
            moment,
            kind,
            what,
            _("notification table"),
            reaches,
            copies,
            missing=tuple(str(Party(name).label) for name in rule.to if not _has(incident, name)),
            offset=moment - at if moment else None,
        )


def _has(incident: Incident, name: str) -> bool:
    return bool(party(incident, name))
