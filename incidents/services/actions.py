"""The verbs of action items, whatever they came out of.

All but ``open_action`` take ``expected_version``. All raise TransitionRefused, VersionConflict, NotPermitted or
InputRefused, and then nothing has changed. ``actor`` is None where the product itself acts.
"""

from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.action_times import next_nag, next_reminder
from incidents.models import ActionItem, ActionPolicy, Incident
from incidents.models.action import ActionType, steers
from incidents.models.action_queries import ActionStatus
from incidents.services.performing import refuse_unseen, require
from lifecycle import clock
from lifecycle.text import one_line
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse


@transaction.atomic
def open_action(
    *,
    actor: Person | None,
    via: str,
    title: str,
    type: str,
    owner: Person | None,
    due_on: date | None,
    incident: Incident | None = None,
    origin: models.Model | None = None,
    remind_on: date | None = None,
) -> ActionItem:
    """Open an action item with one owner and one due date.

    ``origin``: the saved record above incidents that it came out of, of a kind that incidents/origins.py knows. Where
    not every colleague may read what it is about, name the ``incident`` too: it decides who sees the item.
    """
    if actor is not None and not actor.is_colleague:
        raise NotPermitted("open")
    refuse_unseen(actor, incident=incident)
    faults = faults_of(title=title, type=type, owner=owner, due_on=due_on, incident=incident)
    if remind_on is not None and due_on is not None and remind_on > due_on:
        faults["remind_on"] = _("That is after the due date.")
    if faults or owner is None or due_on is None:
        raise InputRefused(**faults)
    action = ActionItem(
        title=one_line(title),
        type=type,
        owner=owner,
        due_on=due_on,
        incident=incident,
        origin=origin,
        opened_by=actor,
        created_at=clock.now(),
        remind_on=remind_on,
    )
    set_times(action)
    action.save()
    data = {"owner": owner.name, "due_on": due_on.isoformat()}
    record_event(action, "open", actor=actor, via=via, data=data)
    _tell_incident(action, "open", actor, via, **data)
    return action


def complete_action(
    action: ActionItem,
    *,
    actor: Person | None,
    via: str,
    proof: str = "",
    proof_url: str = "",
    expected_version: int | None = None,
) -> ActionItem:
    """The owner says that it is done, and by what that can be seen: in words, by a link, or both."""
    if not (proof.strip() or proof_url.strip()):
        raise InputRefused(proof=_("Say by what it can be seen that this is done."))
    stamps = {"by": actor, "at": clock.now(), "proof": proof.strip(), "proof_url": proof_url.strip()}
    note = "\n".join(text for text in (proof.strip(), proof_url.strip()) if text)
    return _perform(action, "complete", actor, via, expected_version, note=note, arguments=stamps)


def verify_action(
    action: ActionItem, *, actor: Person, via: str, note: str = "", expected_version: int | None = None
) -> ActionItem:
    """Somebody other than the owner, and than whoever completed it, has seen that it is done."""
    stamps = {"by": actor, "at": clock.now()}
    return _perform(action, "verify", actor, via, expected_version, note=note, arguments=stamps)


