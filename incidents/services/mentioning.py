"""Whom a note tells: those it mentions by @username, and those who watch the incident."""

import re
from typing import Any

from django.db.models.functions import Lower

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident

# No mention inside an e-mail address; Chinese before and after a name needs no space.
MENTION = re.compile(r"(?<![A-Za-z0-9_.+@-])@([\w.+-]{1,60})")
BOUNDARY = re.compile(r"[A-Za-z0-9_]")
MOST_MENTIONS = 20


def find_mentioned(text: str, incident: Incident) -> list[Person]:
    """The colleagues whom the text names by @username and who may see the incident. The longest name counts:
    "@wangwei请看" is wangwei, "@weiland" is not wei."""
    words = [word.lower() for word in MENTION.findall(text)[:MOST_MENTIONS]]
    names = {name for word in words for name in _beginnings(word)}
    found = Person.objects.filter(is_active=True).annotate(lowered=Lower("username"))
    people = {person.username.lower(): person for person in found.filter(lowered__in=names)} if names else {}
    meant = [next((people[name] for name in _beginnings(word) if name in people), None) for word in words]
    once = {person.pk: person for person in meant if person is not None}
    return [person for person in once.values() if person.is_colleague and permissions.sees(incident, person)]


def watchers_to_tell(incident: Incident, *, actor: Person | None, is_public: bool) -> list[int]:
    """The watchers who may read the note, as ids; never its author. A reporter who watches reads public ones only."""
    watchers: Any = incident.watchers.filter(is_active=True).order_by("pk")
    return [
        person.pk
        for person in watchers
        if person != actor and (is_public or person.is_colleague) and permissions.sees(incident, person)
    ]


def _beginnings(word: str) -> list[str]:
    """What the mention may mean, the longest first: a name ends where no letter or digit of the same kind follows."""
    ends = [end for end in range(len(word), 0, -1) if end == len(word) or not BOUNDARY.match(word[end])]
    return [word[:end] for end in ends]
