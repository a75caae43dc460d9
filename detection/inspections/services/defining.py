"""Verbs of inspections: add, edit, enable, disable, run now."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.inspections import permissions
from detection.inspections.cron import NotCron
from detection.inspections.kinds import KINDS, Kind
from detection.models import Frequency, Inspection, Source
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict, lock, record_event

EDITABLE = (
    *("name", "purpose", "service", "owner", "risk", "days_until_due"),
    *("frequency", "at_time", "weekday", "cron", "time_zone"),
)
LONGEST_DUE = 400
KEPT_OF_A_STATEMENT = 1000


def add_inspection(
    *, actor: Person | None = None, via: str = Via.SYSTEM, kind: str, parameters: dict[str, Any], **fields: Any
) -> Inspection:
    """It runs first at the next moment of its schedule. Raises InputRefused by field or parameter, NotPermitted."""
    require_editor(actor, KINDS.get(kind))
    known = KINDS.get(kind)
    if known is None:
        raise InputRefused(kind=_("There is no such kind."))
    read = read_parameters(known, parameters, actor=actor, via=via)
    with transaction.atomic():
        inspection = Inspection(kind=kind, parameters=read, is_active=fields.pop("is_active", True))
        _set(inspection, fields)
        _aim(inspection)
        inspection.save()
        record_event(inspection, "add", actor=actor, via=via, data={"kind": kind})
    return inspection


def edit_inspection(
    inspection: Inspection,
    *,
    actor: Person | None,
    via: str,
    expected_version: int | None = None,
    parameters: dict[str, Any] | None = None,
    **changes: Any,
) -> Inspection:
    """Change any of EDITABLE, or all parameters together; its kind stays. Raises InputRefused, NotPermitted."""
    kind = KINDS.get(inspection.kind)
    require_editor(actor, kind)
    read = inspection.parameters
    if parameters is not None and kind is not None:
        read = read_parameters(kind, parameters, actor=actor, via=via)
    with transaction.atomic():
        lock(inspection)
        refuse_stale(inspection, expected_version)
        before = {name: getattr(inspection, name) for name in changes if name in EDITABLE}
        _set(inspection, changes)
        changed = sorted(name for name, value in before.items() if getattr(inspection, name) != value)
        changed += ["parameters"] if read != inspection.parameters else []
        inspection.parameters = read
        _aim(inspection)
        inspection.version += 1
        inspection.save()
        record_event(inspection, "edit", actor=actor, via=via, data={"changed": changed})
    return inspection


@transaction.atomic
def switch_inspection(inspection: Inspection, *, is_active: bool, actor: Person | None, via: str) -> Inspection:
    """Enable or disable it. What a disabled one has found stays as it is."""
    require_editor(actor, None)
    lock(inspection)
    if inspection.is_active != is_active:
        inspection.is_active = is_active
        _aim(inspection)
        inspection.version += 1
        inspection.save(update_fields=["is_active", "next_run_at", "version"])
        record_event(inspection, "enable" if is_active else "disable", actor=actor, via=via)
    return inspection


@transaction.atomic
def run_now(inspection: Inspection, *, actor: Person | None, via: str) -> Inspection:
    """It is due at once, a disabled one too; a worker runs it within seconds."""
    if actor is not None and not (permissions.edits(actor) or permissions.works(None, actor)):
        raise NotPermitted("run")
    lock(inspection)
    inspection.next_run_at, inspection.asked_by = clock.now(), actor
    inspection.save(update_fields=["next_run_at", "asked_by"])
    record_event(inspection, "run", actor=actor, via=via)
    return inspection


def read_parameters(kind: Kind, raw: Any, *, actor: Person | None, via: str) -> dict[str, Any]:
    """What the kind asks for, checked. Raises InputRefused.

    A query that was refused is written down at its source, so that somebody sees who tries what.
    """
    if not isinstance(raw, dict):
        raise InputRefused(parameters=_("Write an object of names and values."))
    form = kind.form(data={name: "" if value is None else value for name, value in raw.items()})
    if unknown := sorted(set(map(str, raw)) - set(form.fields)):
        raise InputRefused(parameters=_("There is no such parameter: %(name)s") % {"name": unknown[0][:60]})
    if form.is_valid():
        return dict(form.cleaned_data)
    errors = {name: " ".join(map(str, texts)) for name, texts in form.errors.items()}
    if kind.asks_source and "statement" in errors:
        _tell_of_refusal(raw, errors["statement"], actor=actor, via=via)
    raise InputRefused(**{"parameters" if name == "__all__" else name: text for name, text in errors.items()})


def _tell_of_refusal(raw: dict[str, Any], reason: str, *, actor: Person | None, via: str) -> None:
    source = Source.objects.filter(slug=str(raw.get("source", ""))[:80]).first()
    statement = sanitise(str(raw.get("statement", "")))[:KEPT_OF_A_STATEMENT]
    if source is not None and statement:
        record_event(source, "refuse_query", actor=actor, via=via, note=reason, data={"statement": statement})


def refuse_stale(record: Any, expected_version: int | None) -> None:
    """Raises VersionConflict where somebody else changed the record since it was read."""
    if expected_version is not None and record.version != expected_version:
        reason = _("Somebody else changed this in the meantime. Look at it again, then repeat.")
        raise VersionConflict(status="", verb="edit", reason=reason, allowed=["edit"])


def require_editor(actor: Person | None, kind: Kind | None) -> None:
    """Raises NotPermitted; a query of somebody's own needs the right to see what lies in sources."""
    if actor is None:
        return
    if not permissions.edits(actor) or (kind is not None and kind.asks_source and not permissions.asks_sources(actor)):
        raise NotPermitted("edit")


def _set(inspection: Inspection, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(inspection, name, value)
    errors: dict[str, str] = {}
    try:
        inspection.full_clean(exclude=["parameters", "kind"], validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if not 0 <= inspection.days_until_due <= LONGEST_DUE:
        errors["days_until_due"] = _("Enter a number from 0 to %(most)d.") % {"most": LONGEST_DUE}
    if inspection.owner is not None and not inspection.owner.is_colleague:
        errors["owner"] = _("Choose a colleague.")
    if errors:
        raise InputRefused(**errors)


def _aim(inspection: Inspection) -> None:
    """Set the next run, from now on. Raises InputRefused where the schedule is none."""
    try:
        due = inspection.next_after(clock.now())
    except (NotCron, ValueError):
        field = "cron" if inspection.frequency == Frequency.CRON else "time_zone"
        raise InputRefused(
            **{field: _("Write five fields, such as “30 7 * * 1-5”: minute, hour, day, month, weekday.")}
        ) from None
    inspection.next_run_at = due if inspection.is_active else None
