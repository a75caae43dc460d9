"""The sentences of a report, written from its figures in the language that is active."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from incidents.models import ClockKind
from reports import words
from reports.attainment import Tally
from reports.indicators import Change
from reports.period import Month
from reports.stability import Share

Numbers = dict[str, Any]


def share_of(numbers: Numbers, kind: str) -> Share:
    return Share(numbers[kind]["lost"], numbers[kind]["whole"])


def tally_of(numbers: Numbers, kind: str, level: str = "all") -> Tally:
    return Tally(**numbers.get(kind, {}).get(level, {}))


def overall(attainment: Numbers) -> Tally:
    """All clocks of O&M together."""
    kinds = (ClockKind.RESPONSE, ClockKind.RECOVERY, ClockKind.RESOLUTION)
    return sum((tally_of(attainment, kind) for kind in kinds), Tally())


def write_sentences(numbers: Numbers) -> dict[str, str]:
    """What a manager should know first, by the sentence's name; one without figures to tell of is empty."""
    return {name: write(numbers) for name, write in SENTENCES.items()}


def _amount(numbers: Numbers) -> str:
    now, before = numbers["incidents"]["all"], numbers["previous"]["incidents"]
    month = words.month_name(Month.parse(numbers["month"]))
    if not now["count"]:
        return _("In %(month)s no incident was reported.") % {"month": month}
    text = _("%(month)s had %(incidents)s, %(compared)s; %(major)s of them major, %(rules)s found by our own rules.")
    sentence = text % {
        "month": month,
        "incidents": words.incidents(now["count"]),
        "compared": words.compared(Change(now["count"], before["count"])),
        "major": words.whole(now["major"]),
        "rules": words.whole(now["by_rules"]),
    }
    return joined(sentence, _worst(numbers))


def _worst(numbers: Numbers) -> str:
    services = numbers["incidents"]["services"]
    if not services:
        return ""
    worst = services[0]
    text = _("%(service)s had the most incidents: %(count)s of %(total)s.")
    return text % {
        "service": worst["name"],
        "count": words.whole(worst["count"]),
        "total": words.whole(numbers["incidents"]["all"]["count"]),
    }


def _speed(numbers: Numbers) -> str:
    taken, recovered = numbers["durations"]["acknowledge"]["all"], numbers["durations"]["recover"]["all"]
    if not recovered["count"] or not taken["count"]:
        return ""
    text = _(
        "Half of them were acknowledged within %(taken)s and recovered within %(median)s; nine in ten were recovered "
        "within %(p90)s."
    )
    sentence = text % {
        "taken": words.duration(taken["median"]),
        "median": words.duration(recovered["median"]),
        "p90": words.duration(recovered["p90"]),
    }
    before = numbers["previous"]["durations"].get("recover", {}).get("median")
    compared = words.compared_duration(Change(recovered["median"], before))
    return joined(sentence, _("The median recovery took %(compared)s.") % {"compared": compared} if compared else "")


def _kept(numbers: Numbers) -> str:
    tally, before = overall(numbers["attainment"]), overall(numbers["previous"]["attainment"])
    if not tally.total:
        return ""
    text = _("%(share)s of the targets were kept: %(missed)s of %(total)s clocks missed theirs.")
    sentence = text % {
        "share": words.percent(tally.share),
        "missed": words.whole(tally.missed),
        "total": words.whole(tally.total),
    }
    return joined(sentence, _that_is(words.compared_share(Change(tally.share, before.share))))


def _stable(numbers: Numbers) -> str:
    now, before = share_of(numbers["stability"]["company"], "uv"), share_of(numbers["previous"]["stability"], "uv")
    if now.stability is None:
        return ""
    text = _("UV stability of the company was %(share)s: %(lost)s of %(whole)s user-days were affected.")
    sentence = text % {
        "share": words.stability(now.stability),
        "lost": words.whole(now.lost),
        "whole": words.whole(now.whole),
    }
    return joined(sentence, _that_is(words.compared_share(Change(now.stability, before.stability), places=3)))


def _that_is(compared: str) -> str:
    return _("That is %(compared)s.") % {"compared": compared} if compared else ""


def joined(first: str, second: str) -> str:
    """Two sentences one after the other; Chinese needs no blank between them."""
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": first, "second": second} if second else first


SENTENCES: dict[str, Callable[[Numbers], str]] = {
    "amount": _amount,
    "speed": _speed,
    "kept": _kept,
    "stable": _stable,
}
