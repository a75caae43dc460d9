"""Sends the minutes: to who was there and who subscribed, each with what they may see; to chats what everybody may."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from catalog.models import Person, Role
from lifecycle import clock
from notifications.models import Channel, ChatHook, Delivery, Purpose
from notifications.services.plain import promise_plain
from reports.meeting.agenda import comes_again
from reports.meeting.minutes import write_minutes
from reports.meeting.reading import read_meeting
from reports.models import LEFT_OVER, Meeting, MeetingPolicy

LONGEST_CHAT = 4000


def send_minutes(meeting: Meeting) -> None:
    """Promised in the transaction that ends the meeting, once. Incident managers are told too where something was put
    off again and again."""
    policy = MeetingPolicy.current()
    often = meeting.items.filter(status__in=LEFT_OVER, times_put_off__gte=max(policy.loud_after - 1, 0))
    number = sum(comes_again(item) for item in often)
    for person in _readers(meeting, policy, is_loud=number > 0):
        with override(person.language):
            body = write_minutes(read_meeting(meeting, person), markdown=False)
            promise_plain(
                recipient=person,
                channel=Channel.EMAIL,
                purpose=Purpose.REPORT,
                subject=_subject(meeting, number),
                body=body,
                key=f"minutes:{meeting.pk}",
            )
    _post(meeting, policy.chats.filter(is_active=True), number)


def _readers(meeting: Meeting, policy: MeetingPolicy, *, is_loud: bool) -> list[Person]:
    asked = [*meeting.attendees.all(), *policy.subscribers.all()]
    if is_loud:
        asked += Person.objects.with_role(Role.INCIDENT_MANAGER)
    return [person for person in {person.pk: person for person in asked}.values() if person.is_colleague]


def _subject(meeting: Meeting, number: int) -> str:
    text = _("Minutes of the daily incident meeting %(day)s") % {"day": f"{meeting.day:%Y-%m-%d}"}
    if not number:
        return text
    loud = ngettext("%(number)s item put off again", "%(number)s items put off again", number)
    return f"{text}: {loud % {'number': number}}"


def _post(meeting: Meeting, chats: Iterable[ChatHook], number: int) -> None:
    if clock.is_rehearsing():
        return
    for chat in chats:
        with override(chat.language):
            body = write_minutes(read_meeting(meeting, None), markdown=False)[:LONGEST_CHAT]
            Delivery.objects.get_or_create(
                dedup_key=f"minutes:{meeting.pk}:chat{chat.pk}",
                defaults={
                    "chat": chat,
                    "channel": Channel.CHAT,
                    "purpose": Purpose.REPORT,
                    "destination": chat.name,
                    "subject": _subject(meeting, number),
                    "body": body,
                    "due_at": clock.now(),
                },
            )
