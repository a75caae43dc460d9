"""Turns the recorded events of incidents into the first draft of a timeline: facts only, each with its source."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Role
from incidents.models import Incident
from lifecycle.models import Event, Via
from postmortems.facts import Fact
from postmortems.wording import Lists, suspicious_words

# What happened to an incident, as a sentence without a who. Verbs that are not here stand as they are.
SENTENCES = {
    "report": gettext_lazy("Incident reported"),
    "acknowledge": gettext_lazy("Incident acknowledged"),
    "recover": gettext_lazy("Service recovered"),
    "transfer": gettext_lazy("Handed to the developers"),
    "accept": gettext_lazy("Developers took it over"),
    "refuse": gettext_lazy("Developers sent it back"),
    "hold": gettext_lazy("Put on hold"),
    "resume": gettext_lazy("Work resumed"),
    "resolve": gettext_lazy("Resolved"),
    "confirm": gettext_lazy("Reporter confirmed"),
    "close": gettext_lazy("Incident closed"),
    "reopen": gettext_lazy("Incident reopened"),
    "cancel": gettext_lazy("Incident cancelled"),
    "merge": gettext_lazy("Merged into another incident"),
    "note": gettext_lazy("Note"),
    "update": gettext_lazy("Progress update"),
    "reply": gettext_lazy("Reply of the reporter"),
    "edit": gettext_lazy("Description changed"),
    "reclassify": gettext_lazy("Classified anew"),
    "snooze": gettext_lazy("Snoozed"),
    "wake": gettext_lazy("Snooze over"),
    "skip_page": gettext_lazy("A page was passed on"),
    "page_person": gettext_lazy("Somebody was paged by hand"),
    "open_war_room": gettext_lazy("Chat group opened"),
    "attach_plan": gettext_lazy("Emergency plan attached"),
    "warn": gettext_lazy("A deadline came near"),
    "assign": gettext_lazy("Owner named"),
    "change_level": gettext_lazy("Level changed"),
    "declare_major": gettext_lazy("Declared a major incident"),
    "breach": gettext_lazy("A deadline passed"),
    "record_impact": gettext_lazy("Impact recorded"),
    "propose_solution": gettext_lazy("Solution proposed"),
    "approve_solution": gettext_lazy("Solution approved"),
    "reject_solution": gettext_lazy("Solution rejected"),
    "bypass_solution": gettext_lazy("Solution applied in an emergency"),
    "page": gettext_lazy("People paged"),
    "reached": gettext_lazy("A paged person was reached"),
    "delivery_failed": gettext_lazy("A message did not get through"),
    "escalate": gettext_lazy("The next person was asked for"),
    "escalation_exhausted": gettext_lazy("Every step was tried and nobody acknowledged"),
}
# Paper work about the incident and messages that simply went out, which are not part of what happened.
LEFT_OUT = {
    "raise_problem",
    "link_problem",
    "unlink_problem",
    "receive_workaround",
    "start_postmortem",
    "publish_postmortem",
    "propose_postmortem",
    "join_postmortem",
    "decline_postmortem",
    "delivery_sent",
    "notify",
    "alert",
    "page",
    "pin",
    "unpin",
    "watch",
    "unwatch",
    "view",
    "tag",
    "remind",
}
"""``alert``, ``page``, ``notify``: alerts and messages say it themselves, at their own moments (facts.py)."""


@dataclass(frozen=True)
class Draft:
    """One fact for the timeline. ``parked`` holds the event's own words where they speak of causes or faults."""

    happened_at: datetime
    what: str
    role: str
    source: str
    event: Event | None = None
    citation: str = ""
    milestone: str = ""
    parked: str = ""


def draft_from_incident(incident: Incident) -> Draft:
    """When the service broke: the incident says it, no event does."""
    source = _("%(incident)s, time of occurrence") % {"incident": incident.reference}
    what = _("%(service)s: impact began") % {"service": incident.service}
    citation = f"incident:{incident.pk}:occurred"
    return Draft(happened_at=incident.occurred_at, what=what, role="", source=source, citation=citation)


def draft_from_fact(fact: Fact) -> Draft:
    """What an upper app hands over is a fact already."""
    return Draft(
        happened_at=fact.happened_at,
        what=fact.what,
        role=fact.role,
        source=fact.source,
        citation=fact.citation,
        milestone=fact.milestone,
    )


def draft_from_event(event: Event, incident: Incident, *, lists: Lists, is_pinned: bool = False) -> Draft:
    """The event as a fact. Its note is quoted where it reads like one, and set aside where it does not."""
    sentence = str(SENTENCES.get(event.verb, event.verb.replace("_", " ").capitalize()))
    is_fact = not suspicious_words(event.note, lists)
    quotes = bool(event.note and is_fact)
    words = {"incident": incident.reference, "id": event.pk}
    source = _("%(incident)s, event %(id)d") % words
    return Draft(
        happened_at=event.occurred_at,
        what=f"{sentence}: {event.note}" if quotes else sentence,
        role=role_of(event),
        source=_("%(incident)s, event %(id)d, pinned on its timeline") % words if is_pinned else source,
        event=event,
        parked="" if is_fact else event.note,
    )


def role_of(event: Event) -> str:
    """Who acted, by role and not by name."""
    actor: Any = event.actor
    if actor is not None and actor.roles:
        return str(Role(actor.roles[0]).label)
    return str(Via(event.via).label)
