"""The word lists in force, what they say about a text, and how an administrator changes them."""

from collections.abc import Callable
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Role
from incidents.services.settings.writing import change_row
from lifecycle.models import Via
from postmortems import wording
from postmortems.models.wording import WordList
from postmortems.wording import SHIPPED, SHIPPED_LISTS, Kind, Lists

LOOKED_AT = 20_000
"""Hints look at so many letters of a text."""


def lists_in_force() -> Lists:
    """The lists as they are edited now; compiled once for each wording of them."""
    rows = tuple(WordList.objects.order_by("pk").values_list("purpose", "words"))
    return _compiled(rows) if rows else SHIPPED_LISTS


@lru_cache(maxsize=4)
def _compiled(rows: tuple[tuple[str, str], ...]) -> Lists:
    return wording.compile_lists(rows)


def suspicious_words(text: str) -> list[str]:
    """As ``postmortems.wording.suspicious_words``, by the lists in force."""
    return wording.suspicious_words(text, lists_in_force()) if text else []


def blame_hints(text: str) -> list[str]:
    """Sentences for the writer, where a text blames; a warning, never a block."""
    if not text.strip():
        return []
    names = [name for pair in Person.objects.order_by("pk").values_list("name", "username") for name in pair if name]
    found = wording.blame_hints(text[:LOOKED_AT], names, lists_in_force())
    return list(dict.fromkeys(_say(hint) for hint in found))


def names_as_roles() -> Callable[[str], str]:
    """A function that says people by their first role, in the active language; one query."""
    people = Person.objects.order_by("pk").values_list("name", "roles")
    known = {role.value: str(role.label) for role in Role}
    return wording.names_as_roles({name: known[roles[0]] for name, roles in people if name and roles})


def hints_for(text: str, *, expected: Kind) -> list[str]:
    """What the writer of a text of this kind might reconsider: blame, and a fact that speaks of causes."""
    hints = blame_hints(text)
    words = suspicious_words(text[:LOOKED_AT]) if expected == Kind.FACT else []
    if words:
        told = _("This speaks of causes or faults (%(words)s). They have their place among the issues.")
        hints.append(told % {"words": ", ".join(words[:5])})
    return hints


def plan_hints(issue: str) -> list[str]:
    """Where an issue reads like a plan: it has its place in the next phase. A warning, never a block."""
    judged = wording.classify_text(issue[:LOOKED_AT], lists_in_force())
    plan = next((sentence for sentence, verdict in judged if verdict.kind == Kind.ACTION), "")
    told = _("“%(sentence)s” reads like an action. Log what was missing or wrong; what is done about it comes next.")
    return [told % {"sentence": plan[:200]}] if plan else []


@transaction.atomic
def set_word_list(words_of: WordList, *, words: str, actor: Person | None = None, via: str = Via.WEB) -> WordList:
    """State a list anew; it holds from the next text on. Raises NotPermitted, ValidationError."""
    tidy = "\n".join(line.rstrip() for line in words.strip().splitlines()) + "\n"
    change_row(words_of, "set_word_list", {"words": tidy}, actor=actor, via=via)
    return words_of


def shipped_words(words_of: WordList) -> str:
    return SHIPPED.get((words_of.purpose, words_of.language), "")


def _say(hint: wording.BlameHint) -> str:
    words = {"word": hint.word, "name": hint.name}
    if hint.kind == wording.blame.EXCUSE:
        return (
            _("“%(word)s” names a person as the cause. What made it possible, and what would have caught it?") % words
        )
    return _("“%(name)s” stands beside “%(word)s”. Say what happened by role; nobody is to blame.") % words
