"""The words of an agenda in the reader's language. What is frozen are codes, names and moments; here they become text.

Moments are always absolute, in the meeting's zone, and say so.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from detection.models import FindingStatus, Risk
from incidents.models import ClockKind
from incidents.models import Status as IncidentStatus
from incidents.models.action_queries import ActionStatus
from lifecycle.lists import listed
from problems.models.status import Status as ProblemStatus
from reports.meeting.entries import SECTIONS, Entry, Facts
from reports.models import HandOverStatus

STATUSES: dict[str, Any] = {
    "incident": IncidentStatus,
    "problem": ProblemStatus,
    "action": ActionStatus,
    "finding": FindingStatus,
    "handover": HandOverStatus,
}
FIGURES: dict[str, str | Promise] = {
    "reported": gettext_lazy("Reported"),
    "major": gettext_lazy("Major"),
    "breached": gettext_lazy("Targets missed"),
    "late": gettext_lazy("Acknowledged late"),
    "recovered": gettext_lazy("Recovered"),
    "resolved": gettext_lazy("Resolved"),
    "pages": gettext_lazy("Pages"),
}
VERDICTS: dict[str, str | Promise] = {
    "more": gettext_lazy("more than usual"),
    "less": gettext_lazy("fewer than usual"),
    "usual": pgettext_lazy("against the mean", "as usual"),
}
NAMES: dict[str, str | Promise] = {
    "status": gettext_lazy("status"),
    "level": gettext_lazy("level"),
    "is_major": gettext_lazy("major incident"),
    "owner": gettext_lazy("owner"),
    "due_at": gettext_lazy("next deadline"),
    "due_on": gettext_lazy("due date"),
}
WHY: dict[str, str | Promise] = {
    "overdue": gettext_lazy("over its date"),
    "unsigned": gettext_lazy("a waiver waits for a signature"),
    "came_back": gettext_lazy("came back while its fix is being verified: does it hold?"),
    "waiver_over": gettext_lazy("its waiver is over: reopen it, or bear the risk anew?"),
    "unowned": gettext_lazy("logged, and nobody has taken it: investigate or reject?"),
    "new": gettext_lazy("new since the last meeting"),
    "decided": gettext_lazy("decided at the last meeting"),
}


def section_title(slug: str) -> str:
    """A section that no code knows any more keeps its name in old minutes."""
    return str(SECTIONS[slug].title) if slug in SECTIONS else slug


def moment(value: str | datetime | None, zone: ZoneInfo) -> str:
    if not value:
        return "–"
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def status_word(kind: str, status: str) -> str:
    known = STATUSES.get(kind)
    return str(known(status).label) if known is not None and status in known.values else status


def state_word(kind: str, name: str, value: Any, zone: ZoneInfo) -> str:
    """One value of a state."""
    if name == "owner":
        return str(value) if value else _("nobody")
    if value is None:
        return _("none")
    if name == "status":
        return status_word(kind, value)
    if name == "level":
        return _("Level %(number)s") % {"number": value}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return moment(value, zone) if name == "due_at" else str(value)


def change_words(kind: str, changes: list[tuple[str, Any, Any]], zone: ZoneInfo) -> list[str]:
    """ "status: Reported → Recovered"."""
    return [
        f"{NAMES.get(name, name)}: {state_word(kind, name, then, zone)} → {state_word(kind, name, now, zone)}"
        for name, then, now in changes
    ]


def phrases(entry: Entry, zone: ZoneInfo) -> list[str]:
    """What is said of an entry beside its title, status and level."""
    facts, state = entry.facts, entry.state
    return [
        str(text)
        for text in (
            facts.get("service"),
            WHY.get(facts.get("why", "")),
            *_deadlines(facts, state, zone),
            *_lateness(facts, zone),
            *_duty(facts, zone),
            *_found(facts),
            _owner(entry),
        )
        if text
    ]


def _deadlines(facts: Facts, state: Facts, zone: ZoneInfo) -> list[str]:
    if facts.get("danger"):
        pattern = _("%(clock)s missed at %(time)s") if facts["danger"] == "missed" else _("%(clock)s at risk: %(time)s")
        return [
            pattern % {"clock": str(ClockKind(kind).label), "time": moment(due, zone)} for kind, due in facts["clocks"]
        ]
    if state.get("due_on"):
        overdue = date.fromisoformat(state["due_on"])
        return [_("due on %(day)s") % {"day": overdue.isoformat()}]
    due_at = state.get("due_at")
    return [_("next deadline %(time)s") % {"time": moment(due_at, zone)}] if due_at else []


def _lateness(facts: Facts, zone: ZoneInfo) -> list[str]:
    if "response_due_at" not in facts:
        return []
    due = _("had to be acknowledged by %(time)s") % {"time": moment(facts["response_due_at"], zone)}
    if not facts["acknowledged_at"]:
        return [due, _("still nobody has")]
    return [due, _("was at %(time)s") % {"time": moment(facts["acknowledged_at"], zone)}]


def _duty(facts: Facts, zone: ZoneInfo) -> list[str]:
    if "tonight" in facts:
        primary = listed(facts["primary"]) or _("nobody")
        secondary = listed(facts["secondary"]) or _("nobody")
        return [_("primary %(people)s") % {"people": primary}, _("secondary %(people)s") % {"people": secondary}]
    if "gap_from" in facts:
        words = {"start": moment(facts["gap_from"], zone), "end": moment(facts["gap_to"], zone)}
        return [_("nobody is on call from %(start)s to %(end)s") % words]
    if "leaving" in facts:
        words = {"leaving": facts["leaving"], "arriving": facts["arriving"] or _("nobody")}
        return [_("%(leaving)s to %(arriving)s") % words, moment(facts["changes_at"], zone)]
    return []


def _found(facts: Facts) -> list[str]:
    """How grave a finding is, and what found it."""
    if "risk" not in facts:
        return []
    risk = Risk(facts["risk"]).label if facts["risk"] in Risk.values else facts["risk"]
    return [_("risk: %(risk)s") % {"risk": risk}, facts["found_by"]]


def _owner(entry: Entry) -> str:
    if entry.kind == "handover" or "owner" not in entry.state:
        return ""
    return _("owner: %(person)s") % {"person": entry.state["owner"] or _("nobody")}
