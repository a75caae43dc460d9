"""Chat groups of incidents: wanted in the transaction that calls for them, made by the cycle, ended with the incident.

A group is claimed under a lease as a delivery is. Talking to the program happens in a thread of its own, so that a chat
program that hangs never keeps a page waiting; whoever finishes late is fenced off by the attempt.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.channels.base import ChannelError
from notifications.channels.chats import Note
from notifications.channels.chats.base import clean
from notifications.models import PagingSettings, Schedule, WarRoom
from notifications.models.chat import WarRoomStatus
from notifications.recipients import managers_of, on_call_everywhere
from notifications.warrooms import ROOMS, Guest, Plan, Room, configured
from notifications.warrooms.base import Talk

LEASE = timedelta(seconds=120)
RETRY_AFTER = timedelta(seconds=15)
ATTEMPTS = 6
AT_ONCE = 4
TO_DO = (WarRoomStatus.WANTED, WarRoomStatus.CLOSING)
BY_THEMSELVES = ("accept_major", "declare_major")
"""What makes an incident a major one, and a group be made whatever its level."""


@dataclass(frozen=True)
class Claim:
    room_id: int
    attempt: int
    kind: str
    status: str
    plan: Plan
    note: Note
    key: str
    known: Room | None


@dataclass(frozen=True)
class Outcome:
    room: Room | None = None
    missing: tuple[str, ...] = ()
    error: ChannelError | None = None


def may_want(incident: Incident, person: Person) -> bool:
    return bool(permissions.handles(incident, person))


@transaction.atomic
def want_war_room(incident: Incident, *, actor: Person | None, via: str) -> WarRoom:
    """Ask for the incident's group; a repeat finds the first, and one that failed is tried anew."""
    if actor is not None and not may_want(incident, actor):
        raise NotPermitted("want_war_room")
    kind = _kind()
    if not kind:
        raise InputRefused(kind=_("No chat program is set up in which groups can be made."))
    lock(incident)
    room, is_new = WarRoom.objects.get_or_create(incident=incident, defaults={"kind": kind, "due_at": clock.now()})
    if not is_new and room.status == WarRoomStatus.FAILED:
        room.status, room.kind, room.attempt, room.due_at, room.error = WarRoomStatus.WANTED, kind, 0, clock.now(), ""
        room.save()
        is_new = True
    if is_new:
        record_event(incident, "want_war_room", actor=actor, via=via, data={"kind": kind})
    return room


def want_by_itself(incident: Incident, event: Event) -> None:
    """A major one, or one of the levels for which the settings say so. Without a chat program nothing happens."""
    chosen = PagingSettings.objects.filter(war_room_levels__contains=[incident.level_id])
    is_wanted = event.verb in BY_THEMSELVES or chosen.exists()
    if is_wanted and not incident.is_over and _kind() and not WarRoom.objects.filter(incident=incident).exists():
        want_war_room(incident, actor=None, via=Via.SYSTEM)


def end_war_room(incident: Incident, _event: Event) -> None:
    """The incident is over: say so in the group, once."""
    WarRoom.objects.filter(incident=incident, status=WarRoomStatus.OPEN).update(
        status=WarRoomStatus.CLOSING, due_at=clock.now(), attempt=0, lease_until=None
    )
    WarRoom.objects.filter(incident=incident, status=WarRoomStatus.WANTED, external_id="").update(
        status=WarRoomStatus.FAILED, error="The incident was over before."
    )


def make_war_rooms() -> int:
    """Make and end the groups that are due; part of the cycle. Returns how many were begun."""
    claims, failures = claim_rooms()
    for claim in claims:
        threading.Thread(target=_work_aside, args=(claim,), daemon=True, name="war-room").start()
    complain(failures)
    return len(claims)


def claim_rooms() -> tuple[list[Claim], list[Exception]]:
    now = clock.now()
    busy = WarRoom.objects.filter(status__in=TO_DO, lease_until__gte=now).count()
    due = WarRoom.objects.filter(status__in=TO_DO, due_at__lte=now).exclude(lease_until__gte=now)
    rows = due.order_by("due_at", "id").values_list("pk", "incident_id")
    if busy >= AT_ONCE or not rows:
        return [], []
    found, failures = act_on_due(_claim, rows, limit=AT_ONCE - busy)
    return [claim for claim in found if claim is not None], failures


@transaction.atomic
def _claim(pk: int, incident_id: int) -> Claim | None:
    incident = claim_incident(incident_id)
    now = clock.now()
    rows = WarRoom.objects.select_for_update(no_key=True, skip_locked=True)
    room = rows.filter(pk=pk, status__in=TO_DO, due_at__lte=now).exclude(lease_until__gte=now).first()
    if incident is None or room is None:
        return None
    room.attempt += 1
    room.lease_until = now + LEASE
    room.save(update_fields=["attempt", "lease_until"])
    guests = _guests(incident) if room.status == WarRoomStatus.WANTED else []
    # Feishu takes a key of at most 50 letters, and a group that is opened anew says so anew.
    key = f"mainstay-{room.pk}-{room.status}-{int(room.due_at.timestamp()) if room.status == 'closing' else 0}"
    return Claim(
        room_id=room.pk,
        attempt=room.attempt,
        kind=room.kind,
        status=room.status,
        plan=_plan(incident, guests),
        note=_closing_note(incident) if room.status == WarRoomStatus.CLOSING else _first_note(incident),
        key=key,
        known=Room(room.external_id, room.url) if room.external_id else None,
    )


def _work_aside(claim: Claim) -> None:
    try:
        work(claim)
    finally:
        connection.close()


