"""Writes drafts as problems with their events: what the importer of incidents does, but for what is written."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F

from incidents.imports.drafts import Draft
from incidents.imports.writing import VERB, Importer
from lifecycle.models import Event
from problems.models import ImportedProblem, Outcome, Problem, Status

# A profile tells the statuses of incidents; a problem that somebody works on, or waits in, is investigated.
STATUSES = {
    "reported": Status.LOGGED,
    "acknowledged": Status.INVESTIGATING,
    "pending": Status.INVESTIGATING,
    "transferred": Status.INVESTIGATING,
    "recovered": Status.KNOWN_ERROR,
    "resolved": Status.VERIFYING,
    "closed": Status.CLOSED,
    "cancelled": Status.REJECTED,
}


class ProblemImporter(Importer):
    """A problem that the source closed has the outcome "import": what outlasts it is not known here."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kind = ContentType.objects.get_for_model(Problem)

    def _known(self, drafts: Sequence[Draft]) -> dict[str, Any]:
        references = [draft.reference for draft in drafts]
        found = ImportedProblem.objects.filter(profile=self.profile.name, reference__in=references)
        return {imported.reference: imported for imported in found}

    def _key_of(self, imported: Any) -> int:
        return int(imported.problem_id)

    def _create(self, drafts: Sequence[Draft]) -> Counter[str]:
        problems = [Problem(**self._fields(draft)) for draft in drafts]
        Problem.objects.bulk_create(problems)
        pairs = list(zip(problems, drafts, strict=True))
        ImportedProblem.objects.bulk_create(
            ImportedProblem(
                problem=problem,
                run=self.run,
                profile=self.profile.name,
                reference=draft.reference,
                digest=draft.digest(),
                facts=draft.facts,
            )
            for problem, draft in pairs
        )
        events = [self._step(problem.pk, step) for problem, draft in pairs for step in draft.steps]
        Event.objects.bulk_create(events, batch_size=2000)
        return Counter(created=len(problems), events_added=len(events))

    def _update(self, imported: Any, draft: Draft, digest: str) -> Counter[str]:
        problem = Problem.objects.select_for_update(no_key=True, of=("self",)).get(pk=imported.problem_id)
        events = Event.objects.filter(subject_type=self.kind, subject_id=problem.pk)
        is_ours = events.exclude(verb=VERB).exists()
        known = Counter((event.occurred_at, event.data.get("state", "")) for event in events.filter(verb=VERB))
        added = []
        for step in draft.steps:
            if known[step.at, step.state]:
                known[step.at, step.state] -= 1
            else:
                added.append(self._step(problem.pk, step))
        Event.objects.bulk_create(added)
        if not is_ours:
            Problem.objects.filter(pk=problem.pk).update(**self._fields(draft), version=F("version") + 1)
        imported.digest, imported.facts = digest, draft.facts
        imported.save(update_fields=["digest", "facts"])
        return Counter({"kept_own" if is_ours else "updated": 1, "events_added": len(added)})

    def _fields(self, draft: Draft) -> dict[str, Any]:
        columns, last = draft.columns, draft.steps[-1].at
        status = STATUSES[columns["status"]]
        is_closed = status == Status.CLOSED
        return {
            "title": columns["title"],
            "description": columns["description"],
            "service": self.places.service(draft.service),
            "status": status,
            "raised_at": columns["reported_at"],
            "status_since": max(last, columns["reported_at"]),
            "closed_at": columns["closed_at"] if is_closed else None,
            "outcome": Outcome.IMPORT if is_closed else "",
            "outcome_text": draft.facts["state"] or "" if is_closed else "",
        }

    def _step(self, problem_id: int, step: Any) -> Event:
        event = self._event(problem_id, step)
        event.from_status = STATUSES[step.from_status] if step.from_status else ""
        event.to_status = STATUSES[step.to_status] if step.to_status else ""
        return event
