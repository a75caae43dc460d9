"""Which edits can have changed a figure: what each of them changed, held against what the figure is made of."""

from collections.abc import Collection, Mapping

from incidents.models import Incident, Status
from reports.monthly.edited import Field
from reports.monthly.events import Edit
from reports.period import Month

Aspects = frozenset[str]
"""What of an incident or a service figures are made of: "count" (whether it counts at all), "level", "service",
"acknowledge", "recover", "resolve", "clock", "uv", "pv", "time", "impact", "cause", "title", "name", "whole"."""

APPEAR = {"report", "import", "merge", "unmerge", "gain_duplicate", "lose_duplicate"}
CLOCKS = {"breach", "hold", "resume", "transfer", "accept", "refuse", "update"}
TIMES = {
    "acknowledge": {"acknowledge"},
    "recover": {"acknowledge", "recover"},
    "resolve": {"acknowledge", "recover", "resolve"},
    "reopen": {"recover", "resolve"},
    "cascade": {"recover", "resolve"},
    "lapse": {"resolve"},
}
OF_IMPACT = {"record_impact", "change_impact", "remove_impact"}
OF_FIELDS = {
    "level": {"level"},
    "major": {"level"},
    "service": {"service", "uv", "pv", "time"},
    "title": {"title"},
    "category": {"cause"},
    "name": {"name"},
    "business_line": {"line"},
    "is_active": {"whole"},
    "daily_users": {"uv", "whole"},
    "daily_page_views": {"pv", "whole"},
}
OF_HARM = {
    "users": {"uv"},
    "page_views": {"pv"},
    "is_down": {"time"},
    "from": {"uv", "pv", "time"},
    "to": {"uv", "pv", "time"},
}
OF_PANELS = {
    "acknowledge_by_month": {"count", "acknowledge"},
    "recover_by_month": {"count", "recover"},
    "by_hour": {"count"},
    "by_cause": {"count", "cause", "resolve"},
    "repeats": {"count", "cause", "resolve", "service"},
    "unresolved_age": {"count", "resolve"},
}
"""The other panels are made of pages, problems and actions, which no edit of an incident changes."""


def aspects_of(edit: Edit) -> set[str]:
    """What the edit changed."""
    verb, fields = edit.event.verb, {field.name: field for field in edit.fields}
    found: set[str] = {"count"} if verb in APPEAR else set()
    if "status" in fields:
        ends = {fields["status"].before, fields["status"].after}
        found |= {"count"} if Status.CANCELLED in ends else {"clock"}
    found |= TIMES.get(verb, set()) | ({"clock"} if verb in CLOCKS else set())
    found |= {"uv", "pv", "time"} if verb == "recover" else {"cause"} if verb == "resolve" else set()
    if verb == "add_service":
        return {"name", "line", "whole", "uv", "pv", "time"}
    table: Mapping[str, Collection[str]] = OF_HARM if verb in OF_IMPACT else OF_FIELDS
    for name in fields:
        found.update(table.get(name, ()))
    return found | ({"impact"} if verb in OF_IMPACT else set())


def touches(edit: Edit, path: str, month: Month) -> bool:
    """Whether the edit can have changed the figure at this path (``reports.frozen.differences``)."""
    section, *rest = path.split(" ")
    if section == "previous" and rest:
        return touches(edit, _as_of_own_month(rest), month.previous)
    return bool(aspects_of(edit) & _made_of(section, rest)) and _is_about(edit, section, rest, month)


def _as_of_own_month(rest: list[str]) -> str:
    """What stands of the month before is that of all: the path that the figure had in its own report."""
    section, *inner = rest
    if section == "incidents":
        return " ".join([section, "all", *inner])
    if section == "durations":
        return " ".join([section, inner[0], "all", *inner[1:]])
    return " ".join([section, "company", *inner]) if section == "stability" else " ".join(rest)


def _made_of(section: str, rest: list[str]) -> set[str]:
    is_of_level = "by_level" in rest or rest[-1:] == ["major"]
    by_level = {"level"} if is_of_level else set()
    if section == "incidents":
        return {"count", *by_level, *({"service", "name"} if rest[0] == "services" else set())}
    if section == "durations":
        return {"count", rest[0], *(set() if rest[1] == "all" else {"level"})}
    if section == "attainment":
        return {"count", "clock", "level", "acknowledge", "recover", "resolve"}
    if section == "stability":
        kinds = {"uv", "pv", "time"} & set(rest)
        return {"count", "name", "line", "whole", *kinds}
    if section == "quality":
        return {"count", rest[0].removeprefix("lacks_")} if rest[0].startswith("lacks_") else {"count", "impact"}
    if section == "panels":
        return set(OF_PANELS.get(rest[0], ()))
    return {"count", "level", "title", "service", "uv", "recover"}


def _is_about(edit: Edit, section: str, rest: list[str], month: Month) -> bool:
    incident = edit.incident
    if incident is None:
        return _is_about_service(edit, section, rest)
    is_of_reported = section in ("incidents", "durations", "top") or rest[0].startswith("lacks_")
    if is_of_reported and not month.start <= incident.reported_at < month.end:
        return False
    if section == "panels":
        return _is_of_row(incident, rest)
    if section == "top" and rest:
        return rest[0] == str(incident.pk) or "count" in aspects_of(edit)
    return _is_of_service(edit, rest) and _is_of_level(edit, section, rest)


def _is_about_service(edit: Edit, section: str, rest: list[str]) -> bool:
    is_its_own = rest[:1] != ["services"] or edit.service.slug in rest
    return section in ("stability", "incidents") and is_its_own


def _is_of_row(incident: Incident, rest: list[str]) -> bool:
    """Of a panel told apart by months, the month of the report."""
    return not rest[0].endswith("_by_month") or str(Month.of(incident.reported_at)) in rest


def _is_of_service(edit: Edit, rest: list[str]) -> bool:
    if rest[:1] != ["services"] or len(rest) < 2 or rest[1] == edit.service.slug:
        return True
    return any(field.name == "service" for field in edit.fields)  # it came from there, or went there


def _is_of_level(edit: Edit, section: str, rest: list[str]) -> bool:
    level = _level(section, rest)
    if level is None or edit.incident is None:
        return True
    moved = [field for field in edit.fields if field.name == "level"]
    return str(edit.incident.level_id) == level or any(level in _ends(field) for field in moved)


def _level(section: str, rest: list[str]) -> str | None:
    if "by_level" in rest:
        return rest[-1]
    return rest[1] if section in ("durations", "attainment") and rest[1] != "all" else None


def _ends(field: Field) -> set[str]:
    return {str(field.before), str(field.after)}
