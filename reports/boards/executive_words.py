"""Three sentences over a quarter or a year, in the language that is active."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reports import words
from reports.boards.telling import Told, p90

Figures = Mapping[str, Told]


def sentences(now: Figures, before: Figures) -> list[str]:
    """How many, how long and how stable; one that has nothing to say is left out."""
    return [each for each in (_how_many(now, before), _how_long(now, before), _how_kept(now)) if each]


def _how_many(now: Figures, before: Figures) -> str:
    count = int(now["incidents"].number or 0)
    if not count:
        return _("In %(period)s no incident was reported.") % {"period": now["incidents"].question.period}
    text = _(
        "%(period)s had %(incidents)s, %(majors)s of them major; %(previous)s had %(earlier)s, %(earlier_majors)s of "
        "them major."
    )
    return text % {
        "period": now["incidents"].question.period,
        "incidents": words.incidents(count),
        "majors": now["majors"].text,
        "previous": before["incidents"].question.period,
        "earlier": words.incidents(int(before["incidents"].number or 0)),
        "earlier_majors": before["majors"].text,
    }


def _how_long(now: Figures, before: Figures) -> str:
    if now["recover"].number is None:
        return ""
    sentence = _("Half of them were recovered within %(median)s, nine in ten within %(p90)s.") % {
        "median": now["recover"].text,
        "p90": p90(now["recover"]),
    }
    if before["recover"].number is None:
        return sentence
    earlier = _("The period before it was %(median)s and %(p90)s.") % {
        "median": before["recover"].text,
        "p90": p90(before["recover"]),
    }
    return f"{sentence} {earlier}"


def _how_kept(now: Figures) -> str:
    """How many targets were kept, and how stable the company was by users."""
    return " ".join(each for each in (_targets(now["sla"]), _stable(now["uv"])) if each)


def _targets(sla: Told) -> str:
    if sla.number is None:
        return ""
    text = _("%(share)s of the targets were kept: %(missed)s of %(total)s clocks missed theirs.")
    return text % {
        "share": words.percent(sla.number),
        "missed": words.whole(sla.part("missed") or 0),
        "total": words.whole(sla.value.count),
    }


def _stable(uv: Told) -> str:
    if uv.number is None:
        return ""
    words_of = {"share": uv.text, "target": words.stability(uv.part("target"))}
    if uv.part("target") is None:
        return _("UV stability of the company was %(share)s.") % words_of
    if (uv.part("left") or 0) < 0:
        return _("UV stability of the company was %(share)s, below its target of %(target)s.") % words_of
    return _("UV stability of the company was %(share)s, its target %(target)s.") % words_of
