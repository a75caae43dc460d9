"""A detection rule over a longer window: for how much of the time it fired, whatever its kind."""

import numpy as np
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from detection.inspections.kinds.metrics import LEAST_KNOWN
from detection.inspections.kinds.registry import Fact, Kind, Look, ParametersForm, Seen, register
from detection.inspections.measures import share_of
from detection.models import Rule
from detection.rules.verdict import FIRING, UNKNOWN
from detection.rules.words import plain
from detection.selection import width_of
from detection.sources import SourceError


def _rules() -> list[tuple[int, str]]:
    return list(Rule.objects.values_list("pk", "name"))


class RuleForm(ParametersForm):
    rule = forms.TypedChoiceField(label=gettext_lazy("Rule"), choices=_rules, coerce=int)
    percent = forms.FloatField(
        label=gettext_lazy("It fired for more than, in percent of the time"), min_value=0, max_value=100, initial=5
    )
    days = forms.IntegerField(label=gettext_lazy("Days looked back at"), min_value=1, max_value=90, initial=7)


def look(look: Look) -> Seen:
    """By the verdicts that were kept; also of a rule in shadow. What it could not judge is no time."""
    given = look.parameters
    rule = Rule.objects.select_related("metric").filter(pk=given["rule"]).first()
    if rule is None:
        raise SourceError(_("The rule is not there any more."), permanent=True)
    width = width_of(rule.metric)
    firing, known, count = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64), 0
    start = look.now - given["days"] * rule.metric.day
    for verdict in rule.verdicts.filter(at__gt=start, at__lte=look.now).iterator(chunk_size=500):
        codes = verdict.by_position[:width]
        firing[: len(codes)] += codes == FIRING
        known[: len(codes)] += codes != UNKNOWN
        count += 1
    percents = 100 * share_of(firing, known, count, least=LEAST_KNOWN)
    facts, unknown = [], set()
    for series in rule.metric.series.order_by("position"):
        if not rule.selects(series.labels):
            continue
        key, percent = f"series:{series.metric_id}:{series.key}", percents[series.position]
        if np.isnan(percent):
            unknown.add(key)
        elif percent > given["percent"]:
            told = {"rule": rule.name, "series": series, "percent": plain(round(float(percent), 1))}
            title = _("“%(rule)s” fired for %(series)s in %(percent)s %% of the time") % told
            days = _("Looked back at: %(days)s days.") % {"days": given["days"]}
            link = rule.get_absolute_url()
            facts.append(Fact(key, title, f"{rule.sentence}\n{days}", service=rule.service_id, link=link))
    return Seen(facts, frozenset(unknown))


register(
    Kind(
        slug="rule_share",
        label=gettext_lazy("Rule that fires often"),
        about=gettext_lazy("Series for which a detection rule of any kind fires again and again, over a longer time."),
        group=gettext_lazy("Sources and metrics"),
        look=look,
        form=RuleForm,
        icon="radar-2",
    )
)
