"""The edits of incidents and services since a month was signed, as far as a reader may see them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from catalog.models import Person, Service
from incidents.models import Incident
from incidents.presentation.timeline import actor_of
from incidents.presentation.veiling import veil_events
from lifecycle.models import Event
from reports import rows
from reports.models import MonthlyReport
from reports.monthly.edited import Field, fields_of
from reports.monthly.panels import A_YEAR
from reports.period import Month

MOST_EDITS = 200
COUNTS = {"report", "import", "cancel", "merge", "unmerge", "reclassify", "change_level", "declare_major", "edit"}
TIMES = {"acknowledge", "recover", "resolve", "close", "reopen", "lapse", "cascade"}
CLOCKS = {"breach", "hold", "resume", "transfer", "accept", "refuse", "update"}
IMPACT = {"record_impact", "change_impact", "remove_impact"}
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

    @property
    def actor(self) -> str:
        return actor_of(self.event)

    @cached_property
    def fields(self) -> list[Field]:
        return fields_of(self.event)


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


def _incidents(report: MonthlyReport, reader: Person) -> Any:
    """Whatever the figures were made of, or are now: those of the month, of the month before with which it is
    compared, and of the twelve months of its charts."""
    month = report.period
    made_of = Q(reported_at__gte=_first_of_the_year(month).start, reported_at__lt=month.end)
    for each in (month, month.previous):
        made_of |= Q(pk__in=rows.judged(each).order_by().values("incident"))
        made_of |= Q(pk__in=rows.harmful(each).order_by().values("incident"))
    return Incident.objects.visible_to(reader).filter(made_of).order_by().values("pk")


def _first_of_the_year(month: Month) -> Month:
    for _number in range(A_YEAR - 1):
        month = month.previous
    return month


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
