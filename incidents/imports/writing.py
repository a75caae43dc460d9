"""Writes drafts as incidents with their events, a batch at a time, each batch whole or not at all.

Past the verbs of ``incidents.services``: they make what happens now, this records what has happened elsewhere. No clock
is started and every event counts as dispatched, so that nobody is paged for the past.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from incidents.imports.drafts import Draft, Step
from incidents.imports.faults import Fault, Outcome
from incidents.imports.places import Places
from incidents.imports.profile import Profile
from incidents.models import ImportedIncident, ImportRun, Incident, Level, MatrixCell, Source
from incidents.services.clocks import targets_in_force
from incidents.services.searching import index_incidents
from lifecycle.models import Event, Via

VERB = "import"


@dataclass
class Importer:
    """``places`` and ``cells`` (of the priority matrix) are looked up once; ``done`` counts what became of drafts."""

    profile: Profile
    places: Places
    complain: Callable[[Fault], Any]
    run: ImportRun | None = None
    """None in a rehearsal, which writes nothing."""
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.levels = {level.number: level for level in Level.objects.all()}
        self.cells = {(cell.impact, cell.urgency): cell for cell in MatrixCell.objects.select_related("level")}
        self.targets = {level.number: targets_in_force(level) for level in self.levels.values()}
        self.kind = ContentType.objects.get_for_model(Incident)

    def take(self, drafts: Sequence[Draft]) -> None:
        """A batch. An incident that the database refuses is reported and the others are written."""
        if self.run is None:
            self._rehearse(drafts)
            return
        for draft in drafts:  # in transactions of their own: what they add stays although a batch fails
            self.places.service(draft.service)
            self.places.category(draft.category)
        try:
            self.done += self._write(drafts)
        except DatabaseError as error:
            if len(drafts) == 1:
                self._give_up(drafts[0], error)
                return
            for draft in drafts:
                self.take([draft])

    def _give_up(self, draft: Draft, error: DatabaseError) -> None:
        row = draft.steps[-1].row
        reason = f"the database refuses it: {str(error).splitlines()[0]}"
        self.complain(Fault(row, reason, Outcome.INCIDENT, reference=draft.reference))
        self.done["left_out"] += 1

    def _rehearse(self, drafts: Sequence[Draft]) -> None:
        known = self._known(drafts)
        for draft in drafts:
            self.places.service(draft.service)
            self.places.category(draft.category)
            imported = known.get(draft.reference)
            is_same = imported is not None and imported.digest == draft.digest()
            self.done["unchanged" if is_same else "updated" if imported else "created"] += 1

    def _known(self, drafts: Sequence[Draft]) -> dict[str, ImportedIncident]:
        references = [draft.reference for draft in drafts]
        found = ImportedIncident.objects.filter(profile=self.profile.name, reference__in=references)
        return {imported.reference: imported for imported in found}

    @transaction.atomic
    def _write(self, drafts: Sequence[Draft]) -> Counter[str]:
        with connection.cursor() as cursor:  # two imports of one profile at once wait for each other
            name = f"import {self.profile.name}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        known = self._known(drafts)
        done = self._create([draft for draft in drafts if draft.reference not in known])
        older = [(known[draft.reference], draft) for draft in drafts if draft.reference in known]
        for imported, draft in sorted(older, key=lambda pair: self._key_of(pair[0])):
            digest = draft.digest()
            if imported.digest == digest:
                done["unchanged"] += 1
            else:
                done += self._update(imported, draft, digest)
        return done

    def _key_of(self, imported: ImportedIncident) -> int:
        """In whose order rows are locked."""
        return imported.incident_id

    # --- New ----------------------------------------------------------------------------------------------

    def _create(self, drafts: Sequence[Draft]) -> Counter[str]:
        incidents = [Incident(source=Source.IMPORT, **self._columns(draft)) for draft in drafts]
        Incident.objects.bulk_create(incidents)
        pairs = list(zip(incidents, drafts, strict=True))
        ImportedIncident.objects.bulk_create(self._imported(incident, draft) for incident, draft in pairs)
        events = [event for incident, draft in pairs for event in self._events(incident, draft.steps)]
        Event.objects.bulk_create(events, batch_size=2000)
        if incidents:
            index_incidents(Incident.objects.filter(pk__in=[incident.pk for incident in incidents]))
        return Counter(created=len(incidents), events_added=len(events))

    def _imported(self, incident: Incident, draft: Draft) -> ImportedIncident:
        return ImportedIncident(
            incident=incident,
            run=self.run,
            profile=self.profile.name,
            reference=draft.reference,
            digest=draft.digest(),
            facts=draft.facts,
        )

    def _columns(self, draft: Draft) -> dict[str, Any]:
        """Fields of Incident. The matrix judges where the source has impact and urgency but no priority."""
        cell = self.cells.get((draft.columns["impact"], draft.columns["urgency"]))
        number = draft.level or (cell.level.number if cell else self.profile.level)
        return {
            **draft.columns,
            "priority": draft.columns["priority"] or (cell.priority if cell else None),
            "level": self.levels[number],
            "service": self.places.service(draft.service),
            "category": self.places.category(draft.category),
        }

    def _events(self, incident: Incident, steps: Sequence[Step]) -> list[Event]:
        """The first says which targets hold, should somebody here go on with the incident."""
        events = [self._event(incident.pk, step) for step in steps]
        events[0].data |= {"level": incident.level_id, "targets": self.targets[incident.level_id]}
        return events

    def _event(self, incident_id: int, step: Step) -> Event:
        data = {"imported": self.profile.name, "row": step.row, "state": step.state}
        more = {"by": step.by, "group": step.group, "changes": step.changes}
        return Event(
            subject_type=self.kind,
            subject_id=incident_id,
            verb=VERB,
            via=Via.SYSTEM,
            from_status=step.from_status,
            to_status=step.to_status,
            data=data | {name: value for name, value in more.items() if value},
            occurred_at=step.at,
            recorded_at=step.at,
            dispatched_at=step.at,
        )

    # --- Known, and the source says something else now ------------------------------------------------------

    def _update(self, imported: ImportedIncident, draft: Draft, digest: str) -> Counter[str]:
        """Append the steps that are new and take the facts over; the incident's own fields too, unless somebody has
        worked on it here meanwhile."""
        incident = Incident.objects.select_for_update(no_key=True, of=("self",)).get(pk=imported.incident_id)
        events = Event.objects.filter(subject_type=self.kind, subject_id=incident.pk)
        is_ours = events.exclude(verb=VERB).exists()
        columns = {} if is_ours else self._columns(draft)
        added = self._append(draft, incident, list(events.filter(verb=VERB)), columns.get("level", incident.level))
        if not is_ours:
            Incident.objects.filter(pk=incident.pk).update(**columns, version=F("version") + 1)
            index_incidents(Incident.objects.filter(pk=incident.pk))
        imported.digest, imported.facts = digest, draft.facts
        imported.save(update_fields=["digest", "facts"])
        return Counter({"kept_own" if is_ours else "updated": 1, "events_added": added})

    def _append(self, draft: Draft, incident: Incident, known: Sequence[Event], level: Level) -> int:
        """Nothing is taken away: events are facts."""
        found = Counter((event.occurred_at, *map(_text_of(event), ("state", "by", "group"))) for event in known)
        missing = []
        for step in draft.steps:
            if found[step.identity]:
                found[step.identity] -= 1
            else:
                missing.append(self._event(incident.pk, step))
        if missing and level.number != incident.level_id:
            missing[-1].data |= {"level": level.number, "targets": self.targets[level.number]}
        Event.objects.bulk_create(missing)
        return len(missing)


def _text_of(event: Event) -> Callable[[str], str]:
    return lambda key: str(event.data.get(key, ""))
