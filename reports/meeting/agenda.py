"""The agenda as a snapshot: built at one moment, and kept as JSON."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lifecycle import clock
from reports.meeting import sections  # noqa: F401  enters the sections into their table
from reports.meeting.entries import Entry, Facts, Window, in_order, iso
from reports.meeting.numbers import figures_of
from reports.meeting.sections.carried import COMES_AGAIN
from reports.models import LEFT_OVER, AgendaItem, ItemStatus, Meeting, MeetingPolicy

FIRST_LOOK = timedelta(days=1)
"""How far the very first meeting looks back."""


def window_of(meeting: Meeting, now: datetime) -> Window:
    """From the start of the last meeting that was held, to now; with what it left over."""
    last = Meeting.objects.held_before(meeting.day).first()
    skipped = Meeting.objects.skipped_since(last.day if last else None, meeting.day) if last else 0
    left = last.items.filter(status__in=LEFT_OVER) if last else []
    times = {item.subject: item.times_put_off + 1 + skipped for item in left if comes_again(item)}
    since = last.started_at if last and last.started_at else now - FIRST_LOOK
    return Window(since=since, now=now, zone=ZoneInfo(meeting.time_zone), last=last, times=times)


def comes_again(item: AgendaItem) -> bool:
    """Whether it counts that a meeting came to no end with it: news and duty only count where somebody said so."""
    is_lasting = item.subject.partition(":")[0] in COMES_AGAIN and item.section != "numbers"
    return item.status == ItemStatus.PUT_OFF or is_lasting


def build_agenda(meeting: Meeting) -> Facts:
    """The snapshot, in a number of queries that does not grow with what it holds."""
    window, policy = window_of(meeting, clock.now()), MeetingPolicy.current()
    return {
        "since": iso(window.since),
        "frozen_at": iso(window.now),
        "last": window.last.day.isoformat() if window.last else None,
        "skipped": Meeting.objects.skipped_since(window.last.day if window.last else None, meeting.day),
        "figures": figures_of(window),
        "sections": [
            {
                "slug": each.slug,
                "minutes": policy.minutes_of(each.slug, each.minutes),
                "entries": [entry.dump() for entry in each.build(window)],
            }
            for each in in_order()
        ],
    }


def entries_of(agenda: Facts) -> list[tuple[str, Entry]]:
    """(section, entry) in order."""
    found = agenda.get("sections", [])
    return [(each["slug"], Entry.load(entry)) for each in found for entry in each["entries"]]


def homes_of(agenda: Facts) -> dict[str, tuple[str, Entry]]:
    """Subject -> the section in which it is talked about, and its entry there: the first that is a home, else the
    first. In the order of the agenda. Pure."""
    not_home = {each.slug for each in in_order() if not each.is_home}
    homes: dict[str, tuple[str, Entry]] = {}
    for slug, entry in entries_of(agenda):
        known = homes.get(entry.subject)
        if known is None or (known[0] in not_home and slug not in not_home):
            homes[entry.subject] = (slug, entry)
    order = [each["slug"] for each in agenda.get("sections", [])]
    return dict(sorted(homes.items(), key=lambda home: order.index(home[1][0])))
