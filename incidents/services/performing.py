"""What every verb of an incident does: perform the declared transition, refuse blank texts."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, lock, perform


def perform_on(
    incident: Incident,
    verb: str,
    actor: Person | None,
    via: str,
    expected_version: int | None,
    *,
    note: str = "",
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    recorded_at: datetime | None = None,
    **arguments: Any,
) -> Event:
    """Perform the transition with ``arguments``. The event is of the moment ``at`` where the transition takes one, and
    of ``recorded_at`` where that is stated: give the clocks the very same moment."""
    return perform(
        incident,
        verb,
        actor=actor,
        via=via,
        note=note,
        data=data,
        occurred_at=occurred_at,
        recorded_at=recorded_at or arguments.get("at"),
        expected_version=expected_version,
        arguments=arguments,
    )


def lock_and_time(incident: Incident) -> datetime:
    """Take the row's lock, then the time: so the moments of one incident are in the order of its events."""
    lock(incident)
    return clock.now()


def require(**texts: str) -> None:
    """Refuse blank texts by field name."""
    missing = {name: _("Please write something here.") for name, text in texts.items() if not text.strip()}
    if missing:
        raise InputRefused(**missing)


def refuse_unseen(actor: Person | None, **chosen: Incident | None) -> None:
    """Refuse, by field name, an incident that the actor may not see: for them there is none."""
    unseen = {
        name: _("There is no such incident.")
        for name, incident in chosen.items()
        if incident is not None and actor is not None and not permissions.sees(incident, actor)
    }
    if unseen:
        raise InputRefused(**unseen)
