"""What a change of policies, table or routes changed, in words."""

from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.presentation.sentences import sentence
from lifecycle.lists import listed
from lifecycle.models import Event
from notifications.models import Channel, NoticeKind, Party
from notifications.plan import FrozenStep
from notifications.step_words import Names, sentence_of
from notifications.templatetags.notification_words import duration_words

SAID: dict[str, Promise] = {
    "add_escalation_policy": _("added the escalation policy “%(name)s”"),
    "change_escalation_policy": _("changed the escalation policy “%(name)s”"),
    "delete_escalation_policy": _("deleted the escalation policy “%(name)s”"),
    "add_notification_rule": _("added a row to the notification table (%(name)s)"),
    "change_notification_rule": _("changed a row of the notification table (%(name)s)"),
    "delete_notification_rule": _("removed a row from the notification table (%(name)s)"),
    "add_route": _("added the route “%(name)s”"),
    "change_route": _("changed the route “%(name)s”"),
    "delete_route": _("removed the route “%(name)s”"),
}
NAMES: dict[str, Promise] = {
    "policy": _("name"),
    "levels": _("levels"),
    "zone": _("time zone"),
    "fallback": _("fallback contact"),
    "round": _("length of a round"),
    "repeats": _("repeats"),
    "steps": _("steps"),
    "kind": _("notification"),
    "channels": _("method"),
    "to": _("to whom"),
    "cc": _("cc"),
    "at_percent": _("at percent of the target"),
    "match": _("conditions"),
    "match_re": _("patterns"),
    "goes_on": _("look further after a match"),
    "note": _("note"),
    "position": _("position"),
    "children": _("routes below it"),
}
LABELS = {**dict(Channel.choices), **dict(Party.choices), **dict(NoticeKind.choices)}


def _register(verb: str, words: Promise) -> None:
    sentence(verb, icon="settings")(lambda event: str(words) % {"name": event.data.get("name", "")})


for _verb, _words in SAID.items():
    _register(_verb, _words)


def changes_of(event: Event) -> list[dict[str, str]]:
    before, after = (event.data.get(side, {}) for side in ("before", "after"))
    names = dict.fromkeys([*before, *after])
    return [
        {
            "name": str(NAMES.get(name, name)),
            "before": _text(name, before.get(name)),
            "after": _text(name, after.get(name)),
        }
        for name in names
    ]


def _text(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if name == "steps":
        steps = [FrozenStep.load(step) for step in value]
        names = Names.of(steps)
        return " ".join(sentence_of(step, names) for step in steps)
    if name == "round":
        return duration_words(timedelta(seconds=value))
    if name == "fallback":
        return Person.objects.filter(pk=value).values_list("name", flat=True).first() or f"#{value}"
    if isinstance(value, dict):
        return listed(f"{key} = {text}" for key, text in value.items())
    return listed(LABELS.get(item, item) for item in (value if isinstance(value, list) else [value]))
