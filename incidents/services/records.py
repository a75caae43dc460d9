"""What people write down beside the verbs: impact, and what became of action items."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import ActionItem, Impact, ImpactSource, Incident
from incidents.services.majors import propose_if_large
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event


@transaction.atomic
def record_impact(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    affected_users: int = 0,
    affected_page_views: int = 0,
    is_down: bool = False,
    source: str = ImpactSource.PERSON,
    is_estimate: bool = True,
) -> Impact:
    """State what customers lost from ``started_at`` (the occurrence by default) to ``ended_at``."""
    if actor is not None and not permissions.resolves(incident, actor):
        raise NotPermitted("record_impact")
    lock(incident)  # a recovery at the same moment ends what has no end yet
    start = started_at or incident.occurred_at
    end = ended_at or incident.recovered_at
    if start > clock.now():
        raise InputRefused(started_at=_("That lies in the future."))
    if end is not None and end < start:
        raise InputRefused(ended_at=_("It cannot end before it starts."))
    impact = Impact.objects.create(
        incident=incident,
        started_at=start,
        ended_at=end,
        affected_users=affected_users,
        affected_page_views=affected_page_views,
        is_down=is_down,
        source=source,
        is_estimate=is_estimate,
        recorded_by=actor,
    )
    data = {"users": affected_users, "page_views": affected_page_views, "source": source, "is_estimate": is_estimate}
    record_event(incident, "record_impact", actor=actor, via=via, data=data)
    propose_if_large(incident)
    return impact


def complete_action(action: ActionItem, *, actor: Person, via: str, proof: str) -> ActionItem:
    """The owner says that it is done, and by what that can be seen."""
    if not proof.strip():
        raise InputRefused(proof=_("Say by what it can be seen that this is done."))
    perform(action, "complete", actor=actor, via=via, note=proof)
    return action


def verify_action(action: ActionItem, *, actor: Person, via: str, note: str = "") -> ActionItem:
    """Somebody other than the owner has seen that it is done."""
    perform(action, "verify", actor=actor, via=via, note=note)
    return action


def send_back_action(action: ActionItem, *, actor: Person, via: str, reason: str) -> ActionItem:
    """It is not done after all: it is the owner's again."""
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    perform(action, "send_back", actor=actor, via=via, note=reason)
    return action
