"""What lower apps show of meetings and notes: where an action came from, and the notes that wait for their reader."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents import origins, panels
from lifecycle import clock
from reports.models import HandOver, HandOverStatus, Meeting

RECENT = timedelta(days=1)

origins.register(Meeting, "meeting", _("Meeting"))


@panels.register_on_page("oncall", "reports/meeting/waiting.html")
def notes_on_page(request: HttpRequest) -> dict[str, Any] | None:
    person: Any = request.user
    notes = notes_that_wait(person) if person.is_colleague else []
    return {"notes": notes} if notes else None


def notes_that_wait(person: Person) -> list[HandOver]:
    """Handed over to the person and not accepted; or drafted for them to hand over soon, or a little late."""
    now = clock.now()
    to_accept = Q(status=HandOverStatus.HANDED_OVER, arriving=person)
    around_now = Q(changes_at__gte=now - RECENT, changes_at__lte=now + RECENT)
    to_give = Q(status=HandOverStatus.DRAFTED, leaving=person) & around_now
    found = HandOver.objects.filter(to_accept | to_give).select_related("schedule__team", "leaving", "arriving")
    return list(found.defer("content").order_by("changes_at")[:5])
