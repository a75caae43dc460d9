"""Hand-over notes: drafted before a shift change, handed over by who leaves, accepted by who arrives."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Person
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse
from notifications.duty import duty_at
from notifications.models import Channel, Purpose, Schedule
from notifications.rosters import Rota, read_rota
from notifications.services.plain import promise_plain
from reports.meeting import permissions
from reports.meeting.handover_content import draft_content
from reports.meeting.handover_text import hand_over_text
from reports.models import HandOver, HandOverStatus

HORIZON = timedelta(days=40)
A_MOMENT = timedelta(seconds=1)


@transaction.atomic
def draft_hand_over(schedule: Schedule, *, actor: Person | None, via: str) -> HandOver:
    """The note of the schedule's next shift change; one that is there already is answered as it is.

    Raises InputRefused where nobody is on call now or the shift does not change within forty days.
    """
    if actor is not None and not permissions.drafts(actor):
        raise NotPermitted("draft_hand_over")
    now = clock.now()
    change = next_change(read_rota(schedule, now, now + HORIZON), now)
    if change is None:
        raise InputRefused(schedule=_("Nobody is on call there now, or the shift does not change soon."))
    changes_at, leaving, arriving = change
    return draft_at(schedule, changes_at, leaving, arriving, actor=actor, via=via)


def next_change(rota: Rota, now: datetime) -> tuple[datetime, Person, Person | None] | None:
    """(when, who leaves, who arrives) of the next change of the primary; None where there is none to hand over."""
    duty = duty_at(rota.roster, now)
    if not duty.primary or duty.end >= now + HORIZON:
        return None
    after = duty_at(rota.roster, duty.end)
    (leaving,), arriving = rota.who(duty.primary[:1]), rota.who(after.primary[:1])
    if arriving and arriving[0].pk == leaving.pk:
        return next_change(rota, duty.end)
    return duty.end, leaving, arriving[0] if arriving else None


@transaction.atomic
def draft_at(
    schedule: Schedule,
    changes_at: datetime,
    leaving: Person,
    arriving: Person | None,
    *,
    actor: Person | None,
    via: str = Via.SYSTEM,
) -> HandOver:
    """The one note of that shift change. A draft learns of a swap: who leaves and arrives is kept up to date."""
    people = {"leaving": leaving, "arriving": arriving}
    note, is_new = HandOver.objects.get_or_create(
        schedule=schedule, changes_at=changes_at, defaults={**people, "drafted_at": clock.now()}
    )
    if is_new:
        record_event(note, "draft", actor=actor, via=via)
        _tell(note, leaving, "drafted")
    elif note.status == HandOverStatus.DRAFTED and (note.leaving_id, note.arriving_id) != _keys(leaving, arriving):
        lock(note)
        note.leaving, note.arriving = leaving, arriving
        note.version += 1
        note.save(update_fields=["leaving", "arriving", "version"])
        record_event(note, "redraft", actor=actor, via=via)
    return note


def _keys(leaving: Person, arriving: Person | None) -> tuple[int, int | None]:
    return leaving.pk, arriving.pk if arriving else None


@transaction.atomic
def write_hand_over(
    note: HandOver, *, actor: Person, via: str, text: str, expected_version: int | None = None
) -> HandOver:
    """Save the free text of a draft."""
    lock(note, expected_version=expected_version)
    if not permissions.writes_note(note, actor):
        raise NotPermitted("write")
    if note.status != HandOverStatus.DRAFTED:
        raise refuse(note, "write", _("It is handed over; take it back first."))
    if note.text and note.text != text:
        record_event(note, "replace_note", actor=actor, via=via, note=note.text)
    note.text = sanitise(text)
    note.version += 1
    note.save(update_fields=["text", "version"])
    return note


@transaction.atomic
def hand_over(
    note: HandOver, *, actor: Person, via: str, text: str | None = None, expected_version: int | None = None
) -> HandOver:
    """Freeze what is open, and tell whoever arrives. ``text``: None leaves it as it was written."""
    arguments = {
        "text": note.text if text is None else sanitise(text),
        "content": draft_content(note),
        "at": clock.now(),
    }
    perform(note, "hand_over", actor=actor, via=via, expected_version=expected_version, arguments=arguments)
    if note.arriving is not None:
        _tell(note, note.arriving, "handed_over")
    return note


@transaction.atomic
def accept_hand_over(note: HandOver, *, actor: Person, via: str, expected_version: int | None = None) -> HandOver:
    """Whoever arrives has read it: from now on it is theirs."""
    perform(note, "accept", actor=actor, via=via, expected_version=expected_version, arguments={"at": clock.now()})
    return note


@transaction.atomic
def send_back_hand_over(
    note: HandOver, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> HandOver:
    """Something is missing, or came up since: it is a draft again."""
    require(reason=reason)
    perform(note, "send_back", actor=actor, via=via, note=reason, expected_version=expected_version)
    if actor.pk != note.leaving_id:
        _tell(note, note.leaving, "sent_back", reason)
    return note


def _tell(note: HandOver, person: Person, what: str, reason: str = "") -> None:
    """By mail, with what of the note is for them."""
    if not person.is_active:
        return
    with override(person.language):
        subjects = {
            "drafted": _("Hand-over note of %(team)s: a draft waits for you"),
            "handed_over": _("Hand-over note of %(team)s: please accept it"),
            "sent_back": _("Hand-over note of %(team)s: sent back to you"),
        }
        subject = subjects[what] % {"team": note.schedule}
        link = f"{settings.PUBLIC_URL}{note.get_absolute_url()}"
        body = "\n\n".join(part for part in (reason, link, hand_over_text(note, person)) if part)
    key = f"hand-over:{note.pk}:{what}:{note.version}"
    promise_plain(recipient=person, channel=Channel.EMAIL, purpose=Purpose.DUTY, subject=subject, body=body, key=key)
