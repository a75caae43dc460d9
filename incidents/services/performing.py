"""What every verb of an incident does: perform the declared transition, refuse blank texts."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from lifecycle.transitions import InputRefused, perform


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
    **arguments: Any,
) -> None:
    perform(
        incident,
        verb,
        actor=actor,
        via=via,
        note=note,
        data=data,
        occurred_at=occurred_at,
        expected_version=expected_version,
        arguments=arguments,
    )


def require(**texts: str) -> None:
    """Refuse blank texts by field name."""
    missing = {name: _("Please write something here.") for name, text in texts.items() if not text.strip()}
    if missing:
        raise InputRefused(**missing)
