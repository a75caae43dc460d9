"""The history of a schedule in words: each change with what was before and what is now."""

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.models import Event

VERBS = {
    "state_schedule": gettext_lazy("Time zone"),
    "add_layer": gettext_lazy("Layer added"),
    "change_layer": gettext_lazy("Layer changed"),
    "remove_layer": gettext_lazy("Layer removed"),
    "move_layer": gettext_lazy("Layer moved"),
    "import_calendar": gettext_lazy("Calendar imported"),
    "follow_calendar": gettext_lazy("Calendar followed"),
    "make_override": gettext_lazy("Override made"),
    "withdraw_override": gettext_lazy("Override withdrawn"),
    "offer_swap": gettext_lazy("Swap offered"),
}
FIELDS = {
    "time_zone": gettext_lazy("Time zone"),
    "role": gettext_lazy("Role"),
    "name": gettext_lazy("Name"),
    "unit": gettext_lazy("Unit"),
    "every": gettext_lazy("Changes every"),
    "starts_on": gettext_lazy("First hand-over on"),
    "handover_at": gettext_lazy("Hand-over at"),
    "ends_on": gettext_lazy("Until"),
    "windows": gettext_lazy("Windows"),
    "members": gettext_lazy("Members"),
    "order": gettext_lazy("Order"),
    "kind": gettext_lazy("How"),
    "person": gettext_lazy("Who"),
    "replaces": gettext_lazy("Instead of"),
    "starts_at": gettext_lazy("From"),
    "ends_at": gettext_lazy("To"),
    "reason": gettext_lazy("Reason"),
    "asker": gettext_lazy("Asked by"),
    "asked_of": gettext_lazy("Ask"),
    "shifts": gettext_lazy("Shifts"),
    "unread": gettext_lazy("Events not understood"),
    "follows": gettext_lazy("Address"),
}


def describe_event(event: Event) -> dict[str, Any]:
    """The verb as a title, and the fields that differ as (name, before, after)."""
    before, after = event.data.get("before") or {}, event.data.get("after") or {}
    names = [name for name in FIELDS if before.get(name) != after.get(name)]
    rows = [(FIELDS[name], _text(name, before.get(name)), _text(name, after.get(name))) for name in names]
    return {"title": VERBS.get(event.verb, event.verb), "rows": [row for row in rows if row[1] or row[2]]}


def _text(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if value is True:
        return _("yes")
    if name == "windows":
        return "; ".join(f"{window.get('from')}–{window.get('to')}" for window in value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if name in ("starts_at", "ends_at") and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "Y-m-d H:i")
    return str(value)
