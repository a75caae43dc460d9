"""Level, classification and major declaration."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Category, Criterion, Incident, Level
from incidents.models.status import OVER
from incidents.services.clocks import policy_now, retarget_clocks
from incidents.services.judging import Judgement, judge
from incidents.services.reminding import watch_roles
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, lock, offers, record_event


class Classification(TypedDict, total=False):
    """What a reclassification states anew; what it does not name stays as it is."""

    impact: int | None
    urgency: int | None
    category: Category | None


@transaction.atomic
def change_level(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    level: Level,
    reason: str,
    expected_version: int | None = None,
) -> Incident:
    """Raise or lower the level: every running clock is derived anew from its origin, earned pauses kept."""
    if actor is not None and not permissions.handles(incident, actor):
        raise NotPermitted("change_level")
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    _begin(incident, "change_level", expected_version=expected_version)
    if level.pk == incident.level_id:
        raise InputRefused(level=_("It has this level already."))
    incident.level_reason = reason
    incident.version += 1
    _set_level(incident, level, actor=actor, via=via, reason=reason)
    return incident


@transaction.atomic
def reclassify_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    criteria: Iterable[Criterion] = (),
    follow: bool = False,
    level_reason: str = "",
    expected_version: int | None = None,
    **changes: Unpack[Classification],
) -> Incident:
    """Judge impact, urgency, criteria and category anew.

    The level stays what it is, since people are being paged by it: it changes only where ``follow`` asks for the level
    now suggested, and then as ``change_level`` changes it. Staying at a level against the suggestion needs a reason.
    Records "reclassify" with what was before, and "change_level" too where the level changed.
    """
    if actor is not None and not permissions.handles(incident, actor):
        raise NotPermitted("reclassify")
    _begin(incident, "reclassify", expected_version=expected_version)
    before = _facts(incident)
    judgement = judge(
        level=None if follow else incident.level,
        impact=changes.get("impact", incident.impact),
        urgency=changes.get("urgency", incident.urgency),
        criteria=criteria,
        reason=level_reason,
    )
    incident.category = changes.get("category", incident.category)
    _apply(incident, judgement, before, actor=actor, via=via)
    return incident


@transaction.atomic
def declare_major(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Incident:
    """Handle it as a major incident whatever its level; the declarer becomes its incident manager."""
    if actor is not None and not permissions.manages(incident, actor):
        raise NotPermitted("declare_major")
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    _begin(incident, "declare_major", expected_version=expected_version)
    if incident.is_declared_major:
        raise InputRefused(reason=_("It is a major incident already."))
    incident.is_declared_major = True
    incident.manager = actor or incident.manager
    incident.version += 1
    incident.save(update_fields=["is_declared_major", "manager", "version"])
    record_event(incident, "declare_major", actor=actor, via=via, note=reason)
    watch_roles(incident)
    return incident


def classification_so_far(incident: Incident) -> dict[str, object]:
    """What a new judgement begins with; the criteria are those that were last said to apply."""
    judged = Event.objects.about(incident).filter(verb__in=("report", "reclassify")).order_by("-pk").first()
    wordings = judged.data.get("criteria", []) if judged else []
    criteria = Criterion.objects.filter(is_active=True, wording__in=wordings)
    return {**{name: getattr(incident, name) for name in Classification.__annotations__}, "criteria": criteria}


def _apply(
    incident: Incident, judgement: Judgement, before: dict[str, object], *, actor: Person | None, via: str
) -> None:
    old = incident.level
    judgement.stamp(incident)
    new, incident.level = incident.level, old
    incident.version += 1
    incident.save()
    data = {**judgement.as_data(), "before": before, "category": _name(incident.category)}
    record_event(incident, "reclassify", actor=actor, via=via, note=judgement.reason, data=data)
    if new.pk != old.pk:
        _set_level(incident, new, actor=actor, via=via, reason=incident.level_reason)


def _set_level(incident: Incident, level: Level, *, actor: Person | None, via: str, reason: str) -> None:
    policy, at = policy_now(level), clock.now()
    targets = {kind: target.as_json() for kind, target in policy.items()}
    data = {"from": incident.level_id, "to": level.pk, "targets": targets}
    incident.level = level
    incident.save(update_fields=["level", "level_reason", "version"])
    retarget_clocks(incident, policy, at=at)
    record_event(incident, "change_level", actor=actor, via=via, note=reason, data=data, recorded_at=at)
    watch_roles(incident)


def _facts(incident: Incident) -> dict[str, object]:
    return {"impact": incident.impact, "urgency": incident.urgency, "category": _name(incident.category)}


def _name(category: Category | None) -> str:
    return category.name if category else ""


def _begin(incident: Incident, verb: str, *, expected_version: int | None) -> None:
    lock(incident, expected_version=expected_version)
    if incident.status in OVER:
        allowed = [offer.verb for offer in offers(incident, None) if offer.is_allowed]
        raise TransitionRefused(status=incident.status, verb=verb, reason=_("The incident is over."), allowed=allowed)
