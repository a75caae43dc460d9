"""Which edits may have changed the figures of a signed month: the events on its incidents, and on services, since."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from catalog.models import Person, Service
from incidents.models import Incident
from incidents.presentation.veiling import veil_events
from lifecycle.models import Event
from reports import rows, words
from reports.frozen import Difference
from reports.models import MonthlyReport

MOST_EDITS = 200
COUNTS = {"report", "cancel", "merge", "unmerge", "reclassify", "change_level", "declare_major", "edit"}
TIMES = {"acknowledge", "recover", "resolve", "close", "reopen", "lapse", "cascade"}
CLOCKS = {"breach", "hold", "resume", "transfer", "accept", "refuse", "update"}
IMPACT = {"record_impact", "revise_impact", "edit_impact", "remove_impact"}
OF_SERVICES = {"change", "add", "move"}
TOUCHES = {
    "incidents": COUNTS,
    "durations": COUNTS | TIMES,
    "attainment": COUNTS | TIMES | CLOCKS,
    "stability": COUNTS | TIMES | IMPACT,
}
"""Section of the figures -> verbs that can change them; any other section is touched by all of these."""
EDITS = COUNTS | TIMES | CLOCKS | IMPACT


@dataclass(frozen=True)
class Edit:
    """One event since the signature; ``incident`` is None where it is about a service."""

    event: Event
    subject: Incident | Service

    @property
    def incident(self) -> Incident | None:
        return self.subject if isinstance(self.subject, Incident) else None

    @property
    def service(self) -> Service:
        return self.subject.service if isinstance(self.subject, Incident) else self.subject


@dataclass(frozen=True)
class Change:
    """A figure then and now, and the edits that can explain it."""

    path: str
    then: str
    now: str
    edits: list[Edit]


def edits_since(report: MonthlyReport, reader: Person) -> tuple[list[Edit], bool]:
    """The edits that the reader may see, newest first, and whether there are more of them than are told."""
    if report.signed_at is None:
        return [], False
    subjects = {
        ContentType.objects.get_for_model(Incident): _incidents(report, reader),
        ContentType.objects.get_for_model(Service): rows.measured(report.period).order_by().values("pk"),
    }
    about = Q()
    for kind, keys in subjects.items():
        verbs = Q(verb__in=EDITS) if kind.model_class() is Incident else Q()
        about |= Q(subject_type=kind, subject_id__in=keys) & verbs
    found = list(
        Event.objects.filter(about, recorded_at__gt=report.signed_at)
        .select_related("actor", "subject_type")
        .order_by("-recorded_at", "-id")[: MOST_EDITS + 1]
    )
    return _with_subjects(veil_events(found[:MOST_EDITS], reader)), len(found) > MOST_EDITS


def explain(found: list[Difference], edits: list[Edit]) -> list[Change]:
    return [
        Change(entry.path, _value(entry.frozen), _value(entry.now), [edit for edit in edits if _touches(edit, entry)])
        for entry in found
    ]


def _incidents(report: MonthlyReport, reader: Person) -> Any:
    """Whatever the figures of the month were made of, or are now."""
    month = report.period
    made_of = (
        Q(reported_at__gte=month.start, reported_at__lt=month.end)
        | Q(pk__in=rows.judged(month).order_by().values("incident"))
        | Q(pk__in=rows.harmful(month).order_by().values("incident"))
    )
    return Incident.objects.visible_to(reader).filter(made_of).order_by().values("pk")


def _with_subjects(events: list[Event]) -> list[Edit]:
    incidents = Incident.objects.select_related("service").in_bulk(_keys(events, Incident))
    services = Service.objects.in_bulk(_keys(events, Service))
    found: list[Edit] = []
    for event in events:
        subject = (incidents if event.subject_type.model_class() is Incident else services).get(event.subject_id)
        if subject is not None:
            found.append(Edit(event, subject))
    return found


def _keys(events: list[Event], model: type) -> list[int]:
    return [event.subject_id for event in events if event.subject_type.model_class() is model]


def _touches(edit: Edit, difference: Difference) -> bool:
    section, *rest = difference.path.split(" ")
    if edit.incident is None:
        return section == "stability" and edit.service.slug in rest
    if edit.event.verb not in TOUCHES.get(section, EDITS):
        return False
    is_of_one_service = len(rest) > 1 and rest[0] == "services"
    return not is_of_one_service or rest[1] == edit.service.slug


def _value(value: Any) -> str:
    return words.NOTHING if value is None else str(value)
