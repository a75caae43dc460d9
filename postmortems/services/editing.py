"""The running texts of a postmortem. Whoever saves puts their changes on top of what others saved meanwhile: a
three-way merge by version (docs/decisions/078). Nothing is refused for being stale; every text sent is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Person
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from postmortems import permissions
from postmortems.merging import Merged, merge
from postmortems.models import Postmortem, Section, SectionRevision, Status
from postmortems.models.section import LONGEST_TEXT
from postmortems.services.refusals import WrongPhase

TOLD_EVERY = timedelta(minutes=10)
"""The history tells that somebody wrote in a section so often, not with each autosave."""
KEPT_REVISIONS = 500
"""At least so many of a section, and all of the last day."""
WRITING = timedelta(seconds=20)


@dataclass(frozen=True)
class Place:
    """A section that every postmortem has. Causes and lessons wait until the timeline stands."""

    title: str | Promise
    hint: str | Promise
    phases: tuple[str, ...]


EVERY_PHASE = (Status.TIMELINE, Status.ISSUES, Status.ACTIONS)
PLACES: dict[str, Place] = {
    "summary": Place(
        gettext_lazy("Summary"), gettext_lazy("What happened, in a few sentences. Facts only."), EVERY_PHASE
    ),
    "impact": Place(
        gettext_lazy("Impact"), gettext_lazy("Who felt what, for how long; figures with their source."), EVERY_PHASE
    ),
    "went-well": Place(
        gettext_lazy("What went well"), gettext_lazy("What helped, and is worth keeping."), EVERY_PHASE[1:]
    ),
    "lessons": Place(
        gettext_lazy("What we learned"), gettext_lazy("What others should know who meet the same."), EVERY_PHASE[1:]
    ),
}


@dataclass(frozen=True)
class Saved:
    """``version`` is that of ``text``, the text as it is now; ``sent`` that of the text as it was sent."""

    version: int
    sent: int
    text: str
    saved_at: datetime
    conflicts: int = 0


def sections_of(postmortem: Postmortem) -> list[Section]:
    """Those that every postmortem has, written or not, then what imports kept. One query."""
    written = {section.key: section for section in postmortem.sections.select_related("saved_by")}
    every = [written.get(key) or Section(postmortem=postmortem, key=key) for key in PLACES]
    return [*every, *(section for key, section in written.items() if key not in PLACES)]


def is_open(postmortem: Postmortem, section: Section) -> bool:
    """Whether it may be written in now. What an import kept is a record, and stays as it is."""
    return section.key in PLACES and postmortem.status in PLACES[section.key].phases


@transaction.atomic
def save_text(postmortem: Postmortem, key: str, *, actor: Person | None, via: str, text: str, base: int) -> Saved:
    """Save somebody's text of a section; ``base`` is the version that it grew out of.

    Raises NotPermitted; WrongPhase where the section is not open; InputRefused where the text is too long.
    """
    _refuse(postmortem, key, actor=actor)
    section, _made = Section.objects.get_or_create(
        postmortem=postmortem, key=key, defaults={"position": list(PLACES).index(key)}
    )
    lock(section)
    text = sanitise(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > max(LONGEST_TEXT, len(section.text)):
        told = _("This is too long: %(length)s letters, at most %(most)s. Nothing of it was saved.")
        raise InputRefused(text=told % {"length": len(text), "most": LONGEST_TEXT})
    merged = _merge(section, text, base)
    now = clock.now()
    sent = _keep(section, text, merged, actor=actor, via=via, at=now)
    return Saved(section.version, sent, section.text, now, merged.conflicts)


def _refuse(postmortem: Postmortem, key: str, *, actor: Person | None) -> None:
    if actor is not None and not permissions.contributes(postmortem, actor):
        raise NotPermitted("edit_section")
    lock(postmortem)
    if key not in PLACES or postmortem.status not in PLACES[key].phases:
        reason = _("In the phase “%(phase)s” this text is not written.") % {"phase": postmortem.get_status_display()}
        raise WrongPhase(status=postmortem.status, verb="edit_section", reason=reason, allowed=[])


def _merge(section: Section, text: str, base: int) -> Merged:
    if base == section.version:
        return Merged(text)
    grown_from = section.revisions.filter(number=base).values_list("text", flat=True).first() or ""
    return merge(grown_from, text, section.text)


def _keep(section: Section, text: str, merged: Merged, *, actor: Person | None, via: str, at: datetime) -> int:
    """Write the revisions and the section; returns the number of the text as it was sent."""
    if text == section.text:
        return section.version
    rows = []
    if text != merged.text:
        rows.append(SectionRevision(section=section, text=text, is_sent=True))
    if merged.text != section.text:
        rows.append(SectionRevision(section=section, text=merged.text))
    for number, row in enumerate(rows, section.version + 1):
        row.number, row.author, row.saved_at = number, actor, at
    SectionRevision.objects.bulk_create(rows)
    section.text, section.saved_at, section.saved_by = merged.text, at, actor
    section.version += len(rows)
    if rows[-1].is_sent:  # it brought nothing that is not there; what is there is the newest again
        section.version += 1
        SectionRevision.objects.create(
            section=section, number=section.version, text=merged.text, author=actor, saved_at=at
        )
    section.save()
    _forget(section, at)
    _tell(section, actor=actor, via=via, at=at)
    return rows[0].number


def _forget(section: Section, at: datetime) -> None:
    old = section.revisions.filter(number__lte=section.version - KEPT_REVISIONS, saved_at__lt=at - timedelta(days=1))
    if section.version > KEPT_REVISIONS and section.version % 50 < 2:
        old.delete()


def _tell(section: Section, *, actor: Person | None, via: str, at: datetime) -> None:
    """One line in the history for a sitting."""
    postmortem, data = section.postmortem, {"section": section.key}
    told = Event.objects.about(postmortem).filter(verb="edit_section", actor=actor, data__section=section.key)
    if not told.filter(recorded_at__gt=at - TOLD_EVERY).exists():
        record_event(postmortem, "edit_section", actor=actor, via=via, data=data)


def writers_of(postmortem: Postmortem, *, but: Person) -> dict[str, list[str]]:
    """Who else saved something in a section just now: key -> names."""
    recent = SectionRevision.objects.filter(
        section__postmortem=postmortem, saved_at__gt=clock.now() - WRITING, author__isnull=False
    ).exclude(author=but)
    found: dict[str, list[str]] = {}
    for key, name in recent.order_by("author__name").values_list("section__key", "author__name").distinct():
        found.setdefault(key, []).append(name)
    return found
