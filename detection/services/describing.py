"""What detection can say of alerts beyond their numbers: where it hurts, how much, and since when.

``describe`` is asked when alerts of a rule open or join an incident, inside the transaction that judges the frames.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detection import segments
from detection.localisation import Explanation
from detection.models import Alert, Localisation, Rule
from detection.services.localising import keep_localisation, look
from incidents.models import Incident
from lifecycle import clock


@dataclass(frozen=True)
class Description:
    """``addition`` goes behind the incident's title, ``note`` onto the timeline; ``record`` gets the incident once it
    is open or joined (``is_new``), to write down the impact. Empty where there is nothing to say."""

    addition: str = ""
    note: str = ""
    record: Callable[[Incident, bool], None] | None = None


NOTHING = Description()


def describe(rule: Rule, alerts: Sequence[Alert]) -> Description:
    """What is known of these newly opened alerts of one rule, their ``series`` loaded."""
    known = Localisation.objects.going_on().filter(rule=rule, incident__recovered_at=None).first()
    if known is not None and known.due_at is not None and known.due_at > clock.now():
        return NOTHING  # the alerts of a storm do not come one by one with the same story; the next look sees them
    others = Alert.objects.open().filter(rule=rule).select_related("series")
    together = [*alerts, *others]
    found = look(rule, together)
    if found is None:
        return NOTHING

    def record(incident: Incident, is_new: bool) -> None:
        keep_localisation(incident, rule, found)

    if known is not None or not found.is_divided:
        return Description(record=record)
    return Description(_addition(rule, found.explanation, alerts), segments.note_of(found.explanation), record)


def _addition(rule: Rule, explanation: Explanation, alerts: Sequence[Alert]) -> str:
    """Nothing where the title says it already: one series fires, and it is the segment."""
    labels = [segment.labels for segment in explanation.segments]
    fires = [alert.series.labels for alert in alerts if alert.series]
    is_said = len(fires) == 1 and labels == fires and "{series}" in rule.title
    return "" if is_said else segments.addition_of(explanation)
