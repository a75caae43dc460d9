"""What has happened, in a sentence or two of the reader's language: the heart of every message."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import ClockKind, Incident, ReminderKind
from incidents.presentation import describe
from lifecycle.models import Event
from notifications.models import Purpose

QUOTED = 1500
"""Characters of somebody's own words that a mail repeats."""
WRITTEN = ("note", "update")
"""What people write on the timeline, and may mention others in."""


def happening(incident: Incident, purpose: str, cause: Event | None) -> str:
    """The sentence for that purpose; ``cause`` is the event that it tells of, where it tells of one."""
    status = {"status": incident.get_status_display()}
    plain = {
        Purpose.PAGE: lambda: _("You are paged: please acknowledge."),
        Purpose.INITIAL: lambda: _("An incident was reported. Status: %(status)s.") % status,
        Purpose.PROGRESS: lambda: _("Still being handled. Status: %(status)s.") % status,
        Purpose.RECTIFIED: lambda: _("The fault is rectified: the service works again."),
        Purpose.RECEIVED: lambda: _("We have your report and take it up shortly. Thank you."),
        Purpose.CONFIRMATION: lambda: _("We believe that it is solved. Please tell us whether it works again."),
    }
    if cause is not None and purpose in TOLD:
        return TOLD[Purpose(purpose)](cause)
    if purpose in plain:
        return plain[Purpose(purpose)]()
    return _("Overdue: the %(clock)s deadline has passed.") % {"clock": _clock(cause)}


def _clock(cause: Event | None) -> str:
    kind = cause.data.get("clock", "") if cause else ""
    return str(ClockKind(kind).label) if kind in ClockKind.values else "SLA"


def _progress(cause: Event) -> str:
    """With the words of the update that somebody wrote."""
    return _("News: %(text)s") % {"text": cause.note[:QUOTED]}


def _warning(cause: Event) -> str:
    percent = cause.data.get("percent", 0)
    words = {"clock": _clock(cause), "percent": percent, "due": _local(cause.data.get("due_at"))}
    if percent >= 100:
        return _("Still overdue: %(percent)s %% of the target of the clock “%(clock)s” are used.") % words
    return _("%(percent)s %% of the target of the clock “%(clock)s” are used; it is due %(due)s.") % words


def _update_overdue(_cause: Event) -> str:
    return _("Those affected have had no news for too long: please write a progress update.")


def _reminder(cause: Event) -> str:
    kind = cause.data.get("kind", "")
    text = str(ReminderKind(kind).label) if kind in ReminderKind.values else kind
    details = [cause.data.get("reason", ""), _local(cause.data.get("lapses_at") or cause.data.get("due_at"))]
    return _("Reminder: %(what)s") % {"what": " · ".join(part for part in [text, *details] if part)}


def _woken(_cause: Event) -> str:
    return _("The snooze is over.")


def _mention(cause: Event) -> str:
    if cause.verb not in WRITTEN:
        return _watched(cause)
    return _("%(person)s mentions you: %(text)s") % {"person": cause.actor or "Mainstay", "text": cause.note[:QUOTED]}


def _watched(cause: Event) -> str:
    entry = describe(cause)
    text = f"{entry.actor} {entry.text}"
    return f"{text}: {cause.note[:QUOTED]}" if cause.note else text


def local(moment: datetime) -> str:
    """In the reader's zone, which is named: who reads it may be elsewhere."""
    here = timezone.localtime(moment)
    offset = here.strftime("%z")
    return f"{here:%m-%d %H:%M} (UTC{offset[:3]}{':' + offset[3:] if offset[3:] != '00' else ''})"


def _local(moment: Any) -> str:
    """A moment as events keep it."""
    return local(datetime.fromisoformat(moment)) if moment else ""


TOLD = {
    Purpose.PROGRESS: _progress,
    Purpose.ANSWER: _progress,
    Purpose.WARNING: _warning,
    Purpose.UPDATE_OVERDUE: _update_overdue,
    Purpose.REMINDER: lambda cause: _woken(cause) if cause.verb == "wake" else _reminder(cause),
    Purpose.MENTION: _mention,
    Purpose.WATCHED: _watched,
}
"""Purposes that tell of one event, and how."""
