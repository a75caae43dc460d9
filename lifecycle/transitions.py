"""The one way by which a record changes its status, and what it may do next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import Transition

from lifecycle import clock
from lifecycle.models import Event, StatefulRecord
from lifecycle.reactions import react
from lifecycle.signals import events_recorded

Guard = Callable[[Any], bool]


class TransitionRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """The record may not do that now. ``allowed`` names the verbs that it may do, ``reason`` is for people."""

    def __init__(self, *, status: str, verb: str, reason: str, allowed: list[str]) -> None:
        super().__init__(reason)
        self.status = status
        self.verb = verb
        self.reason = reason
        self.allowed = allowed


class VersionConflict(TransitionRefused):
    """Somebody else changed the record after the asker had read it."""


class NotPermitted(Exception):  # noqa: N818
    """The actor's roles do not allow this verb on this record."""


class InputRefused(Exception):  # noqa: N818
    """What was typed cannot be used. ``errors`` maps field names to a sentence for people."""

    def __init__(self, **errors: str) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def guard(reason: str | Promise) -> Callable[[Guard], Guard]:
    """Mark a condition of a transition with the sentence shown where it blocks."""

    def mark(condition: Guard) -> Guard:
        condition.reason = reason  # type: ignore[attr-defined]
        return condition

    return mark


@dataclass(frozen=True)
class Offer:
    """A transition that leads out of the present status: a button, an API verb, a line in the docs."""

    verb: str
    label: str
    rank: int
    fields: tuple[str, ...]
    is_allowed: bool
    reason: str
    is_danger: bool = False


def declared(model: type[StatefulRecord]) -> Iterator[Transition]:
    """Every transition declared on the model's status field."""
    meta = cast(Any, model._meta)
    field = meta.get_field("status")
    yield from field.get_all_transitions(model)


def leading_out(record: StatefulRecord) -> list[Transition]:
    """The declared transitions whose source is the present status, guards not yet asked."""
    status = cast(Any, record).status
    return [transition for transition in declared(type(record)) if transition.source in (status, "*")]


def offers(record: StatefulRecord, actor: AbstractBaseUser | None) -> list[Offer]:
    """What ``actor`` may do to the record now, blocked ones included with the reason; best first.

    Transitions that only the product itself performs (custom ``is_system``) are nobody's offer.
    """
    found = [
        _offer(record, transition)
        for transition in leading_out(record)
        if not transition.custom.get("is_system") and (actor is None or transition.has_perm(record, cast(Any, actor)))
    ]
    return sorted(found, key=lambda offer: (offer.rank, offer.verb))


def perform(
    record: StatefulRecord,
    verb: str,
    *,
    actor: AbstractBaseUser | None,
    via: str,
    note: str = "",
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    recorded_at: datetime | None = None,
    expected_version: int | None = None,
    arguments: dict[str, Any] | None = None,
) -> Event:
    """Lock the row, run the declared transition, save, record the Event: all in one transaction.

    ``actor`` is None where the product itself acts. ``recorded_at``: see ``record_event``. Raises TransitionRefused
    (with what is allowed), VersionConflict or NotPermitted, and then nothing has changed.
    """
    with transaction.atomic():
        lock(record, expected_version=expected_version)
        transition = _find(record, verb)
        if actor is not None and not transition.has_perm(record, cast(Any, actor)):
            raise NotPermitted(verb)
        reason = _blocked_by(record, transition)
        if reason:
            raise _refusal(record, verb, reason)
        before = cast(Any, record).status
        getattr(record, verb)(**(arguments or {}))
        record.version += 1
        record.save()
        return record_event(
            record,
            verb,
            actor=actor,
            via=via,
            note=note,
            data=data,
            occurred_at=occurred_at,
            recorded_at=recorded_at,
            from_status=before,
        )


def lock(record: models.Model, *, expected_version: int | None = None) -> None:
    """Take the row's lock for this transaction and read it anew into ``record``."""
    manager = type(record)._base_manager
    record.refresh_from_db(from_queryset=manager.select_for_update(no_key=True))
    if expected_version is not None and isinstance(record, StatefulRecord) and record.version != expected_version:
        status = cast(Any, record).status
        allowed = [offer.verb for offer in offers(record, None) if offer.is_allowed]
        reason = _("Somebody else changed this in the meantime. Look at it again, then repeat.")
        raise VersionConflict(status=status, verb="", reason=reason, allowed=allowed)


