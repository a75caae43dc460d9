"""Which fields an event on an incident or a service changed: their names, what they were, what they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import ImpactSource, Status
from lifecycle.models import Event
from reports import words

NAMES = {
    "status": gettext_lazy("status"),
    "level": gettext_lazy("level"),
    "major": gettext_lazy("a major incident"),
    "impact": gettext_lazy("degree of impact"),
    "urgency": gettext_lazy("degree of urgency"),
    "title": gettext_lazy("the title"),
    "description": gettext_lazy("features and details"),
    "service": gettext_lazy("the service"),
    "category": gettext_lazy("the category"),
    "tags": gettext_lazy("the tags"),
    "custom": gettext_lazy("further fields"),
    "external_reference": gettext_lazy("the reference elsewhere"),
    "acknowledged_at": gettext_lazy("acknowledged at"),
    "recovered_at": gettext_lazy("recovered at"),
    "resolved_at": gettext_lazy("resolved at"),
    "closed_at": gettext_lazy("closed at"),
    "users": gettext_lazy("affected users"),
    "page_views": gettext_lazy("affected page views"),
    "from": gettext_lazy("impact from"),
    "to": gettext_lazy("impact to"),
    "is_down": gettext_lazy("the service did not work at all"),
    "source": gettext_lazy("source of impact"),
    "is_estimate": gettext_lazy("estimated"),
    "name": gettext_lazy("name"),
    "business_line": gettext_lazy("business line"),
    "is_active": gettext_lazy("in use"),
    "daily_users": gettext_lazy("daily users"),
    "daily_page_views": gettext_lazy("daily page views"),
}
MOMENTS = {"acknowledge": "acknowledged_at", "recover": "recovered_at", "resolve": "resolved_at", "close": "closed_at"}
IMPACT = ("users", "page_views", "from", "to", "is_down", "source", "is_estimate")


@dataclass(frozen=True)
class Field:
    """``before`` and ``after`` as they were recorded; None where there was or is nothing."""

    name: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        return str(NAMES.get(self.name, self.name))

    @property
    def was(self) -> str:
        return _written(self.name, self.before)

    @property
    def is_now(self) -> str:
        return _written(self.name, self.after)


def fields_of(event: Event) -> list[Field]:
    """Nothing where the event does not tell."""
    data = event.data if isinstance(event.data, dict) else {}
    found = [*_status(event), *(READERS[event.verb](data) if event.verb in READERS else ())]
    return [field for field in found if field.before != field.after]


def _status(event: Event) -> Iterator[Field]:
    if event.to_status and event.from_status:
        yield Field("status", event.from_status, event.to_status)
    if event.verb in MOMENTS:
        yield Field(MOMENTS[event.verb], None, event.occurred_at.isoformat())


def _changes(data: dict[str, Any]) -> Iterator[Field]:
    for name, change in data.get("changes", {}).items():
        yield Field(name, change["before"], change["after"])


def _impact(data: dict[str, Any]) -> Iterator[Field]:
    """Recorded: nothing before; taken back: nothing now."""
    before = data.get("before", {})
    for name in IMPACT:
        yield Field(name, _moment(name, before.get(name)), _moment(name, data.get(name)))


def _moment(name: str, value: Any) -> Any:
    """In UTC: the same moment may have been written in two zones."""
    return datetime.fromisoformat(value).astimezone(UTC).isoformat() if value and name in ("from", "to") else value


def _judged(data: dict[str, Any]) -> Iterator[Field]:
    before = data.get("before", {})
    for name in ("impact", "urgency", "category"):
        yield Field(name, before.get(name) or None, data.get(name) or None)


def _audience(data: dict[str, Any]) -> Iterator[Field]:
    before = data.get("before", {})
    yield Field("daily_users", before.get("users"), data.get("users"))
    yield Field("daily_page_views", before.get("page_views"), data.get("page_views"))


def _level(data: dict[str, Any]) -> Iterator[Field]:
    yield Field("level", data.get("from"), data.get("to"))


def _major(_data: dict[str, Any]) -> Iterator[Field]:
    yield Field("major", False, True)


READERS = {
    "edit": _changes,
    "change_service": _changes,
    "record_impact": _impact,
    "change_impact": _impact,
    "remove_impact": _impact,
    "reclassify": _judged,
    "set_audience": _audience,
    "change_level": _level,
    "declare_major": _major,
}


def _written(name: str, value: Any) -> str:
    if value is None or value == "":
        return words.NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "status":
        return str(dict(Status.choices).get(value, value))
    if name == "source":
        return str(dict(ImpactSource.choices).get(value, value))
    if name.endswith("_at") or name in ("from", "to"):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "Y-m-d H:i")
    if isinstance(value, int):
        return words.whole(value)
    return words.told(value)
