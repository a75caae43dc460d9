"""The settings of paging: what is changed leaves an event that says what was before."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from catalog.models import Person
from catalog.permissions import require_administrator
from incidents.services.settings.writing import facts_of, record_change
from lifecycle.models import Via
from lifecycle.text import sanitise
from lifecycle.transitions import lock
from notifications.models import PagingSettings


@transaction.atomic
def set_paging(
    *, actor: Person | None, via: str = Via.WEB, duty_managers: Iterable[Person] | None = None, **fields: Any
) -> PagingSettings:
    """``fields``: those of PagingSettings by name; the others stay as they are. Raises ValidationError by field."""
    require_administrator(actor)
    settings = PagingSettings.objects.get(pk=1)
    lock(settings)
    before = _facts(settings, fields)
    for name, value in fields.items():
        setattr(settings, name, sanitise(value) if isinstance(value, str) else value)
    settings.full_clean()
    settings.save()
    if duty_managers is not None:
        settings.duty_managers.set(duty_managers)
    record_change(settings, "set_paging", before, _facts(settings, fields), actor=actor, via=via)
    return settings


def _facts(settings: PagingSettings, names: Iterable[str]) -> dict[str, Any]:
    managers = settings.duty_managers.order_by("pk").values_list("username", flat=True)
    return {**facts_of(settings, names), "duty_managers": list(managers)}
