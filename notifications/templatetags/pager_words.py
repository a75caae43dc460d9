"""Words of the pager's health page."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notifications.health import SKEW_LIMIT
from notifications.models import Delivery

register = template.Library()


@register.simple_tag
def age(value: timedelta | None) -> SafeString:
    """ "0.4 s", "1 min 20 s", "2 h 5 min"; "never" without one. The unit is small."""
    if value is None:
        return format_html("{}", _("never"))
    seconds = value.total_seconds()
    if seconds < 60:
        return format_html("{} <small>s</small>", f"{seconds:.1f}")
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return format_html("{} <small>min</small> {} <small>s</small>", minutes, rest)
    return format_html("{} <small>h</small> {} <small>min</small>", *divmod(minutes, 60))


@register.simple_tag
def age_text(value: timedelta | None) -> str:
    """The same for tables, where small print has a line of its own."""
    return strip_tags(age(value))


@register.simple_tag
def since(moment: datetime, now: datetime) -> str:
    return age_text(max(now - moment, timedelta(0)))


@register.simple_tag
def lag(seconds: float | None) -> str:
    """Of the ledger; a dash where nothing happened."""
    return "–" if seconds is None else f"{seconds:.2f} s"


@register.simple_tag
def skew(value: timedelta | None) -> SafeString:
    """How far a machine's clock is ahead of the database's."""
    if value is None:
        return SafeString("–")
    words = _("%(seconds)s s") % {"seconds": f"{value.total_seconds():+.2f}"}
    if abs(value) <= SKEW_LIMIT:
        return format_html("{}", words)
    return format_html('<span class="badge is-warn">{}</span>', words)


@register.simple_tag
def why_held(delivery: Delivery) -> str:
    return _(delivery.held_reason)
