"""Somebody's ways of being paged in a sentence, and what makes one doubt that they would be reached."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lifecycle.lists import listed
from notifications.models.channel import Channel
from notifications.ways import AT_ONCE, Way, first_reach

LONG_WAIT = timedelta(minutes=5)
"""By then a policy pages somebody else."""


@dataclass(frozen=True)
class Doubt:
    tone: str
    text: str


def sentence_of(ways: Iterable[Way]) -> str:
    """As in "phone call, SMS at once; e-mail after 5 min"."""
    moments = [(after, [way[1] for way in group]) for after, group in groupby(ways, key=lambda way: way[0])]
    return pgettext("between moments", "; ").join(
        _("%(channels)s %(when)s")
        % {"channels": listed(Channel(channel).label for channel in channels), "when": _when(after)}
        for after, channels in moments
    )


def doubts_about(ways: Sequence[Way], usable: Collection[str]) -> list[Doubt]:
    """Why the person might sleep through it; the worst first."""
    first = first_reach(ways, usable)
    if first is None:
        return [Doubt("bad", _("None of these ways reaches you: nothing would arrive."))]
    found = []
    if Channel.VOICE not in {channel for _after, channel in ways}:
        found.append(Doubt("warn", _("No phone call is among them: nothing would wake you.")))
    elif Channel.VOICE not in usable:
        found.append(Doubt("warn", _("Calls do not reach you, because your number is not verified.")))
    if first > LONG_WAIT:
        found.append(Doubt("warn", _("The first message comes late: by then the next person may be paged.")))
    return found


def _when(after: timedelta) -> str:
    if after == AT_ONCE:
        return _("at once")
    return _("after %(minutes)d min") % {"minutes": after.total_seconds() // 60}