def work(claim: Claim) -> None:
    """Talk to the program outside any transaction, then write down what came of it."""
    finish(claim, _talk(claim))


def _talk(claim: Claim) -> Outcome:
    program, talk = ROOMS[claim.kind], Talk()
    is_repeat = claim.attempt > 1
    try:
        room = claim.known or program.open(talk, claim.plan)
        if claim.status == WarRoomStatus.CLOSING:
            program.write(talk, room, claim.note, key=claim.key, is_repeat=is_repeat)
            return Outcome(room)
        _keep(claim, room)
        missing = program.invite(talk, room, claim.plan)
        program.write(talk, room, claim.note, key=claim.key, is_repeat=is_repeat)
        return Outcome(room, tuple(guest.name for guest in missing))
    except ChannelError as error:
        return Outcome(error=error)
    except Exception as error:
        return Outcome(error=ChannelError(type(error).__name__, code="internal"))


def _keep(claim: Claim, room: Room) -> None:
    """The next attempt need not look for it."""
    mine = WarRoom.objects.filter(pk=claim.room_id, attempt=claim.attempt)
    mine.update(external_id=room.external_id[:100], url=room.url[:500])


@transaction.atomic
def finish(claim: Claim, outcome: Outcome) -> None:
    """Unless a later attempt has taken over meanwhile (fencing)."""
    incident = WarRoom.objects.select_related("incident").get(pk=claim.room_id).incident
    lock(incident)
    room = WarRoom.objects.select_for_update(no_key=True).get(pk=claim.room_id)
    if room.attempt != claim.attempt or room.status != claim.status:
        return
    room.lease_until = None
    if outcome.error is not None:
        _note_failure(room, incident, outcome.error)
    elif claim.status == WarRoomStatus.CLOSING:
        room.status, room.error = WarRoomStatus.CLOSED, ""
        room.save()
    elif outcome.room is not None:
        _note_open(room, incident, claim, outcome)


def _note_open(room: WarRoom, incident: Incident, claim: Claim, outcome: Outcome) -> None:
    room.status = WarRoomStatus.CLOSING if incident.is_over else WarRoomStatus.OPEN
    room.opened_at, room.due_at, room.error = clock.now(), clock.now(), ""
    room.attempt = 0 if incident.is_over else room.attempt
    room.missing = list(outcome.missing)
    room.invited = [guest.name for guest in claim.plan.guests if guest.name not in outcome.missing]
    room.save()
    data = {"kind": room.kind, "name": claim.plan.name, "people": room.invited, "missing": room.missing}
    record_event(incident, "open_war_room", actor=None, via=Via.SYSTEM, data=data)


def _note_failure(room: WarRoom, incident: Incident, error: ChannelError) -> None:
    room.error = str(error)[:300]
    if not error.permanent and room.attempt < ATTEMPTS:
        room.due_at = clock.now() + (error.retry_after or RETRY_AFTER * room.attempt)
        room.save()
        return
    room.status = WarRoomStatus.FAILED if room.status == WarRoomStatus.WANTED else WarRoomStatus.CLOSED
    room.save()
    record_event(incident, "fail_war_room", actor=None, via=Via.SYSTEM, data={"kind": room.kind, "error": room.error})


def _kind() -> str:
    """The program that the settings name, else the first that is set up; empty: none."""
    wanted = PagingSettings.objects.values_list("war_room_kind", flat=True).first() or ""
    usable = configured()
    if not wanted:
        return next(iter(usable), "")
    return wanted if wanted in usable else ""


def _plan(incident: Incident, guests: list[Guest]) -> Plan:
    topic = clean(f"[L{incident.level_id}] {incident.title} · {_address(incident)}").replace("\n", " ")
    return Plan(incident.reference.lower(), topic, permissions.is_confidential(incident), guests)


def _guests(incident: Incident) -> list[Guest]:
    """Who is on call, who handles and owns it, who manages and who speaks for it. Of a confidential incident only
    those who may see it."""
    of_team = Schedule.objects.filter(team=incident.service.operations_team_id)
    duties = on_call_everywhere(of_team, clock.now())
    people = [person for duty in duties for person in (*duty.primary, *duty.secondary)]
    people += [each for each in (incident.handler, incident.owner, incident.communications_lead) if each]
    people += managers_of(incident)
    known = {person.pk: person for person in people if person.is_active and permissions.watches(incident, person)}
    return [Guest(person.name, person.email) for person in known.values()]


def _first_note(incident: Incident) -> Note:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("This group is for the handling of the incident. What is decided belongs on its page."),
            _("Level: %(level)s") % {"level": incident.level},
            _("Service: %(service)s") % {"service": incident.service},
            _("Status: %(status)s") % {"status": incident.get_status_display()},
            clean(incident.description)[:1500],
        ]
        return _note(incident, lines)


def _closing_note(incident: Incident) -> Note:
    with translation.override(settings.LANGUAGE_CODE):
        status = {"status": incident.get_status_display()}
        return _note(incident, [_("The incident is over (%(status)s). Thank you.") % status])


def _note(incident: Incident, lines: list[str]) -> Note:
    title = clean(f"[L{incident.level_id}][{incident.reference}] {incident.title}").replace("\n", " ")
    link_text = _("Open %(reference)s") % {"reference": incident.reference}
    return Note(title, "\n".join(lines), _address(incident), link_text, settings.LANGUAGE_CODE)


def _address(incident: Incident) -> str:
    return f"{settings.PUBLIC_URL}{incident.get_absolute_url()}"
