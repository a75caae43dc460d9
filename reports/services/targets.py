"""The verb of stability targets."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from catalog.models import BusinessLine, Person, Service
from lifecycle.transitions import NotPermitted
from reports import permissions
from reports.models import StabilityTarget


@transaction.atomic
def set_target(
    *,
    actor: Person,
    kind: str,
    percent: Decimal,
    valid_from: date,
    service: Service | None = None,
    business_line: BusinessLine | None = None,
) -> StabilityTarget:
    """State how stable something has to be from a day on. Raises NotPermitted."""
    if not permissions.writes(None, actor):
        raise NotPermitted("set_target")
    target, _is_new = StabilityTarget.objects.update_or_create(
        kind=kind,
        service=service,
        business_line=business_line,
        valid_from=valid_from,
        defaults={"percent": percent, "set_by": actor},
    )
    return target
