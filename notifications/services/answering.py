"""What happens when somebody presses a key in a call or replies to a text. Returns the sentence they hear or read."""

import re
from collections.abc import Iterable

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import OVER
from incidents.services import acknowledge_incident
from lifecycle.lists import listed
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, TransitionRefused
from notifications.models import Delivery, Purpose
from notifications.services import outstanding
from notifications.services.bundling import bundle_of
from notifications.services.locking import lock_message
from notifications.services.passive import may_answer, note_action
from notifications.services.reaching import mark_reached
from notifications.services.steering import escalate_now
from notifications.services.stopping import asks_to_start, asks_to_stop, is_stopped, start_texts, stop_texts
from notifications.services.verifying import confirm_by_key
from notifications.wording import ACKNOWLEDGE_KEY, CONFIRM_KEY, ESCALATE_KEY, reply_code

# "4", "4 1042", "4#1042", "4 INC-1042", "4 all"; full-width digits as Chinese keyboards type them.
REPLY = re.compile(r"^\s*([45])(?:[\s#]*(?:(all|全部)|(?:INC-)?(\d{1,18})))?\s*[.!。！]?\s*$", re.IGNORECASE)
FULL_WIDTH = str.maketrans("０１２３４５６７８９＃", "0123456789#")
LISTED = 4
"""How many codes of open incidents one answer names."""


def press_key(delivery: Delivery, *, key: str) -> str:
    """A key in a call; an empty sentence means: say the menu again."""
    person = delivery.person
    with translation.override(person.language):
        if delivery.purpose == Purpose.CODE:
            return confirm_by_key(delivery) if key == CONFIRM_KEY else ""
        if delivery.purpose == Purpose.TEST:
            return _prove_test(delivery, by="key", key=key) if key == ACKNOWLEDGE_KEY else ""
        if key not in (ACKNOWLEDGE_KEY, ESCALATE_KEY):
            return ""
        return _act_on_all(bundle_of(delivery), key=key, via=Via.VOICE, by="key")


def reply_sms(*, number: str, text: str) -> str | None:
    """A text message from a phone; None where the number is nobody's that we ever wrote to, or has had enough."""
    newest = outstanding.messages_to(number).first()
    if newest is None:
        return None
    with translation.override(newest.person.language):
        stopping = _stop_or_start(number, text)
        if stopping is not None:
            return stopping
        match = REPLY.match(text.translate(FULL_WIDTH))
        answer = _obey(number, newest.person, *match.groups()) if match else None
        if answer is not None:
            note_action(number)
            return answer
        return _passive(number, newest.person, match[3] if match else None)


def _stop_or_start(number: str, text: str) -> str | None:
    if asks_to_stop(text):
        stop_texts(number)
        return _("No more texts come to this number; calls go on. Write START to get texts again.")
    if asks_to_start(text) and is_stopped(number):
        start_texts(number)
        return _("Texts come to this number again.")
    return None


def _obey(number: str, person: Person, key: str, everything: str | None, reference: str | None) -> str | None:
    """What the reply did; None where it speaks of nothing that this number was paged for."""
    pages = outstanding.pages_meant(number, reference=reference, everything=bool(everything))
    if pages:
        answer = _act_on_all(pages, key=key, via=Via.SMS, by="reply")
        others = outstanding.open_incidents(number) if reference is None else []
        return f"{answer} {_still_open(others)}".strip()
    test = outstanding.open_test(number)
    if test is not None and key == ACKNOWLEDGE_KEY and reference is None:
        return _prove_test(test, by="reply", key=key)
    return None


def _passive(number: str, person: Person, reference: str | None) -> str | None:
    """An answer that helps and does nothing; only so many in a row, because the other side may be a machine."""
    if not may_answer(number):
        return None
    if reference:
        return _("You were not paged for INC-%(number)s.") % {"number": reference}
    if still := _still_open(outstanding.open_incidents(number)):
        return still
    return _("Reply %(ack)s to acknowledge or %(escalate)s for the next person.") % {
        "ack": ACKNOWLEDGE_KEY,
        "escalate": ESCALATE_KEY,
    }


def _still_open(incidents: Iterable[Incident]) -> str:
    codes = [f"“{reply_code(incident)}”" for incident in list(incidents)[:LISTED]]
    if not codes:
        return ""
    everything = f"“{ACKNOWLEDGE_KEY} all”"
    return _("Still open: reply %(codes)s, or %(all)s.") % {"codes": listed(codes), "all": everything}


def _act_on_all(pages: list[Delivery], *, key: str, via: str, by: str) -> str:
    """Each incident in a transaction of its own; one sentence each, the same ones together."""
    sentences = dict.fromkeys(_act(page, key=key, via=via, by=by) for page in pages)
    return " ".join(sentences)


@transaction.atomic
def _act(page: Delivery, *, key: str, via: str, by: str) -> str:
    """The proof that somebody was reached and what they wanted are one transaction: a key is not lost between them.

    A page is answered once: what a carrier repeats, or somebody replays, gets an answer and does nothing more.
    """
    lock_message(page)
    incident, person = page.about, page.person
    if by == "key" and page.reached_by.startswith("key ") and page.reached_by != f"key {key}":
        return _("This call was answered already.")
    mark_reached(page, by=by, key=key)
    if key == ESCALATE_KEY:
        is_running = escalate_now(incident, actor=person, via=via, asked_in=page)
        return _("The next person is paged now.") if is_running else _already(incident)
    try:
        with transaction.atomic():
            acknowledge_incident(incident, actor=person, via=via)
    except TransitionRefused:
        return _already(incident)
    except NotPermitted:
        return _("You may not acknowledge this incident.")
    return _("%(incident)s is acknowledged. It is yours.") % {"incident": incident.reference}


def _already(incident: Incident) -> str:
    """Who was faster."""
    incident.refresh_from_db()
    values = {"incident": incident.reference, "person": incident.handler}
    if incident.handler is not None and incident.status not in OVER:
        return _("%(incident)s was already acknowledged by %(person)s.") % values
    values["status"] = incident.get_status_display()
    return _("%(incident)s needs no page any more: %(status)s.") % values


def _prove_test(delivery: Delivery, *, by: str, key: str) -> str:
    mark_reached(delivery, by=by, key=key)
    return _("Thank you, the test page has reached you.")
