"""Moments and durations in words for templates."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from incidents.presentation.durations import in_words, round_words

register = template.Library()


@register.filter
def ago(moment: datetime | None, now: datetime) -> str:
    """ "18 min ago", or "in 2 h"."""
    if moment is None:
        return ""
    if abs(now - moment) < timedelta(seconds=1):
        return _("just now")
    pattern = _("%(time)s ago") if moment <= now else _("in %(time)s")
    return pattern % {"time": round_words(now - moment)}


@register.filter
def words(duration: timedelta) -> str:
    return in_words(duration)


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"


@register.simple_tag
def moment(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A moment in the reader's zone; relative where ``now`` is given, absolute on hover and for machines."""
    if at is None:
        return ""
    local = localtime(at)
    absolute = local.strftime("%Y-%m-%d %H:%M:%S %Z")
    text = ago(at, now) if now else local.strftime("%Y-%m-%d %H:%M")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), absolute, text)
