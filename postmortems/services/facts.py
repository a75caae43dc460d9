"""Timeline phase: dated facts, each with a source. Talk about causes is refused with a hint and parked."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.lists import listed
from lifecycle.transitions import InputRefused, lock, record_event
from postmortems.models import Milestone, Postmortem, Status, TimelineEntry
from postmortems.services.refusals import WordingRefused, begin, refuse_stale
from postmortems.services.wordings import suspicious_words


def add_entry(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    via: str,
    happened_at: datetime,
    what: str,
    source: str,
    role: str = "",
    milestone: str = "",
    is_override: bool = False,
) -> TimelineEntry:
    """Add a fact; ``milestone``: the question of the timeline that it answers, if any.

    One that reads like a cause or a fault is kept as a parked thought, and refused with WordingRefused; with
    ``is_override`` it is taken, and the override is recorded.
    """
    words = _park_if_suspicious(postmortem, what, actor=actor, is_override=is_override)
    with transaction.atomic():
        _check(postmortem, "add_entry", actor, happened_at, milestone, what=what, source=source)
        entry = TimelineEntry.objects.create(
            postmortem=postmortem,
            happened_at=happened_at,
            what=what.strip(),
            role=role.strip()[:100],
            source=source.strip()[:500],
            milestone=milestone,
            is_overridden=bool(words),
            author=actor,
        )
        _record(postmortem, "add_entry", entry, actor=actor, via=via, words=words)
    return entry


def edit_entry(
    entry: TimelineEntry,
    *,
    actor: Person | None,
    via: str,
    happened_at: datetime,
    what: str,
    source: str,
    role: str = "",
    milestone: str = "",
    is_override: bool = False,
    expected_version: int | None = None,
) -> TimelineEntry:
    """Correct a fact; a stale edit raises StaleEdit, which carries the entry as somebody else left it."""
    postmortem = entry.postmortem
    words = _park_if_suspicious(postmortem, what, actor=actor, is_override=is_override or entry.is_overridden)
    with transaction.atomic():
        _check(postmortem, "edit_entry", actor, happened_at, milestone, what=what, source=source)
        lock(entry)
        refuse_stale(postmortem, entry, "edit_entry", expected_version=expected_version)
        entry.happened_at, entry.what = happened_at, what.strip()
        entry.role, entry.source = role.strip()[:100], source.strip()[:500]
        entry.milestone, entry.is_overridden = milestone, bool(words)
        entry.version += 1
        entry.save()
        _record(postmortem, "edit_entry", entry, actor=actor, via=via, words=words)
    return entry


@transaction.atomic
def remove_entry(entry: TimelineEntry, *, actor: Person | None, via: str, expected_version: int | None = None) -> None:
    """Take a fact out; the event that records it keeps its words."""
    postmortem = entry.postmortem
    begin(postmortem, "remove_entry", phase=Status.TIMELINE, actor=actor)
    lock(entry)
    refuse_stale(postmortem, entry, "remove_entry", expected_version=expected_version)
    _record(postmortem, "remove_entry", entry, actor=actor, via=via, words=[])
    entry.delete()


def _park_if_suspicious(postmortem: Postmortem, what: str, *, actor: Person | None, is_override: bool) -> list[str]:
    """The words that tell; without an override the text is parked (and stays so) and WordingRefused is raised."""
    words = suspicious_words(what)
    if not words:
        return []
    with transaction.atomic():
        begin(postmortem, "park", phase=Status.TIMELINE, actor=actor)
        if is_override:
            postmortem.parked.filter(text=what.strip()).delete()
            return words
        postmortem.parked.get_or_create(text=what.strip(), defaults={"author": actor, "parked_at": clock.now()})
    text = _(
        "This reads like a cause or a fault (%(words)s). The timeline takes facts only: your text is parked for the "
        "issue phase. Write what was seen or done, or insist that it is a fact."
    )
    raise WordingRefused(words, what=text % {"words": listed(words)})


def _check(
    postmortem: Postmortem,
    verb: str,
    actor: Person | None,
    happened_at: datetime,
    milestone: str,
    *,
    what: str,
    source: str,
) -> None:
    begin(postmortem, verb, phase=Status.TIMELINE, actor=actor)
    require(what=what, source=source)
    if milestone and milestone not in Milestone.values:
        raise InputRefused(milestone=_("There is no such question."))
    if happened_at > clock.now():
        raise InputRefused(happened_at=_("That lies in the future."))


def _record(
    postmortem: Postmortem, verb: str, entry: TimelineEntry, *, actor: Person | None, via: str, words: list[str]
) -> None:
    data: dict[str, object] = {"entry": entry.pk, "event": entry.event_id, "citation": entry.citation}
    if words:
        data["overridden"] = words
    record_event(postmortem, verb, actor=actor, via=via, note=entry.what, data=data)
