"""The words that go out, in the language of the person who gets them."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Incident
from lifecycle.models import Event
from notifications.happenings import happening, local
from notifications.models import Channel, Purpose
from notifications.models.delivery import FOR_REPORTERS
from notifications.segments import cheapest, count_segments, fit, isolated, one_line, shorten
from notifications.speech import MOST_SECONDS, sayable, seconds, spelled, within

ACKNOWLEDGE_KEY = "4"
ESCALATE_KEY = "5"
REPEAT_KEY = "*"
CONFIRM_KEY = "1"
# Keys stay as they are for ever: people press them half asleep.
SMS_SERVICE = 30
SMS_TITLE = 40
"""Units of UCS-2: beside them there is room for the reply code, or for what has happened."""
SPOKEN_SERVICE = 40
SPOKEN_TOLD = 7.0
"""Seconds of a call for what has happened; the title gets what is left."""
MAIL_DESCRIPTION = 2000
CODE_PLACE = "******"
"""Where a code goes, and what the outbox shows of it."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What moves a terminal's cursor or paints it; line breaks and tabs may stay."""
FAILURES = {
    "busy": gettext_lazy("busy or declined"),
    "no-answer": gettext_lazy("nobody answered"),
    "canceled": gettext_lazy("the call was cancelled"),
    "failed": gettext_lazy("the carrier could not reach the number"),
    "undelivered": gettext_lazy("not delivered"),
    "voicemail": gettext_lazy("a voicemail answered"),
    "no-key": gettext_lazy("answered, no key pressed"),
    "unknown": gettext_lazy("the carrier never said what became of it"),
    "no-carrier": gettext_lazy("no carrier took it"),
}
"""Why a message did not get through, by the status that the carrier reports, or by our own word for it."""


@dataclass(frozen=True)
class Words:
    subject: str
    body: str


def failure_words(text: str) -> str:
    """A carrier's status in words; whatever else it said, as it said it."""
    return str(FAILURES.get(text, text))


def compose(
    *, incident: Incident, language: str, channel: str, purpose: str, cause: Event | None = None, zone: str = ""
) -> Words:
    """Subject (mail only) and body of one message; moments in the reader's zone. Links of a mail are added when it is
    sent."""
    with translation.override(language), timezone.override(zone or None):
        told = happening(incident, purpose, cause)
        if channel == Channel.SMS:
            return Words("", _sms(incident, purpose, told))
        if channel == Channel.VOICE:
            return Words("", _spoken(incident, purpose, told))
        title = one_line(incident.title)
        if purpose in FOR_REPORTERS:
            return Words(f"[{incident.reference}] {title}", told)
        subject = f"[L{incident.level_id}][{incident.reference}] {title}"
        return Words(subject, _chat(incident, told) if channel == Channel.CHAT else _mail(incident, told))


def reply_code(incident: Incident) -> str:
    """What a text has to say to acknowledge this incident and no other."""
    return f"{ACKNOWLEDGE_KEY} {incident.pk}"


def _sms(incident: Incident, purpose: str, told: str) -> str:
    """At most two parts: level and number first, the reply code last, of the title what fits between."""
    service = isolated(shorten(one_line(incident.service.name), SMS_SERVICE))
    head = f"[L{incident.level_id}] {incident.reference} {service}"
    title, told = one_line(incident.title), one_line(told)
    if purpose == Purpose.PAGE:
        return fit(head, title, _("reply %(code)s") % {"code": reply_code(incident)})
    whole = cheapest(f"{head} · {isolated(title)} · {isolated(told)}")
    return whole if count_segments(whole) <= 2 else fit(f"{head} · {isolated(shorten(title, SMS_TITLE))}", told, "")


def _spoken(incident: Incident, purpose: str, told: str) -> str:
    """With the menu at most 20 seconds: number and level first, of the title what there is time for."""
    values = {
        "number": spelled(str(incident.pk)),
        "level": incident.level_id,
        "service": shorten(sayable(incident.service.name), SPOKEN_SERVICE).rstrip("…"),
    }
    told = within(sayable(told), SPOKEN_TOLD)
    after = _menu() if purpose == Purpose.PAGE else told
    frame = _("Incident %(number)s, level %(level)d, %(service)s. %(title)s.")
    left = MOST_SECONDS - seconds(frame % {**values, "title": ""}) - seconds(f" {after}")
    head = frame % {**values, "title": within(sayable(incident.title), left).rstrip(". 。")}
    return head if purpose == Purpose.PAGE else f"{head} {told}"


def menu(language: str, purpose: str = Purpose.PAGE) -> str:
    """What the keys of a call do; empty for calls that only tell."""
    with translation.override(language):
        if purpose == Purpose.PAGE:
            return _menu()
        if purpose == Purpose.TEST:
            return _("Press %(key)s to confirm that it has reached you.") % {"key": ACKNOWLEDGE_KEY}
        if purpose == Purpose.CODE:
            return _("If that is right, press %(key)s.") % {"key": CONFIRM_KEY}
    return ""


def _menu() -> str:
    keys = {"acknowledge": ACKNOWLEDGE_KEY, "escalate": ESCALATE_KEY}
    return _("Press %(acknowledge)s to acknowledge, %(escalate)s for the next person, star to repeat.") % keys


def words_of_test(channel: str) -> tuple[str, str]:
    """Subject and body of a test page, in the language of the moment."""
    text = _("This is a test page from Mainstay.")
    if channel == Channel.SMS:
        text = _("%(text)s To prove that it came, reply %(key)s") % {"text": text, "key": ACKNOWLEDGE_KEY}
    return _("Mainstay: test page"), cheapest(text)


def words_of_code(channel: str, *, name: str) -> tuple[str, str]:
    """Subject and body that carry a verification code; the code itself is put in when it goes out."""
    if channel == Channel.VOICE:
        spoken = _("This is Mainstay. %(name)s wants to be called at this number when something breaks.")
        code = _("The code is %(code)s.") % {"code": CODE_PLACE}
        return "", f"{within(spoken % {'name': sayable(name)}, SPOKEN_TOLD)} {code}"
    text = _("Your Mainstay code is %(code)s. It is good for 10 minutes. Nobody will ask you for it.")
    return "", cheapest(text % {"code": CODE_PLACE})


def _chat(incident: Incident, told: str) -> str:
    """Short: the title stands above it, and the incident's page behind its button."""
    return "\n".join([CONTROLS.sub(" ", told), *_facts(incident)])


def _facts(incident: Incident) -> list[str]:
    return [
        _("Level: %(level)s") % {"level": incident.level},
        _("Service: %(service)s") % {"service": incident.service},
        _("Status: %(status)s") % {"status": incident.get_status_display()},
        _("Reported: %(moment)s") % {"moment": local(incident.reported_at)},
    ]


def _mail(incident: Incident, told: str) -> str:
    lines = [
        told,
        "",
        f"{incident.reference}  {one_line(incident.title)}",
        *_facts(incident),
    ]
    if incident.description:
        lines += ["", shorten(CONTROLS.sub(" ", incident.description.strip()), MAIL_DESCRIPTION)]
    lines += ["", f"{settings.PUBLIC_URL}{incident.get_absolute_url()}"]
    return "\n".join(lines)
