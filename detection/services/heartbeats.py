"""Verbs of heartbeats: add, edit, beat, pause, resume; and the judge of those that have fallen silent."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from catalog.models import Person
from catalog.services.tokens import digest_of
from detection.models import Alert, Heartbeat, Origin
from detection.rules.words import plain
from detection.services.alerts import open_alerts
from detection.services.applying import words_of
from detection.services.integrations import lock_version, new_key
from detection.services.ordering import require_editor
from detection.services.recovering import recover_where_quiet
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock, record_event

EDITABLE = ("name", "interval", "grace", "service", "level")
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(days=31)


@transaction.atomic
def add_heartbeat(*, actor: Person | None = None, via: str = Via.SYSTEM, **fields: Any) -> tuple[Heartbeat, str]:
    """Returns it with its key, which is never to be seen again. The first beat is expected within an interval.

    Raises InputRefused by field, NotPermitted.
    """
    require_editor(actor)
    key = new_key()
    heartbeat = Heartbeat(digest=digest_of(key))
    _set(heartbeat, fields)
    heartbeat.due_at = clock.now() + heartbeat.patience
    heartbeat.save()
    record_event(heartbeat, "add", actor=actor, via=via)
    return heartbeat, key


@transaction.atomic
def edit_heartbeat(
    heartbeat: Heartbeat, *, actor: Person | None, via: str, expected_version: int | None = None, **changes: Any
) -> Heartbeat:
    """Change any of EDITABLE; a new interval counts from the last beat. Raises InputRefused, NotPermitted."""
    require_editor(actor)
    lock_version(heartbeat, expected_version)
    _set(heartbeat, changes)
    if heartbeat.due_at is not None:
        heartbeat.due_at = max((heartbeat.last_beat_at or clock.now()) + heartbeat.patience, clock.now())
    heartbeat.version += 1
    heartbeat.save(update_fields=[*changes, "due_at", "version"])
    record_event(heartbeat, "edit", actor=actor, via=via, data={"changed": sorted(changes)})
    return heartbeat


@transaction.atomic
def pause_heartbeat(heartbeat: Heartbeat, *, actor: Person | None, via: str) -> Heartbeat:
    """Nothing is expected until it is resumed. An open alert ends, its incident stays: nobody has heard a beat."""
    require_editor(actor)
    lock(heartbeat)
    if not heartbeat.is_paused:
        heartbeat.is_paused, heartbeat.due_at = True, None
        heartbeat.version += 1
        heartbeat.save(update_fields=["is_paused", "due_at", "version"])
        heartbeat.alerts.open().update(ended_at=clock.now())
        record_event(heartbeat, "pause", actor=actor, via=via)
    return heartbeat


@transaction.atomic
def resume_heartbeat(heartbeat: Heartbeat, *, actor: Person | None, via: str) -> Heartbeat:
    """A beat is expected again, within an interval from now."""
    require_editor(actor)
    lock(heartbeat)
    if heartbeat.is_paused:
        heartbeat.is_paused, heartbeat.due_at = False, clock.now() + heartbeat.patience
        heartbeat.version += 1
        heartbeat.save(update_fields=["is_paused", "due_at", "version"])
        record_event(heartbeat, "resume", actor=actor, via=via)
    return heartbeat


@transaction.atomic
def rotate_heartbeat_key(heartbeat: Heartbeat, *, actor: Person | None, via: str) -> str:
    """A new key; the old one is nobody's from now on."""
    require_editor(actor)
    lock(heartbeat)
    key = new_key()
    heartbeat.digest = digest_of(key)
    heartbeat.version += 1
    heartbeat.save(update_fields=["digest", "version"])
    record_event(heartbeat, "rotate_key", actor=actor, via=via)
    return key


@transaction.atomic
def beat(key: str) -> Heartbeat | None:
    """A sign of life: the next is expected in time, and what was raised for silence recovers. None: no such key."""
    if not key or len(key) > 200:
        return None
    heartbeat = Heartbeat.objects.select_for_update(no_key=True).filter(digest=digest_of(key)).first()
    if heartbeat is None:
        return None
    now = clock.now()
    heartbeat.last_beat_at = now
    if not heartbeat.is_paused:
        heartbeat.due_at = now + heartbeat.patience
    heartbeat.save(update_fields=["last_beat_at", "due_at"])
    ended = list(heartbeat.alerts.open())
    for alert in ended:
        alert.ended_at = alert.last_seen_at = max(now, alert.opened_at)
    if ended:
        Alert.objects.bulk_update(ended, ["ended_at", "last_seen_at"])
        recover_where_quiet(ended, _("“%(name)s” beats again.") % {"name": heartbeat.name})
    return heartbeat


def judge_heartbeats(*, limit: int = 100) -> int:
    """Raise an alert for each that has been silent for too long. Returns how many."""
    due = list(Heartbeat.objects.filter(due_at__lte=Now()).order_by("due_at").values_list("pk", flat=True)[:limit])
    return sum(_judge(pk) for pk in due)


@transaction.atomic
def _judge(pk: int) -> int:
    waiting = Heartbeat.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    related = waiting.select_related("service__business_line", "level")
    heartbeat = related.filter(pk=pk, due_at__lte=Now(), is_paused=False).first()
    if heartbeat is None:
        return 0
    heartbeat.due_at = None
    heartbeat.save(update_fields=["due_at"])
    if not heartbeat.alerts.open().exists():
        open_alerts([_silence(heartbeat)], words_of)
    return 1


def _silence(heartbeat: Heartbeat) -> Alert:
    now = clock.now()
    title = _("No sign of life: %(name)s") % {"name": heartbeat.name}
    facts = {"seconds": plain(heartbeat.interval.total_seconds()), "last": "-"}
    if heartbeat.last_beat_at:
        facts["last"] = heartbeat.last_beat_at.isoformat(" ", "seconds")
    return Alert(
        origin=Origin.HEARTBEAT,
        heartbeat=heartbeat,
        dedup_key=f"heartbeat:{heartbeat.pk}",
        title=title[:300],
        description=_("Expected every %(seconds)s s; the last one came at %(last)s.") % facts,
        service=heartbeat.service,
        level=heartbeat.level,
        started_at=heartbeat.last_beat_at or now,
        opened_at=now,
        last_seen_at=now,
    )


def _set(heartbeat: Heartbeat, changes: dict[str, Any]) -> None:
    errors: dict[str, str] = {}
    for name, value in changes.items():
        if name not in EDITABLE:
            raise InputRefused(**{name: _("This cannot be changed.")})
        setattr(heartbeat, name, value)
    try:
        heartbeat.full_clean(validate_constraints=False)
    except ValidationError as error:
        errors = {name: " ".join(texts) for name, texts in error.message_dict.items()}
    if "interval" not in errors and not SHORTEST <= heartbeat.interval <= LONGEST:
        errors["interval"] = _("Enter a time from 10 seconds to 31 days.")
    if "grace" not in errors and not timedelta(0) <= heartbeat.grace <= LONGEST:
        errors["grace"] = _("Enter a time of at most 31 days.")
    if errors:
        raise InputRefused(**errors)