@transaction.atomic
def send_back_action(
    action: ActionItem, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> ActionItem:
    """It is not done after all: it is the owner's again."""
    require(reason=reason)
    _perform(action, "send_back", actor, via, expected_version, note=reason)
    return _keep_times(action)


def cancel_action(
    action: ActionItem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> ActionItem:
    """It will not be done; an incident manager says why."""
    require(reason=reason)
    return _perform(action, "cancel", actor, via, expected_version, note=reason, arguments={"at": clock.now()})


@transaction.atomic
def change_due(
    action: ActionItem,
    *,
    actor: Person | None,
    via: str,
    due_on: date | None,
    reason: str,
    expected_version: int | None = None,
) -> ActionItem:
    """Move the due date, with the reason. Everybody sees how often that was done."""
    _begin(action, "change_due", actor, expected_version)
    require(reason=reason)
    if due_on is None or due_on < _today():
        raise InputRefused(due_on=_("Give a due date that is not over."))
    if due_on == action.due_on:
        raise InputRefused(due_on=_("That is its due date already."))
    before, action.due_on = action.due_on, due_on
    action.due_changes += 1
    if action.remind_on is not None and action.remind_on > due_on:
        action.remind_on = None
    data = {"from": before.isoformat(), "to": due_on.isoformat(), "times": action.due_changes}
    return _finish(action, "change_due", actor, via, note=reason, data=data)


@transaction.atomic
def reassign_action(
    action: ActionItem,
    *,
    actor: Person | None,
    via: str,
    owner: Person | None,
    reason: str,
    expected_version: int | None = None,
) -> ActionItem:
    """Give it to another colleague, with the reason."""
    _begin(action, "reassign", actor, expected_version)
    require(reason=reason)
    if fault := _fault_of_owner(owner, action):
        raise InputRefused(owner=fault)
    if owner is None or owner.pk == action.owner_id:
        raise InputRefused(owner=_("That is its owner already."))
    data = {"from": action.owner.name, "to": owner.name}
    action.owner = owner
    return _finish(action, "reassign", actor, via, note=reason, data=data)


@transaction.atomic
def set_reminder(
    action: ActionItem, *, actor: Person | None, via: str, on: date | None = None, expected_version: int | None = None
) -> ActionItem:
    """Let the owner be reminded on that day as well; None: on the days of the rules only."""
    _begin(action, "set_reminder", actor, expected_version)
    if on is not None and not _today() <= on <= action.due_on:
        raise InputRefused(on=_("Choose a day from today to the due date."))
    action.remind_on = on
    return _finish(action, "set_reminder", actor, via, data={"on": on.isoformat() if on else ""})


def faults_of(
    *, title: str, type: str, owner: Person | None, due_on: date | None, incident: Incident | None
) -> dict[str, str]:
    """What is wrong with a new item, by the name of the field."""
    found = {
        "title": "" if title.strip() else _("Please write something here."),
        "type": "" if type in ActionType.values else _("Choose one of the types."),
        "owner": _fault_of_owner(owner, incident),
        "due_on": _("Give a due date that is not over.") if due_on is None or due_on < _today() else "",
    }
    return {name: fault for name, fault in found.items() if fault}


def set_times(action: ActionItem, *, after: datetime | None = None) -> None:
    """When it is spoken of next; the caller saves the item."""
    policy, at = ActionPolicy.current(), after or clock.now()
    zone = action.owner.time_zone
    action.remind_at = next_reminder(
        action.due_on,
        days_before=policy.reminder_days,
        asked_for=action.remind_on,
        hour=policy.mail_hour,
        zone=zone,
        after=at,
    )
    action.next_nag_at = next_nag(
        action.due_on,
        leader_after=policy.leader_after_days,
        every=policy.repeat_days,
        hour=policy.mail_hour,
        zone=zone,
        after=at,
    )


def _fault_of_owner(owner: Person | None, about: ActionItem | Incident | None) -> str:
    if owner is None or not owner.is_colleague:
        return _("An action has exactly one owner, a colleague.")
    if about is not None and not permissions.sees(about, owner):
        return _("They may not see the incident that it is about.")
    return ""


def _today() -> date:
    return timezone.localdate(clock.now())


def _perform(
    action: ActionItem, verb: str, actor: Person | None, via: str, expected_version: int | None, **facts: Any
) -> ActionItem:
    with transaction.atomic():
        _refuse_unseen(action, verb, actor)
        perform(action, verb, actor=actor, via=via, expected_version=expected_version, **facts)
        _tell_incident(action, verb, actor, via)
    return action


def _begin(action: ActionItem, verb: str, actor: Person | None, expected_version: int | None) -> None:
    """What is no transition needs the same: the row's lock, the right person, an open item."""
    _refuse_unseen(action, verb, actor)
    lock(action, expected_version=expected_version)
    if actor is not None and not steers(action, actor):
        raise NotPermitted(verb)
    if action.status != ActionStatus.OPEN:
        raise refuse(action, verb, _("It is not open any more."))


def _finish(
    action: ActionItem, verb: str, actor: Person | None, via: str, *, data: dict[str, Any], note: str = ""
) -> ActionItem:
    action.version += 1
    _keep_times(action)
    record_event(action, verb, actor=actor, via=via, note=note, data=data)
    return action


def _keep_times(action: ActionItem) -> ActionItem:
    set_times(action)
    action.save()
    return action


def _refuse_unseen(action: ActionItem, verb: str, actor: Person | None) -> None:
    if actor is not None and not (actor.is_colleague and permissions.sees(action, actor)):
        raise NotPermitted(verb)


def _tell_incident(action: ActionItem, verb: str, actor: Person | None, via: str, **data: Any) -> None:
    """What became of an item that was opened in the incident itself stands on the incident's timeline."""
    if action.incident is None or action.origin_id is not None:
        return
    facts = {"action": action.pk, **data}
    record_event(action.incident, f"{verb}_action", actor=actor, via=via, note=action.title, data=facts)
