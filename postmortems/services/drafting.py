"""The timeline, drafted from what was recorded: of the incidents, and of what upper apps know of them."""

from collections.abc import Sequence

from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from postmortems import facts
from postmortems.draft import LEFT_OUT, Draft, draft_from_event, draft_from_fact, draft_from_incident
from postmortems.models import Postmortem, TimelineEntry
from postmortems.services.wordings import lists_in_force


def draw_in(postmortem: Postmortem) -> int:
    """Add what no entry cites yet, nor one that was taken out. Returns how many entries are new."""
    events, records = _cited(postmortem)
    incidents = list(postmortem.incidents.select_related("service"))
    drafts = [draft for incident in incidents for draft in _drafts_of(incident, events, records)]
    return _write(postmortem, drafts)


def _cited(postmortem: Postmortem) -> tuple[set[int], set[str]]:
    """What entries cite: events by key, other records by citation."""
    removed = postmortem.events.filter(verb="remove_entry").values_list("data__event", "data__citation")
    present = postmortem.entries.exclude(event=None, citation="").values_list("event_id", "citation")
    cited = [*removed, *present]
    return {event for event, _citation in cited if event}, {citation for _event, citation in cited if citation}


def _drafts_of(incident: Incident, events: set[int], records: set[str]) -> list[Draft]:
    pinned, lists = set(incident.pins.values_list("event_id", flat=True)), lists_in_force()
    found = [
        draft_from_incident(incident),
        *(
            draft_from_event(event, incident, lists=lists, is_pinned=event.pk in pinned)
            for event in _events_of(incident, events)
        ),
        *(draft_from_fact(fact) for fact in facts.facts_of(incident)),
    ]
    return [draft for draft in found if draft.citation not in records]


def _events_of(incident: Incident, cited: set[int]) -> list[Event]:
    events = Event.objects.filter(pk__in=incident.events.values("pk")).exclude(verb__in=LEFT_OUT)
    return [event for event in events.select_related("actor").order_by("occurred_at", "id") if event.pk not in cited]


def _write(postmortem: Postmortem, drafts: Sequence[Draft]) -> int:
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            postmortem=postmortem,
            happened_at=draft.happened_at,
            what=draft.what,
            role=draft.role[:100],
            source=draft.source[:500],
            event=draft.event,
            citation=draft.citation,
            milestone=draft.milestone,
        )
        for draft in drafts
    )
    for draft in drafts:
        if draft.parked:
            author = draft.event and draft.event.actor
            postmortem.parked.get_or_create(text=draft.parked, defaults={"author": author, "parked_at": clock.now()})
    return len(drafts)
