"""Verbs of prevention activities: record, edit, add a finding."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from detection.inspections import permissions
from detection.inspections.services.defining import refuse_stale, require_editor
from detection.models import Activity, Finding, FindingPeriod, Risk
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems.titles import one_line

EDITABLE = ("kind", "title", "held_on", "held_by", "report_url", "report", "outcome")
WEB = URLValidator(schemes=["http", "https"])


@transaction.atomic
def record_activity(
    *, actor: Person | None = None, via: str = Via.SYSTEM, services: Sequence[Service], **fields: Any
) -> Activity:
    """Write down what was held. Raises InputRefused by field, NotPermitted."""
    require_editor(actor, None)
    activity = Activity(recorded_by=actor, created_at=clock.now())
    _set(activity, fields, services)
    activity.save()
    activity.services.set(services)
    record_event(activity, "record", actor=actor, via=via)
    return activity


@transaction.atomic
def edit_activity(
    activity: Activity,
    *,
    actor: Person | None,
    via: str,
    expected_version: int | None = None,
    services: Sequence[Service] | None = None,
    **changes: Any,
) -> Activity:
    """Change any of EDITABLE, and its services. Raises InputRefused, NotPermitted."""
    require_editor(actor, None)
    lock(activity)
    refuse_stale(activity, expected_version)
    _set(activity, changes, services)
    activity.version += 1
    activity.save()
    if services is not None:
        activity.services.set(services)
    record_event(activity, "edit", actor=actor, via=via, data={"changed": sorted(changes)})
    return activity


@transaction.atomic
def add_finding(
    activity: Activity,
    *,
    actor: Person | None,
    via: str,
    title: str,
    service: Service,
    risk: str = Risk.MEDIUM,
    description: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
) -> Finding:
    """What the activity found; it goes the way of every finding. Without a day it is due in two weeks."""
    if actor is not None and not permissions.works(None, actor):
        raise NotPermitted("add_finding")
    errors = {} if one_line(title) else {"title": _("Please write something here.")}
    if risk not in Risk.values:
        errors["risk"] = _("Choose one of these.")
    if owner is not None and not owner.is_colleague:
        errors["owner"] = _("Choose a colleague.")
    if errors:
        raise InputRefused(**errors)
    now = clock.now()
    finding = Finding.objects.create(
        activity=activity,
        title=one_line(title),
        description=description,
        service=service,
        risk=risk,
        owner=owner or (service.owner if service.owner.is_active else None),
        due_on=due_on or now.date() + timedelta(days=14),
        first_seen_at=now,
        last_seen_at=now,
        status_since=now,
    )
    FindingPeriod.objects.create(finding=finding, began_at=now)
    record_event(finding, "find", actor=actor, via=via, data={"activity": activity.title})
    return finding


def _set(activity: Activity, changes: dict[str, Any], services: Sequence[Service] | None) -> None:
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(activity, name, value)
    errors: dict[str, str] = {}
    try:
        activity.full_clean()
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if services is not None and not services:
        errors["services"] = _("Say which services it was about.")
    if activity.report_url and not _is_web_address(activity.report_url):
        errors["report_url"] = _("Write an address that begins with https:// or http://.")
    if errors:
        raise InputRefused(**errors)


def _is_web_address(url: str) -> bool:
    """http or https, and no password in it."""
    try:
        WEB(url)
    except ValidationError:
        return False
    return "@" not in url.split("/", 3)[2]
