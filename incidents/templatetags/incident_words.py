"""Moments and durations in words for templates."""

import re
from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from incidents.presentation.durations import in_words, round_words
from incidents.presentation.durations import typed_words as as_typed

register = template.Library()
# ASCII only: what comes after an address in Chinese is text, and nothing in a link can turn its direction round.
ADDRESS = re.compile(
    r"(\bhttps?://[A-Za-z0-9\[][\w\-.~:/?#\[\]@!$&'()*+,;=%]*|\bmailto:[\w.%+\-]+@[A-Za-z0-9.\-]+[A-Za-z0-9])",
    re.ASCII | re.I,
)
AFTERWARDS = ".,;:!?'*"


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
def typed_words(duration: timedelta) -> str:
    """ "1 h 30 min": exact, and as the settings read it."""
    return as_typed(duration)


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"


@register.filter
def linked(text: str) -> SafeString:
    """What somebody wrote, as text; addresses of the web and of mail become links, and nothing else does."""
    return format_html_join("", "{}", ((_piece(part),) for part in ADDRESS.split(text)))


def _piece(part: str) -> SafeString | str:
    """An address as a link. The full stop or bracket after it belongs to the sentence around it."""
    if not ADDRESS.fullmatch(part):
        return part
    address = part.rstrip(AFTERWARDS)
    while address.endswith(")") and address.count("(") < address.count(")"):
        address = address[:-1].rstrip(AFTERWARDS)
    pattern = '<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>{1}'
    return format_html(pattern, address, part[len(address) :])


@register.simple_tag
def moment(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A moment in the reader's zone; relative where ``now`` is given, absolute on hover and for machines."""
    if at is None:
        return ""
    local = localtime(at)
    absolute = local.strftime("%Y-%m-%d %H:%M:%S %Z")
    text = ago(at, now) if now else local.strftime("%Y-%m-%d %H:%M")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), absolute, text)