def record_event(
    record: models.Model,
    verb: str,
    *,
    actor: AbstractBaseUser | None,
    via: str,
    note: str = "",
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    recorded_at: datetime | None = None,
    from_status: str = "",
) -> Event:
    """Append a fact to the record's timeline; ring the doorbell once it is committed.

    ``recorded_at``: the moment, just now, that the caller has stamped the change with (the database's time if left
    out), so that the log and the record agree to the microsecond. ``occurred_at``: when it really happened.
    """
    event = Event(
        subject=record,
        verb=verb,
        actor=cast(Any, actor),
        via=via,
        note=note,
        data=data or {},
        from_status=from_status,
        to_status=getattr(record, "status", ""),
    )
    event.recorded_at = recorded_at or clock.now()
    event.occurred_at = occurred_at or event.recorded_at
    if clock.is_rehearsing():
        event.dispatched_at = event.recorded_at
    event.save()
    if not clock.is_rehearsing():
        react(record, event)
    _touch(record, event.recorded_at)
    transaction.on_commit(lambda: events_recorded.send_robust(sender=Event, event_ids=[event.pk]), robust=True)
    return event


@dataclass(frozen=True)
class Fact:
    """One fact that the product itself records, of many at once."""

    record: models.Model
    verb: str
    data: dict[str, Any]


def record_events(facts: Sequence[Fact], *, via: str) -> list[Event]:
    """``record_event`` for many facts that nobody in particular caused, in a few statements for all of them.

    They change no status and name none: the records are not locked, and one of them may just be moving on.
    """
    if not facts:
        return []
    at = clock.now()
    events = [
        Event(
            subject_type=ContentType.objects.get_for_model(fact.record),
            subject_id=fact.record.pk,
            verb=fact.verb,
            via=via,
            data=fact.data,
            recorded_at=at,
            occurred_at=at,
            dispatched_at=at if clock.is_rehearsing() else None,
        )
        for fact in facts
    ]
    Event.objects.bulk_create(events)
    if not clock.is_rehearsing():
        for fact, event in zip(facts, events, strict=True):
            react(fact.record, event)
    _touch_all([fact.record for fact in facts], at)
    keys = [event.pk for event in events]
    transaction.on_commit(lambda: events_recorded.send_robust(sender=Event, event_ids=keys), robust=True)
    return events


def _touch_all(records: list[models.Model], at: datetime) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for record in records:
        by_model.setdefault(type(record), []).append(record)
    for some in by_model.values():
        _touch(some[0], at, keys=[record.pk for record in some])


def _touch(record: models.Model, at: datetime, *, keys: list[Any] | None = None) -> None:
    """A record that keeps the moment of its last change learns it.

    A row that somebody else holds is being changed, and gets their moment: nobody waits here, so nothing can deadlock.
    """
    if not hasattr(record, "updated_at"):
        return
    record.updated_at = at
    rows = type(record)._base_manager.filter(pk__in=[record.pk] if keys is None else keys)
    with transaction.atomic(savepoint=False):
        free = rows.select_for_update(skip_locked=True, no_key=True).values("pk")
        type(record)._base_manager.filter(pk__in=free).update(updated_at=at)


def _offer(record: StatefulRecord, transition: Transition) -> Offer:
    reason = _blocked_by(record, transition)
    return Offer(
        verb=transition.name,
        label=str(transition.custom.get("label", transition.name)),
        rank=int(transition.custom.get("rank", 99)),
        fields=tuple(transition.custom.get("fields", ())),
        is_allowed=not reason,
        reason=reason,
        is_danger=bool(transition.custom.get("is_danger", False)),
    )


def _find(record: StatefulRecord, verb: str) -> Transition:
    for transition in leading_out(record):
        if transition.name == verb:
            return transition
    status = cast(Any, record).get_status_display()
    raise _refusal(record, verb, _("Not possible while the status is “%(status)s”.") % {"status": status})


def _blocked_by(record: StatefulRecord, transition: Transition) -> str:
    """The sentence of the first guard that says no; empty where none does."""
    for condition in transition.conditions or []:
        if not condition(record):
            return str(getattr(condition, "reason", _("A condition is not met.")))
    return ""


def refuse(record: StatefulRecord, verb: str, reason: str) -> TransitionRefused:
    """The refusal of a verb that is no declared transition, with what is allowed instead; for ``raise``."""
    return _refusal(record, verb, reason)


def _refusal(record: StatefulRecord, verb: str, reason: str) -> TransitionRefused:
    allowed = [offer.verb for offer in offers(record, None) if offer.is_allowed]
    return TransitionRefused(status=cast(Any, record).status, verb=verb, reason=reason, allowed=allowed)
