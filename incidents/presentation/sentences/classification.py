"""What the verbs of classifying and correcting say on the timeline."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Degree
from incidents.presentation.sentences.register import sentence
from lifecycle.lists import listed
from lifecycle.models import Event

FIELDS = {
    "title": gettext_lazy("the title"),
    "description": gettext_lazy("features and details"),
    "service": gettext_lazy("the service"),
    "category": gettext_lazy("the category"),
    "tags": gettext_lazy("the tags"),
    "custom": gettext_lazy("further fields"),
    "external_reference": gettext_lazy("the reference elsewhere"),
}
SHORT = ("title", "service", "category", "external_reference")


@sentence("reclassify", icon="adjustments")
def _reclassify(event: Event) -> str:
    data = event.data
    suggested = data.get("suggestion", {}).get("level")
    if data.get("impact") and data.get("urgency"):
        words = {"impact": Degree(data["impact"]).label, "urgency": Degree(data["urgency"]).label}
        judged = _("judged it anew: impact %(impact)s, urgency %(urgency)s") % words
    else:
        judged = _("judged it anew")
    if suggested is None:
        return judged
    return _("%(judged)s; Level %(level)d is suggested") % {"judged": judged, "level": suggested}


@sentence("edit", icon="pencil")
def _edit(event: Event) -> str:
    changes = event.data.get("changes", {})
    names = [name for name in FIELDS if name in changes]
    if len(names) == 1 and names[0] in SHORT:
        change = changes[names[0]]
        words = {"field": FIELDS[names[0]], "before": change["before"] or "–", "after": change["after"] or "–"}
        return _("changed %(field)s from “%(before)s” to “%(after)s”") % words
    return _("changed %(fields)s") % {"fields": listed(FIELDS[name] for name in names)}
