"""Durations in words."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.durations import split_duration

MINUTE, HOUR, DAY = 60, 3600, 86400


def in_words(duration: timedelta) -> str:
    """To the second below a day: "8:12", "1:39:20", "6 d 23 h"; the sign is dropped. The page's clocks count alike."""
    seconds = abs(round(duration.total_seconds()))
    days, hours, minutes = seconds // DAY, seconds // HOUR % 24, seconds // MINUTE % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def exact_words(duration: timedelta) -> str:
    """To the second, however long: "6 d 23:04:11", "1:39:20", "8:12"."""
    seconds = abs(round(duration.total_seconds()))
    days, rest = divmod(seconds, DAY)
    if not days:
        return in_words(timedelta(seconds=rest))
    time = f"{rest // HOUR}:{rest // MINUTE % 60:02}:{rest % 60:02}"
    return _("%(days)d d %(time)s") % {"days": days, "time": time}


def round_words(duration: timedelta) -> str:
    """Roughly: "40 s", "18 min", "2 h 58 min", "3 d"."""
    seconds = abs(round(duration.total_seconds()))
    if seconds < MINUTE:
        return _("%(number)d s") % {"number": seconds}
    if seconds < HOUR:
        return _("%(number)d min") % {"number": seconds // MINUTE}
    if seconds < DAY:
        hours, minutes = divmod(seconds // MINUTE, 60)
        if not minutes:
            return _("%(number)d h") % {"number": hours}
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    days, hours = divmod(seconds // HOUR, 24)
    if not hours or days > 6:
        return _("%(number)d d") % {"number": days}
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}


def typed_words(duration: timedelta) -> str:
    """To the second and as people type it: "10 min", "1 h 30 min", "7 d"; ``incidents.durations`` reads it."""
    words = {
        "days": gettext_lazy("%(number)d d"),
        "hours": gettext_lazy("%(number)d h"),
        "minutes": gettext_lazy("%(number)d min"),
        "seconds": gettext_lazy("%(number)d s"),
    }
    return " ".join(str(words[unit]) % {"number": number} for number, unit in split_duration(duration))
