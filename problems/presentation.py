"""Likeness in words, for pages and API."""

from django.utils.translation import gettext as _

from lifecycle.lists import listed
from problems.recurrence.likeness import Likeness


def percent(figure: float) -> int:
    """A share as whole per cent; never 100 for what is not wholly the same."""
    return 100 if figure >= 1 else min(99, round(figure * 100))


def reasons_of(likeness: Likeness) -> str:
    """Why two are said to be alike: "same service, same category, 71 % of the words"."""
    reasons = []
    if likeness.same_fingerprint:
        reasons.append(_("same fingerprint"))
    if likeness.same_service:
        reasons.append(_("same service"))
    if likeness.same_category:
        reasons.append(_("same category"))
    if likeness.tags:
        reasons.append(_("same tags: %(tags)s") % {"tags": ", ".join(likeness.tags)})
    if likeness.words:
        reasons.append(_("%(share)d %% of the words") % {"share": percent(likeness.words)})
    return listed(reasons)
