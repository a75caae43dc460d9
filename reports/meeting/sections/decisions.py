"""What the last meeting decided and is still to be done, before new decisions are taken."""

from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from reports.meeting.entries import MOST, Entry, Window, section
from reports.meeting.sections.backlog import action_entry


@section("decisions", _("Decisions"), rank=80, minutes=5)
def decided_last_time(window: Window) -> list[Entry]:
    if window.last is None:
        return []
    decided = ActionItem.objects.pending().filter(meeting_decisions__meeting=window.last).select_related("owner")
    return [
        action_entry(action, window, {"why": "decided", "day": window.last.day.isoformat()})
        for action in decided.order_by("due_on", "pk").distinct()[:MOST]
    ]
