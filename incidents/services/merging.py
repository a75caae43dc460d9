"""Duplicates: the target goes on, the source becomes read-only.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import OVER
from incidents.services import clocks
from incidents.services.family import lock_in_order
from incidents.services.performing import lock_and_time, perform_on, refuse_unseen
from lifecycle.transitions import InputRefused, record_event


@transaction.atomic
def merge_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    target: Incident | None,
    expected_version: int | None = None,
) -> Incident:
    """A duplicate of ``target``, which goes on; this one becomes read-only."""
    refuse_unseen(actor, target=target)
    if target is not None and target.pk != incident.pk:
        lock_in_order(incident, target)  # two that are merged into each other at once must not both end
    if target is None or target.pk == incident.pk or target.status in OVER:
        raise InputRefused(target=_("Choose another incident that is still open."))
    at = lock_and_time(incident)
    data = {"target": target.pk}
    perform_on(incident, "merge", actor, via, expected_version, data=data, note=str(target), target=target, at=at)
    clocks.stop_clocks(incident, at=at, is_void=True)
    record_event(target, "gain_duplicate", actor=actor, via=via, data={"source": incident.pk})
    return incident


@transaction.atomic
def unmerge_incident(
    incident: Incident, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Incident:
    """Take a merge back within the minutes that the handling policy gives: its clocks go on as if nothing had been."""
    target = incident.merged_into
    lock_in_order(incident, *([target] if target else []))
    since, data = incident.cancelled_at, {"target": incident.merged_into_id}
    perform_on(incident, "unmerge", actor, via, expected_version, data=data)
    if since is not None:
        clocks.unvoid_clocks(incident, since=since)
    if target is not None:
        record_event(target, "lose_duplicate", actor=actor, via=via, data={"source": incident.pk})
    return incident


def surviving(incident: Incident) -> Incident:
    """The incident that goes on where this one, and what it was merged into, were merged."""
    while incident.merged_into is not None:
        incident = incident.merged_into
    return incident
