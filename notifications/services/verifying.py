"""Proving that a phone number is the person's: a code by text or call, or a key in the call.

The code is not stored: it follows from the message's token and the secret key, and only a keyed digest of it is kept.
So neither the outbox nor the table of codes tells it to whoever reads the database.
"""

import hmac
import logging
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Person
from catalog.services import verify_phone
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from notifications.models import AlarmKind, Channel, Delivery, PagingSettings, PhoneCode, Purpose
from notifications.models.delivery import new_token
from notifications.services.addressing import why_not_reachable
from notifications.services.alarming import end_alarm, raise_alarm
from notifications.services.plain import promise_plain
from notifications.wording import CODE_PLACE, words_of_code

logger = logging.getLogger(__name__)
LIFE = timedelta(minutes=10)
HOUR = timedelta(hours=1)
CODES_AN_HOUR = 3
"""To one number, and for one person."""
COMPANY_CODES_AN_HOUR = 60
"""More than that is somebody who earns by it."""
FLOOD = "verification codes"
TRIES = 5
BY = (Channel.SMS, Channel.VOICE)


def send_code(person: Person, *, actor: Person, channel: str) -> Delivery:
    """Send a code to the person's own number. Raises InputRefused with a sentence where that may not be."""
    if actor.pk != person.pk:
        raise NotPermitted("send_code")
    refusal, delivery = _try_to_send(person, channel)
    if delivery is None:
        raise InputRefused(phone=refusal)
    return delivery


@transaction.atomic
def _try_to_send(person: Person, channel: str) -> tuple[str, Delivery | None]:
    """A refusal is returned and not raised, so that what it writes down stays."""
    PagingSettings.objects.select_for_update(no_key=True).get(pk=1)  # one at a time, so that caps are kept
    lock(person)
    refusal = _why_no_code(person, channel)
    if refusal:
        return refusal, None
    with translation.override(person.language):
        subject, body = words_of_code(channel, name=person.name)
    (delivery,) = promise_plain(
        recipient=person,
        channel=channel,
        purpose=Purpose.CODE,
        subject=subject,
        body=body,
        key=f"code:{new_token()}",
        destination=person.phone,
    )
    PhoneCode.objects.create(
        person=person,
        phone=person.phone,
        channel=channel,
        digest=_digest(person, person.phone, code_of(delivery)),
        expires_at=clock.now() + LIFE,
    )
    return "", delivery


def _why_no_code(person: Person, channel: str) -> str:
    if channel not in BY:
        return _("A code can be texted or called.")
    if not person.phone:
        return _("Enter your phone number in your profile first.")
    if person.has_verified_phone:
        return _("This number is verified already.")
    return why_not_reachable(person.phone, channel) or _why_too_many(person)


def _why_too_many(person: Person) -> str:
    lately = PhoneCode.objects.filter(created_at__gt=clock.now() - HOUR)
    if max(lately.filter(person=person).count(), lately.filter(phone=person.phone).count()) >= CODES_AN_HOUR:
        logger.warning("Person %s has had %s verification codes within an hour; no more", person.pk, CODES_AN_HOUR)
        return ngettext(
            "At most %(number)d code an hour. Wait a while, or ask an administrator to look at the number.",
            "At most %(number)d codes an hour. Wait a while, or ask an administrator to look at the number.",
            CODES_AN_HOUR,
        ) % {"number": CODES_AN_HOUR}
    if lately.count() >= COMPANY_CODES_AN_HOUR:
        raise_alarm(AlarmKind.SPEND_CAP, about=FLOOD, detail=f"{COMPANY_CODES_AN_HOUR} an hour")
        return _("Too many codes were asked for in the whole company. The administrators have been told.")
    end_alarm(AlarmKind.SPEND_CAP, about=FLOOD)
    return ""


def confirm_code(person: Person, *, actor: Person, code: str) -> Person:
    """Verify the number with the code that was sent to it; the same refusal whatever is wrong with the code."""
    if actor.pk != person.pk:
        raise NotPermitted("confirm_code")
    if not _try_code(person, code.strip()):
        raise InputRefused(code=_("This code is not right or no longer valid. Have a new one sent."))
    return person


@transaction.atomic
def _try_code(person: Person, code: str) -> bool:
    """A wrong try counts against every code that is out, and stays counted."""
    lock(person)
    usable = PhoneCode.objects.filter(
        person=person, phone=person.phone, used_at=None, expires_at__gt=clock.now(), tries__lt=TRIES
    )
    digest = _digest(person, person.phone, code)
    matches = [row for row in usable if hmac.compare_digest(row.digest, digest)]
    if not matches:
        for row in usable:
            row.tries += 1
            row.save(update_fields=["tries"])
        return False
    _verify(person, matches[0], via=Via.WEB)
    return True


@transaction.atomic
def confirm_by_key(delivery: Delivery) -> str:
    """The key in the call that asked for it; heard by whoever holds the phone."""
    person = delivery.person
    lock(person)
    digest = _digest(person, delivery.destination, code_of(delivery))
    row = PhoneCode.objects.filter(person=person, phone=delivery.destination, digest=digest).first()
    is_usable = row is not None and (row.used_at is not None or row.expires_at > clock.now())
    if row is None or not is_usable or person.phone != delivery.destination:
        return _("This call is too old to verify a number. Have a new one made.")
    if row.used_at is None:
        _verify(person, row, via=Via.VOICE)
    return _("Thank you. This number is verified.")


def _verify(person: Person, row: PhoneCode, *, via: str) -> None:
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    verify_phone(person)
    record_event(person, "verify_phone", actor=person, via=via, data={"by": row.channel})


def code_of(delivery: Delivery) -> str:
    """Six digits that only this message and this installation give."""
    drawn = salted_hmac("notifications.code", delivery.token, algorithm="sha256").digest()
    return f"{int.from_bytes(drawn[:8], 'big') % 1_000_000:06}"


def with_code(delivery: Delivery) -> str:
    """The body as it goes out: only then does it hold the code."""
    code = code_of(delivery)
    return delivery.body.replace(CODE_PLACE, ", ".join(code) if delivery.channel == Channel.VOICE else code)


def _digest(person: Person, phone: str, code: str) -> str:
    return salted_hmac("notifications.phone_code", f"{person.pk}:{phone}:{code}", algorithm="sha256").hexdigest()
