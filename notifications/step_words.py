"""Escalation policies as sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from catalog.models import Person
from lifecycle.lists import listed
from notifications.conditions import MIDNIGHT, Condition
from notifications.models import Channel, ChatHook, Schedule, StepTarget, Urgency
from notifications.plan import FrozenStep
from notifications.templatetags.notification_words import duration_words

WEEKDAYS = [
    (0, gettext_lazy("Mon")),
    (1, gettext_lazy("Tue")),
    (2, gettext_lazy("Wed")),
    (3, gettext_lazy("Thu")),
    (4, gettext_lazy("Fri")),
    (5, gettext_lazy("Sat")),
    (6, gettext_lazy("Sun")),
]


@dataclass
class Names:
    """The names that the numbers in steps stand for, read once for many steps."""

    people: dict[int, str] = field(default_factory=dict)
    schedules: dict[int, str] = field(default_factory=dict)
    chats: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, steps: Iterable[FrozenStep]) -> "Names":
        steps = list(steps)
        people = {pk for step in steps for pk in step.people}
        schedules = {step.schedule for step in steps if step.schedule}
        chats = {step.chat for step in steps if step.chat}
        named = Schedule.objects.filter(pk__in=schedules).select_related("team") if schedules else ()
        return cls(
            people=dict(Person.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
            schedules={schedule.pk: str(schedule) for schedule in named},
            chats=dict(ChatHook.objects.filter(pk__in=chats).values_list("pk", "name")) if chats else {},
        )


def sentence_of(step: FrozenStep, names: Names) -> str:
    """As in: After 5 min without acknowledgement: the on-call secondary, by phone call. Only from 22:00 to 06:00."""
    words = {"who": _who(step, names), "how": _how(step), "time": duration_words(step.after)}
    if step.after == timedelta(0):
        text = _("At once: %(who)s, %(how)s.") % words
    else:
        text = _("After %(time)s without acknowledgement: %(who)s, %(how)s.") % words
    only = _only(step.condition)
    return f"{text} {only}" if only else text


def _who(step: FrozenStep, names: Names) -> str:
    if step.target == StepTarget.PEOPLE:
        return listed(names.people.get(pk, f"#{pk}") for pk in step.people) or _("nobody")
    if step.target == StepTarget.SCHEDULE:
        return _("on call for %(schedule)s") % {"schedule": names.schedules.get(step.schedule or 0, "–")}
    if step.target == StepTarget.CHAT:
        return _("the chat %(chat)s") % {"chat": names.chats.get(step.chat or 0, "–")}
    return _("the %(role)s") % {"role": StepTarget(step.target).label}


def _how(step: FrozenStep) -> str:
    if step.target == StepTarget.CHAT and not step.channels:
        return _("by a message")
    if step.channels:
        return _("by %(channels)s") % {"channels": listed(Channel(channel).label for channel in step.channels)}
    if step.urgency == Urgency.DEFAULT:
        return _("as each wants it for what is less urgent")
    return _("as each wants it for what is important")


def _only(condition: Condition) -> str:
    parts = []
    if condition.from_time or condition.to_time:
        parts.append(
            _("from %(start)s to %(end)s") % {"start": _hour(condition.from_time), "end": _hour(condition.to_time)}
        )
    if condition.weekdays:
        parts.append(listed(dict(WEEKDAYS)[day] for day in condition.weekdays))
    if condition.min_alerts:
        parts.append(_alerts(condition))
    return pgettext("condition of a step", "Only %(when)s.") % {"when": listed(parts)} if parts else ""


def _alerts(condition: Condition) -> str:
    words = {"number": condition.min_alerts, "time": duration_words(condition.alerts_within or timedelta(0))}
    if condition.alerts_within:
        return _("with %(number)d alerts or more within %(time)s") % words
    return _("with %(number)d alerts or more") % words


def _hour(value: time | None) -> str:
    return f"{value or MIDNIGHT:%H:%M}"
