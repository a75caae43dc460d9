"""How incidents come into being: reported by people or programs, or opened by rules."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.models import Category, Criterion, Incident, Level, Source
from incidents.models.status import OVER
from incidents.services.clocks import start_clocks, targets_in_force
from incidents.services.custom_fields import clean_custom, merge_custom
from incidents.services.judging import Judgement, judge
from incidents.services.merging import surviving
from incidents.services.reminding import watch_roles
from incidents.services.searching import index_incident
from incidents.services.writing import clean_tags, clean_texts
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused, record_event


@transaction.atomic
def open_incident(
    *,
    title: str,
    service: Service,
    source: str,
    via: str,
    level: Level | None = None,
    actor: Person | None = None,
    description: str = "",
    occurred_at: datetime | None = None,
    reported_at: datetime | None = None,
    reporter: Person | None = None,
    reporter_name: str = "",
    reporter_contact: str = "",
    reporter_email: str = "",
    external_reference: str = "",
    dedup_key: str = "",
    note: str = "",
    category: Category | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    criteria: Iterable[Criterion] = (),
    level_reason: str = "",
    tags: Iterable[str] = (),
    custom: dict[str, Any] | None = None,
    is_sanitised: bool = False,
    is_drill: bool = False,
) -> Incident:
    """Record an incident and start its clocks.

    ``reported_at`` is when we received it (now by default), ``occurred_at`` when the service broke (the report by
    default). Without a ``level`` the suggested one is taken; one against the suggestion needs ``level_reason``. Text
    that no database keeps is repaired, and the event says so; ``is_sanitised``: the caller has done so already.
    Raises InputRefused with a sentence per field, also where the order of the moments is impossible.
    """
    now = clock.now()
    reported = reported_at or now
    occurred = occurred_at or reported
    _refuse_impossible_moments(occurred, reported, now)
    judgement = judge(level=level, impact=impact, urgency=urgency, criteria=criteria, reason=level_reason)
    texts, was_repaired = clean_texts(
        is_cut=actor is None,
        title=title if actor or one_line(title) else service.name,
        description=description,
        reporter_name=reporter_name,
        reporter_contact=reporter_contact,
        reporter_email=reporter_email,
        external_reference=external_reference,
        dedup_key=dedup_key,
    )
    incident = Incident(
        **texts,
        service=service,
        source=source,
        is_drill=is_drill,
        occurred_at=occurred,
        reported_at=reported,
        reporter=reporter,
        category=category,
        tags=clean_tags(tags),
        custom=merge_custom({}, clean_custom(custom)),
    )
    judgement.stamp(incident)
    incident.save()
    start_clocks(incident)
    index_incident(incident)
    data = _facts(incident, judgement, is_sanitised=is_sanitised or was_repaired or sanitise(note) != note)
    record_event(incident, "report", actor=actor, via=via, note=sanitise(note), data=data)
    watch_roles(incident)
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
    """For detectors: the open incident of this dedup key, or a new one (True). The database keeps it single.

    Where the last incident of the key was merged, the one that goes on in its stead is found. Those who open the same
    key at once wait for the first, so that no running number is lost to a duplicate.
    """
    key = sanitise(dedup_key)
    with transaction.atomic():
        found = find_open(key) or _find_after_waiting(key)
        if found is not None:
            return found, False
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
                    dedup_key=key,
                    note=note,
                )
                return incident, True
        except IntegrityError:  # an ended incident of the key was reopened meanwhile
            return Incident.objects.open().get(dedup_key=key), False


def find_open(dedup_key: str) -> Incident | None:
    """The open incident of the key, or the open one into which the last incident of the key was merged."""
    if not dedup_key:
        return None
    incidents = Incident.objects.filter(dedup_key=dedup_key)
    latest = incidents.open().first() or incidents.order_by("-pk").first()
    found = latest and surviving(latest)
    return None if found is None or found.status in OVER else found


def _find_after_waiting(dedup_key: str) -> Incident | None:
    """Wait for whoever opens an incident of this key at the moment, then look again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"incident {dedup_key}"])
    return find_open(dedup_key)


def _facts(incident: Incident, judgement: Judgement, *, is_sanitised: bool) -> dict[str, Any]:
    """What the event "report" says; the clocks can be worked out anew from it."""
    return {
        "level": incident.level_id,
        "source": incident.source,
        "reported_at": incident.reported_at.isoformat(),
        "occurred_at": incident.occurred_at.isoformat(),
        "targets": targets_in_force(incident.level),
        **judgement.as_data(),
        **({"sanitised": True} if is_sanitised else {}),
        **({"language": get_language()} if incident.source == Source.PORTAL else {}),
    }


def _refuse_impossible_moments(occurred: datetime, reported: datetime, now: datetime) -> None:
    if reported > now:
        raise InputRefused(reported_at=_("The time of the report lies in the future."))
    if occurred > reported:
        raise InputRefused(occurred_at=_("It cannot have occurred after it was reported."))
