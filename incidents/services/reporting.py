"""How incidents come into being: reported by people or opened by rules."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.models import Incident, Level, Source
from incidents.services.clocks import start_clocks, targets_in_force
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, record_event


@transaction.atomic
def open_incident(
    *,
    title: str,
    service: Service,
    level: Level,
    source: str,
    via: str,
    actor: Person | None = None,
    description: str = "",
    occurred_at: datetime | None = None,
    reported_at: datetime | None = None,
    reporter: Person | None = None,
    reporter_name: str = "",
    reporter_contact: str = "",
    dedup_key: str = "",
    note: str = "",
) -> Incident:
    """Record an incident and start its clocks.

    ``reported_at`` is when we received it (now by default), ``occurred_at`` when the service broke (the report by
    default). Raises InputRefused where the order of those moments is impossible.
    """
    now = clock.now()
    reported = reported_at or now
    occurred = occurred_at or reported
    _refuse_impossible_moments(occurred, reported, now)
    incident = Incident(
        title=_one_line(title),
        description=description,
        service=service,
        level=level,
        source=source,
        occurred_at=occurred,
        reported_at=reported,
        reporter=reporter,
        reporter_name=reporter_name,
        reporter_contact=reporter_contact,
        dedup_key=dedup_key,
    )
    incident.save()
    start_clocks(incident)
    record_event(
        incident,
        "report",
        actor=actor,
        via=via,
        note=note,
        data={
            "level": level.pk,
            "source": source,
            "reported_at": reported.isoformat(),
            "occurred_at": occurred.isoformat(),
            "targets": targets_in_force(level),
        },
    )
    return incident


def open_or_find(
    *,
    title: str,
    service: Service,
    level: Level,
    dedup_key: str,
    occurred_at: datetime,
    description: str = "",
    note: str = "",
) -> tuple[Incident, bool]:
    """For detectors: the open incident of this dedup key, or a new one (True). The database keeps it single."""
    try:
        with transaction.atomic():
            incident = open_incident(
                title=title,
                service=service,
                level=level,
                source=Source.DETECTION,
                via=Via.DETECTOR,
                description=description,
                occurred_at=occurred_at,
                dedup_key=dedup_key,
                note=note,
            )
            return incident, True
    except IntegrityError:
        return Incident.objects.open().get(dedup_key=dedup_key), False


def _refuse_impossible_moments(occurred: datetime, reported: datetime, now: datetime) -> None:
    if reported > now:
        raise InputRefused(reported_at=_("The time of the report lies in the future."))
    if occurred > reported:
        raise InputRefused(occurred_at=_("It cannot have occurred after it was reported."))


def _one_line(text: str) -> str:
    """A title goes into mail subjects and text messages: one line, no control characters, at most 300."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:300]
