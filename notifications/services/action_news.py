"""Tells people by mail of action items: of a new one, of its due date, that it is overdue, done or sent back.

Never by text or call: no action item is worth waking anybody. It is promised in the very transaction that records the
event, under the event's own number, so that nobody reads the same twice.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from catalog.models import Person, Role, Team
from incidents import permissions
from incidents.action_times import concerns_leader
from incidents.models import ActionItem, ActionPolicy
from incidents.origins import origin_of
from lifecycle.models import Event
from notifications.models import Channel, Purpose
from notifications.recipients import managers_of
from notifications.services.plain import promise_plain


def tell_of_action(action: ActionItem, event: Event) -> None:
    """Promise the mails of one event; nobody is told of their own doing, nor of what they may not see."""
    found = {person.pk: person for person in READERS[event.verb](action, event) if person is not None}
    for person in found.values():
        if person.pk != event.actor_id and person.is_colleague and permissions.sees(action, person):
            _promise(action, event, person)


def _promise(action: ActionItem, event: Event, person: Person) -> None:
    with override(person.language):
        sentence = SENTENCES[event.verb](action, event)
        subject, body = f"{sentence}: {action.title}", _body(action, event, sentence)
    promise_plain(
        recipient=person,
        channel=Channel.EMAIL,
        purpose=Purpose.ACTION,
        subject=subject,
        body=body,
        key=f"action:{event.pk}",
    )


def _body(action: ActionItem, event: Event, sentence: str) -> str:
    """In the language of the moment: what happened, the item, its facts, the words that came with it, the link."""
    facts = [
        _("Owner: %(name)s") % {"name": action.owner.name},
        _("Due on: %(day)s") % {"day": action.due_on.isoformat()},
    ]
    if origin := origin_of(action).label:
        facts.append(_("Comes from: %(origin)s") % {"origin": origin})
    words = [event.note] if event.note else []
    link = f"{settings.PUBLIC_URL}{action.get_absolute_url()}"
    return "\n\n".join([f"{sentence}.", f"{action.reference} {action.title}", "\n".join(facts), *words, link])


# --- Who ----------------------------------------------------------------------------------------------


def leaders_of(action: ActionItem) -> list[Person]:
    """The leaders of the owner's teams; where there is none but the owner, the incident managers."""
    led = Team.objects.filter(members=action.owner_id, leader__is_active=True).exclude(leader=action.owner_id)
    leaders = [team.leader for team in led.select_related("leader").order_by("pk") if team.leader]
    seeing = [leader for leader in leaders if leader.is_colleague and permissions.sees(action, leader)]
    return seeing or _managers(action)


def _managers(action: ActionItem) -> list[Person]:
    if action.incident is not None:
        return managers_of(action.incident)
    return list(Person.objects.with_role(Role.INCIDENT_MANAGER))


def _owner(action: ActionItem, _event: Event) -> Iterable[Person | None]:
    return [action.owner]


def _of_overdue(action: ActionItem, event: Event) -> Iterable[Person | None]:
    """The leader too once it has been overdue for a while, and at once where the owner is not there any more."""
    days = int(event.data.get("days_over", 0))
    is_for_leader = concerns_leader(days, leader_after=ActionPolicy.current().leader_after_days)
    return [action.owner, *(leaders_of(action) if is_for_leader or not action.owner.is_active else [])]


def _who_verifies(action: ActionItem, event: Event) -> Iterable[Person | None]:
    """Whoever opened it; where that is its owner, or whoever completed it, the leader."""
    opener = action.opened_by
    is_free = opener is not None and opener.is_active and opener.pk not in (action.owner_id, event.actor_id)
    return [opener] if is_free else leaders_of(action)


READERS: dict[str, Callable[[ActionItem, Event], Iterable[Person | None]]] = {
    "open": _owner,
    "reassign": _owner,
    "remind": _owner,
    "nag": _of_overdue,
    "send_back": _owner,
    "cancel": _owner,
    "complete": _who_verifies,
}
"""The events that anybody is told of."""


# --- What ---------------------------------------------------------------------------------------------


def _remind(_action: ActionItem, event: Event) -> str:
    days = int(event.data.get("days_left", 0))
    if not days:
        return _("Due today")
    return ngettext("Due in %(days)d day", "Due in %(days)d days", days) % {"days": days}


def _nag(_action: ActionItem, event: Event) -> str:
    days = int(event.data.get("days_over", 0))
    return ngettext("Overdue by %(days)d day", "Overdue by %(days)d days", days) % {"days": days}


SENTENCES: dict[str, Callable[[ActionItem, Event], str]] = {
    "open": lambda _action, _event: _("An action item for you"),
    "reassign": lambda _action, _event: _("An action item for you"),
    "remind": _remind,
    "nag": _nag,
    "send_back": lambda _action, _event: _("Not done yet"),
    "cancel": lambda _action, _event: _("Cancelled"),
    "complete": lambda _action, _event: _("Waits to be verified"),
}
