"""Words that the notification pages put together."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models.status import Status
from notifications.conditions import ALERTS, HOURS, WEEKDAYS
from notifications.models import Channel, Delivery, DeliveryStatus, Escalation, Route
from notifications.wording import failure_words

register = template.Library()
A_DAY = 24 * 60
"""Minutes."""
ICONS = {Channel.VOICE: "phone", Channel.SMS: "message", Channel.EMAIL: "mail"}
LEFT_OUT = {
    HOURS: gettext_lazy("left out: not at that hour"),
    WEEKDAYS: gettext_lazy("left out: not on that day of the week"),
    ALERTS: gettext_lazy("left out: too few alerts so far"),
}


@register.simple_tag
def until(due_at: datetime, now: datetime) -> str:
    """Time left in the form that the countdown script writes: 8:12, 1:39:20, 6 d 23 h."""
    seconds = max(int((due_at - now).total_seconds()), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.simple_tag
def channel_name(value: str) -> str:
    return str(Channel(value).label)


@register.simple_tag
def channel_icon(value: str) -> str:
    return ICONS.get(Channel(value), "message")


@register.simple_tag
def left_out(condition: str) -> str:
    """Why a step will page nobody."""
    return str(LEFT_OUT[condition])


@register.simple_tag
def route_note(route: Route) -> str:
    """What a route is for; shipped notes are translated."""
    return _(route.note) if route.note else str(route)


@register.simple_tag
def stored_sentence(text: str) -> str:
    """A sentence that is kept in English, in the reader's language."""
    return _(text) if text else ""


@register.simple_tag
def escalation_end(escalation: Escalation) -> str:
    """Why paging stopped."""
    if escalation.stop_reason in Status.values:
        return _("Paging stopped: %(status)s.") % {"status": Status(escalation.stop_reason).label}
    return _("Paging stopped.")


@register.simple_tag
def reached_by(delivery: Delivery) -> str:
    """What proves that the person was reached, in words: stored as "key 4", "reply 4" or "link"."""
    kind, _space, key = delivery.reached_by.partition(" ")
    if kind == "key":
        return _("pressed %(key)s") % {"key": key}
    if kind == "reply":
        return _("replied %(key)s") % {"key": key}
    if kind == "login":
        return _("signed in and acknowledged")
    return _("followed the link")


@register.simple_tag
def why_not(delivery: Delivery) -> str:
    """Why a message was not sent: a stored English sentence, or the status that made it pointless."""
    if delivery.status == DeliveryStatus.CANCELLED and delivery.not_sent_reason in Status.values:
        return _("no longer needed: %(status)s") % {"status": Status(delivery.not_sent_reason).label}
    return _(delivery.not_sent_reason)


@register.simple_tag
def why_failed(delivery: Delivery) -> str:
    """What the carrier said; its code too where that says something more."""
    words = failure_words(delivery.error)
    return words if delivery.error_code in ("", delivery.error) else f"{delivery.error_code} {words}"


@register.filter
def duration_words(value: timedelta) -> str:
    """A policy's wait: "at once", "5 min", "1 h 20 min"; "7 d 0 h" from two days on."""
    minutes = int(value.total_seconds() // 60)
    if minutes >= 2 * A_DAY:
        return _("%(days)d d %(hours)d h") % {"days": minutes // A_DAY, "hours": minutes % A_DAY // 60}
    if not minutes:
        return _("at once")
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


@register.simple_tag
def kept_reason(reason: str) -> str:
    """A reason that is kept as an English sentence, in the reader's language."""
    return _(reason)
