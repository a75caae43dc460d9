"""Services with what lists show about them."""

from typing import Any, cast

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalog.models import Audience, Service
from lifecycle import clock


def described(found: QuerySet[Service]) -> QuerySet[Service]:
    """Services with who is responsible, the audience of today and the number of open incidents: one query."""
    today = clock.now().date()
    audience = Audience.objects.filter(service=OuterRef("pk"), valid_from__lte=today).order_by("-valid_from")
    # Incidents are above this app; the reverse accessor leads to them (house rule: look uphill through the ORM only).
    incidents = cast(Any, Service.incidents.rel.related_model).objects
    counted = incidents.open().order_by().filter(service=OuterRef("pk")).values("service").annotate(n=Count("pk"))
    return found.select_related("business_line", "owner", "operations_team", "rd_leader", "development_team").annotate(
        users=Subquery(audience.values("daily_users")[:1]),
        page_views=Subquery(audience.values("daily_page_views")[:1]),
        open_incidents=Coalesce(Subquery(counted.values("n")), 0),
    )
