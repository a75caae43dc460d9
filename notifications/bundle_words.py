"""The words of one message about several incidents."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from incidents.models import Incident
from lifecycle.lists import listed
from notifications.models import Channel
from notifications.wording import ACKNOWLEDGE_KEY, Words

NAMED = 5
"""Incidents that a text or a call names; of the rest it gives the number."""
TITLE = 120


def compose_bundle(*, incidents: Sequence[Incident], language: str, channel: str) -> Words:
    """Subject (mail only) and body of a message that tells of all of them, the gravest first."""
    ordered = sorted(incidents, key=lambda incident: (incident.level_id, incident.pk))
    with translation.override(language):
        if channel == Channel.VOICE:
            return Words("", _spoken(ordered))
        if channel == Channel.SMS:
            return Words("", _text(ordered))
        return Words(_headline(ordered, [each.reference for each in ordered])[:400], _mail(ordered))


def _text(incidents: Sequence[Incident]) -> str:
    values = {
        "headline": _headline(incidents, [incident.reference for incident in incidents]),
        "key": ACKNOWLEDGE_KEY,
        "number": incidents[0].pk,
    }
    return _("%(headline)s - reply %(key)s to acknowledge all, or “%(key)s %(number)d” for one") % values


def _spoken(incidents: Sequence[Incident]) -> str:
    """The numbers digit by digit. The key acknowledges all of them."""
    headline = _headline(incidents, [" ".join(str(incident.pk)) for incident in incidents])
    return _("%(headline)s. A key counts for all of them.") % {"headline": headline}


def _headline(incidents: Sequence[Incident], names: list[str]) -> str:
    shown = names[:NAMED]
    if len(names) > NAMED:
        shown.append(_("%(number)d more") % {"number": len(names) - NAMED})
    values = {"level": incidents[0].level_id, "number": len(names), "names": listed(shown)}
    return _("[L%(level)d] %(number)d incidents: %(names)s") % values


def _mail(incidents: Sequence[Incident]) -> str:
    lines = [_("You are paged for several incidents: please acknowledge."), ""]
    for incident in incidents:
        title = " ".join(incident.title.split())[:TITLE]
        lines += [f"[L{incident.level_id}] {incident.reference}  {title}"]
        lines += [f"    {settings.PUBLIC_URL}{incident.get_absolute_url()}"]
    return "\n".join(lines)
