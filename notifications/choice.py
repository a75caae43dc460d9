"""By which ways each of several people gets a page: as the step says, or as they want it themselves."""

from collections import defaultdict
from collections.abc import Iterable

from catalog.models import Person
from notifications.models import PersonalRule
from notifications.ways import AT_ONCE, Way, ways_of


def ways_for(people: Iterable[Person], *, channels: Iterable[str], urgency: str) -> dict[int, list[Way]]:
    """The ways of each person, by number: the channels that are named, at once; else what their own rules say."""
    numbers = [person.pk for person in people]
    named: list[Way] = [(AT_ONCE, channel) for channel in channels]
    if named or not numbers:
        return dict.fromkeys(numbers, named)
    rules: defaultdict[int, list[PersonalRule]] = defaultdict(list)
    for rule in PersonalRule.objects.filter(person__in=numbers, urgency=urgency):
        rules[rule.person_id].append(rule)
    return {number: ways_of(rules[number], urgency) for number in numbers}
