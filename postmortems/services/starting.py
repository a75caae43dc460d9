"""How postmortems begin: from one incident or a group, with a timeline drafted from what was recorded."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.permissions import is_confidential
from incidents.services.performing import refuse_unseen
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from postmortems import permissions
from postmortems.draft import LEFT_OUT, Draft, draft_from_event, draft_from_incident
from postmortems.models import Postmortem, Status, TimelineEntry
from postmortems.services.refusals import begin
from problems.titles import one_line


@transaction.atomic
def start_postmortem(
    *,
    actor: Person | None,
    via: str,
    incidents: Sequence[Incident],
    title: str = "",
    facilitator: Person | None = None,
) -> Postmortem:
    """Begin a postmortem of one or several incidents; each can be in one unfinished postmortem at a time."""
    if actor is not None and not permissions.leads(None, actor):
        raise NotPermitted("start_postmortem")
    if not incidents:
        raise InputRefused(incidents=_("Choose at least one incident."))
    if facilitator is not None and not facilitator.is_colleague:
        raise InputRefused(facilitator=_("Choose a colleague."))
    chosen = sorted(incidents, key=lambda incident: incident.pk)
    for incident in chosen:
        refuse_unseen(actor, incidents=incident)
    if is_confidential(chosen[0]) and not one_line(title):
        raise InputRefused(title=_("Every colleague reads the title: write one that tells nothing of the incident."))
    for incident in chosen:
        _refuse_unready(incident)
    now = clock.now()
    postmortem = Postmortem(
        title=one_line(title) or one_line(chosen[0].title),
        facilitator=facilitator or actor,
        started_by=actor,
        started_at=now,
        status_since=now,
    )
    postmortem.save()
    postmortem.incidents.set(chosen)
    references = ", ".join(incident.reference for incident in chosen)
    record_event(postmortem, "start", actor=actor, via=via, data={"incidents": references})
    for incident in chosen:
        _tell(incident, postmortem, actor=actor, via=via)
        _write_drafts(postmortem, [draft_from_incident(incident)])
    _draw_in(postmortem)
    return postmortem


@transaction.atomic
def draw_in_events(postmortem: Postmortem, *, actor: Person | None, via: str) -> int:
    """Add what was recorded since the last draft; nothing is drafted twice. Returns how many entries are new."""
    begin(postmortem, "draw_in_events", phase=Status.TIMELINE, actor=actor)
    added = _draw_in(postmortem)
    record_event(postmortem, "draw_in_events", actor=actor, via=via, data={"entries": added})
    return added


def _refuse_unready(incident: Incident) -> None:
    """It must have ended, and must not be in another unfinished postmortem; decided under the incident's lock."""
    lock(incident)
    if incident.recovered_at is None and incident.resolved_at is None:
        text = _("%(incident)s is not over yet: recover the service first.") % {"incident": incident.reference}
        raise InputRefused(incidents=text)
    other = Postmortem.objects.unfinished().filter(incidents=incident).first()
    if other is not None:
        words = {"incident": incident.reference, "postmortem": other.reference}
        raise InputRefused(incidents=_("%(incident)s is in %(postmortem)s already.") % words)


def _draw_in(postmortem: Postmortem) -> int:
    cited = set(postmortem.entries.values_list("event_id", flat=True))
    cited |= set(postmortem.events.filter(verb="remove_entry").values_list("data__event", flat=True))
    drafts = [
        draft_from_event(event, incident)
        for incident in postmortem.incidents.all()
        for event in _facts_of(incident)
        if event.pk not in cited
    ]
    return _write_drafts(postmortem, drafts)


def _facts_of(incident: Incident) -> list[Event]:
    events = Event.objects.filter(pk__in=incident.events.values("pk")).exclude(verb__in=LEFT_OUT)
    return list(events.select_related("actor").order_by("occurred_at", "id"))


def _write_drafts(postmortem: Postmortem, drafts: Sequence[Draft]) -> int:
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            postmortem=postmortem,
            happened_at=draft.happened_at,
            what=draft.what,
            role=draft.role[:100],
            source=draft.source,
            event=draft.event,
        )
        for draft in drafts
    )
    for draft in drafts:
        if draft.parked:
            author = draft.event and draft.event.actor
            postmortem.parked.get_or_create(text=draft.parked, defaults={"author": author, "parked_at": clock.now()})
    return len(drafts)


def _tell(incident: Incident, postmortem: Postmortem, *, actor: Person | None, via: str) -> None:
    data = {"postmortem": postmortem.pk, "reference": postmortem.reference}
    record_event(incident, "start_postmortem", actor=actor, via=via, note=postmortem.title, data=data)
