"""The words that go out, in the language of the person who gets them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Incident
from lifecycle.models import Event
from notifications.happenings import happening
from notifications.models import Channel, Purpose
from notifications.models.delivery import FOR_REPORTERS

ACKNOWLEDGE_KEY = "4"
ESCALATE_KEY = "5"
REPEAT_KEY = "*"
SMS_TITLE = 60
SPOKEN_TITLE = 120
SMS_TOLD = 160
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


def compose(*, incident: Incident, language: str, channel: str, purpose: str, cause: Event | None = None) -> Words:
    """Subject (mail only) and body of one message. Links of a mail are added when it is sent."""
    with translation.override(language):
        told = happening(incident, purpose, cause)
        if channel == Channel.SMS:
            return Words("", _sms(incident, purpose, told))
        if channel == Channel.VOICE:
            return Words("", _spoken(incident, purpose, told))
        if purpose in FOR_REPORTERS:
            return Words(f"[{incident.reference}] {incident.title}", told)
        return Words(f"[L{incident.level_id}][{incident.reference}] {incident.title}", _mail(incident, told))


def _sms(incident: Incident, purpose: str, told: str) -> str:
    title = _short(incident.title, SMS_TITLE)
    head = f"[L{incident.level_id}] {incident.reference} {title}"
    if purpose == Purpose.PAGE:
        values = {"head": head, "key": ACKNOWLEDGE_KEY, "number": incident.pk}
        return _("%(head)s - reply %(key)s to acknowledge (or “%(key)s %(number)d”)") % values
    return f"{head} - {_short(told, SMS_TOLD)}"


def _spoken(incident: Incident, purpose: str, told: str) -> str:
    """At most about 20 seconds: number and level first."""
    head = _("Incident %(number)s, level %(level)d, %(service)s. %(title)s.") % {
        "number": " ".join(str(incident.pk)),
        "level": incident.level_id,
        "service": incident.service.name,
        "title": _short(incident.title, SPOKEN_TITLE),
    }
    if purpose == Purpose.PAGE:
        return head
    return f"{head} {_short(told, SPOKEN_TITLE)}"


def menu(language: str) -> str:
    """What the keys of a page's call do."""
    with translation.override(language):
        keys = {"acknowledge": ACKNOWLEDGE_KEY, "escalate": ESCALATE_KEY}
        return _("Press %(acknowledge)s to acknowledge, %(escalate)s for the next person, star to repeat.") % keys


def _mail(incident: Incident, told: str) -> str:
    lines = [
        told,
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


def _short(text: str, limit: int) -> str:
    text = text.strip()
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
