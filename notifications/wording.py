"""The words that go out, in the language of the person who gets them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person
from incidents.models import ClockKind, Incident
from notifications.models import Channel, Purpose

ACKNOWLEDGE_KEY = "4"
ESCALATE_KEY = "5"
REPEAT_KEY = "*"
SMS_TITLE = 60
SPOKEN_TITLE = 120
FAILURES = {
    "busy": gettext_lazy("busy or declined"),
    "no-answer": gettext_lazy("nobody answered"),
    "canceled": gettext_lazy("the call was cancelled"),
    "failed": gettext_lazy("the carrier could not reach the number"),
    "undelivered": gettext_lazy("not delivered"),
}
"""Why a message did not get through, by the status that the carrier reports."""


@dataclass(frozen=True)
class Words:
    subject: str
    body: str


def failure_words(text: str) -> str:
    """A carrier's status in words; whatever else it said, as it said it."""
    return str(FAILURES.get(text, text))


def compose(*, incident: Incident, recipient: Person, channel: str, purpose: str, clock: str = "") -> Words:
    """Subject (mail only) and body of one message. The acknowledge link of a mail is added when it is sent."""
    with translation.override(recipient.language):
        subject = f"[L{incident.level_id}][{incident.reference}] {incident.title}"
        if channel == Channel.SMS:
            return Words("", _sms(incident, purpose, clock))
        if channel == Channel.VOICE:
            return Words("", _spoken(incident, purpose, clock))
        return Words(subject, _mail(incident, purpose, clock))


def _sms(incident: Incident, purpose: str, clock: str) -> str:
    title = _short(incident.title, SMS_TITLE)
    head = f"[L{incident.level_id}] {incident.reference} {title}"
    if purpose == Purpose.PAGE:
        values = {"head": head, "key": ACKNOWLEDGE_KEY, "number": incident.pk}
        return _("%(head)s - reply %(key)s to acknowledge (or “%(key)s %(number)d”)") % values
    return f"{head} - {_happening(incident, purpose, clock)}"


def _spoken(incident: Incident, purpose: str, clock: str) -> str:
    """At most about 20 seconds: number and level first."""
    head = _("Incident %(number)s, level %(level)d, %(service)s. %(title)s.") % {
        "number": " ".join(str(incident.pk)),
        "level": incident.level_id,
        "service": incident.service.name,
        "title": _short(incident.title, SPOKEN_TITLE),
    }
    if purpose == Purpose.PAGE:
        return head
    return f"{head} {_happening(incident, purpose, clock)}"


def menu(language: str) -> str:
    """What the keys of a page's call do."""
    with translation.override(language):
        keys = {"acknowledge": ACKNOWLEDGE_KEY, "escalate": ESCALATE_KEY}
        return _("Press %(acknowledge)s to acknowledge, %(escalate)s for the next person, star to repeat.") % keys


def _mail(incident: Incident, purpose: str, clock: str) -> str:
    lines = [
        _happening(incident, purpose, clock),
        "",
        f"{incident.reference}  {incident.title}",
        _("Level: %(level)s") % {"level": incident.level},
        _("Service: %(service)s") % {"service": incident.service},
        _("Status: %(status)s") % {"status": incident.get_status_display()},
    ]
    if incident.description:
        lines += ["", _short(incident.description, 2000)]
    lines += ["", f"{settings.PUBLIC_URL}{incident.get_absolute_url()}"]
    return "\n".join(lines)


def _happening(incident: Incident, purpose: str, clock: str) -> str:
    if purpose == Purpose.PAGE:
        return _("You are paged: please acknowledge.")
    if purpose == Purpose.INITIAL:
        return _("An incident was reported. Status: %(status)s.") % {"status": incident.get_status_display()}
    if purpose == Purpose.PROGRESS:
        return _("Still being handled. Status: %(status)s.") % {"status": incident.get_status_display()}
    if purpose == Purpose.RECTIFIED:
        return _("The fault is rectified: the service works again.")
    return _("Overdue: the %(clock)s deadline has passed.") % {"clock": ClockKind(clock).label if clock else "SLA"}


def _short(text: str, limit: int) -> str:
    text = text.strip()
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
