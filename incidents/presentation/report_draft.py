"""Drafts the sections of a major-incident report from what was recorded, in the reader's language.

Values in, texts out: what is loaded is the caller's business. A draft is a beginning for whoever writes the report,
never the report itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import ActionItem, Impact, Incident, Solution
from incidents.models.solution import SolutionStatus
from incidents.presentation.clocks import Face
from incidents.presentation.durations import round_words
from incidents.presentation.sentences import sentence_of
from incidents.presentation.timeline import actor_of
from lifecycle.models import Event, Via

MOST_LINES = 120
LONGEST_NOTE = 240
CRITICAL = frozenset(
    (
        "note",
        "update",
        "record_impact",
        "propose_solution",
        "approve_solution",
        "reject_solution",
        "bypass_solution",
        "breach",
    )
)
"""Verbs that belong to the story beside those that change the status."""
LEFT_OUT = ("pages", "alerts")
"""Groups that tell of telling people."""


@dataclass(frozen=True)
class Material:
    """What the report is drafted from. ``events`` are the oldest first; ``clocks`` as the incident page shows them."""

    incident: Incident
    events: Sequence[Event]
    impacts: Sequence[Impact]
    clocks: Sequence[Face]
    solutions: Sequence[Solution]
    actions: Sequence[ActionItem]


def draft(material: Material) -> dict[str, str]:
    """Every section by its name; lessons are for people to draw."""
    return {
        "summary": _summary(material.incident),
        "impact": _impact(material),
        "timeline": _timeline(material.events),
        "cause": _cause(material),
        "actions": "\n".join(_action(action) for action in material.actions),
        "lessons": "",
    }


def _summary(incident: Incident) -> str:
    words = {
        "reference": incident.reference,
        "title": incident.title,
        "service": incident.service,
        "level": incident.level,
        "occurred": _moment(incident.occurred_at),
        "reported": _moment(incident.reported_at),
    }
    lines = [
        _("%(reference)s “%(title)s” hit the service %(service)s (%(level)s).") % words,
        _("It began on %(occurred)s and was reported on %(reported)s.") % words,
    ]
    if incident.recovered_at:
        lasted = round_words(incident.recovered_at - incident.occurred_at)
        words = {"moment": _moment(incident.recovered_at), "lasted": lasted}
        lines.append(_("The service worked again on %(moment)s, after %(lasted)s.") % words)
    if incident.resolved_at:
        lines.append(_("The cause was handled on %(moment)s.") % {"moment": _moment(incident.resolved_at)})
    return "\n".join(lines)


def _impact(material: Material) -> str:
    lines = [_one_impact(impact) for impact in material.impacts]
    if not lines:
        lines.append(_("Nobody has recorded figures of the impact."))
    lines += [f"{face.label}: {face.text} ({_target(face)})" for face in material.clocks]
    return "\n".join(lines)


def _target(face: Face) -> str:
    return _("target %(target)s") % {"target": face.target_text}


def _one_impact(impact: Impact) -> str:
    users, views = impact.affected_users, impact.affected_page_views
    parts = [ngettext("%(number)s user", "%(number)s users", users) % {"number": f"{users:,}"}]
    if views:
        parts.append(ngettext("%(number)s page view", "%(number)s page views", views) % {"number": f"{views:,}"})
    if impact.is_down:
        parts.append(_("the service did not work at all"))
    if impact.is_estimate:
        parts.append(_("estimated"))
    end = _moment(impact.ended_at) if impact.ended_at else _("still going on")
    return f"{_moment(impact.started_at)} – {end}: {', '.join(parts)}"


def _timeline(events: Sequence[Event]) -> str:
    """Dated lines of what changed the course of things, the oldest first."""
    critical = [event for event in events if _is_critical(event)]
    lines = [_line(event) for event in critical[:MOST_LINES]]
    if len(critical) > MOST_LINES:
        left_out = len(critical) - MOST_LINES
        lines.append(ngettext("… and %(number)d later entry", "… and %(number)d later entries", left_out))
        lines[-1] %= {"number": left_out}
    zone = _("Times are those of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
    return "\n".join([zone, *lines])


def _is_critical(event: Event) -> bool:
    if sentence_of(event).group in LEFT_OUT or event.verb == "warn":
        return False
    has_moved = bool(event.from_status) and event.from_status != event.to_status
    return event.verb in CRITICAL or has_moved or sentence_of(event).group == "status"


def _line(event: Event) -> str:
    text = f"{_moment(event.occurred_at)}  {actor_of(event)} {sentence_of(event).write(event)}"
    note = " ".join(event.note.split())
    if not note or (event.via == Via.SYSTEM and not event.actor_id):
        return text
    return f"{text}: {note if len(note) <= LONGEST_NOTE else note[: LONGEST_NOTE - 1] + '…'}"


def _cause(material: Material) -> str:
    incident = material.incident
    lines = []
    if incident.cause_class:
        lines.append(_("Cause: %(cause)s.") % {"cause": incident.get_cause_class_display()})
    if incident.workaround:
        lines.append(_("Workaround: %(text)s") % {"text": incident.workaround})
    if incident.resolution:
        lines.append(_("Resolution: %(text)s") % {"text": incident.resolution})
    lines += [_one_solution(solution) for solution in material.solutions]
    return "\n".join(lines)


def _one_solution(solution: Solution) -> str:
    words = {
        "text": " ".join(solution.text.split()),
        "status": solution.get_status_display(),
        "proposer": solution.proposed_by,
        "decider": solution.decided_by,
    }
    if solution.status == SolutionStatus.PROPOSED or solution.decided_by is None:
        return _("Solution by %(proposer)s (%(status)s): %(text)s") % words
    return _("Solution by %(proposer)s (%(status)s, decided by %(decider)s): %(text)s") % words


def _action(action: ActionItem) -> str:
    words = {"title": action.title, "owner": action.owner, "due": action.due_on.isoformat()}
    text = _("%(title)s: %(owner)s, until %(due)s") % words
    return f"- {text} ({action.get_status_display()})"


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
