"""Puts a parsed document into the database: one postmortem, once for each reference."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import ActionItem, ImportRun, Incident
from incidents.models.action_queries import ActionStatus
from incidents.services.actions import set_times
from lifecycle import clock
from lifecycle.text import one_line, sanitise, sanitise_all
from lifecycle.transitions import record_event
from postmortems.imports.actions import Action
from postmortems.imports.document import Document
from postmortems.imports.mapping import (
    due_of,
    incidents_named,
    kind_of,
    milestone_named,
    person_named,
    status_of,
    type_of,
)
from postmortems.imports.own import write_own
from postmortems.models import (
    ImportedPostmortem,
    Issue,
    IssueAction,
    Postmortem,
    Section,
    SectionRevision,
    Status,
    TimelineEntry,
)
from postmortems.services.editing import PLACES
from postmortems.services.wordings import lists_in_force
from postmortems.wording import suspicious_words

PROFILE = "markdown"
VERB = "import_postmortem"
CREATED, UPDATED, UNCHANGED, KEPT = "created", "updated", "unchanged", "kept"


@dataclass(frozen=True)
class Written:
    """``outcome``: CREATED, UPDATED, UNCHANGED, or KEPT: somebody has worked on it here, it stays as it is."""

    outcome: str
    postmortem: Postmortem | None
    counts: dict[str, int]


@transaction.atomic
def write_document(
    document: Document, *, source: str, file_name: str, run: ImportRun, actor: Person | None, owner: Person, via: str
) -> Written:
    """``owner`` gets the actions whose owner is nobody here. The same file again changes nothing."""
    reference = (document.reference or file_name)[:200]
    digest = hashlib.sha256(source.encode(errors="replace")).hexdigest()
    known = (
        ImportedPostmortem.objects.select_for_update(of=("self",)).filter(profile=PROFILE, reference=reference).first()
    )
    if known is not None and known.digest == digest:
        return Written(UNCHANGED, known.postmortem, {})
    if known is not None and _is_worked_on(known.postmortem):
        return Written(KEPT, known.postmortem, {})
    spare = list(known.postmortem.actions) if known else []
    postmortem = _postmortem(known, document, file_name=file_name, actor=actor)
    postmortem.incidents.set(incidents_named(document.incidents, reader=actor))
    writer = _Writer(postmortem, document, actor=actor, owner=owner, via=via, at=clock.now())
    writer.spare = {action.title: action for action in spare}
    writer.write_all()
    write_own(postmortem, document, actor=actor, notes=writer.notes)
    facts = {**document.facts, "import": writer.notes}
    ImportedPostmortem.objects.update_or_create(
        profile=PROFILE,
        reference=reference,
        defaults={
            "postmortem": postmortem,
            "run": run,
            "digest": digest,
            "facts": sanitise_all(facts),
            "source": sanitise(source),
        },
    )
    record_event(postmortem, VERB, actor=actor, via=via, data={"file": file_name, "reference": reference})
    return Written(UPDATED if known else CREATED, postmortem, writer.counts)


def _is_worked_on(postmortem: Postmortem) -> bool:
    """Somebody changed it or its actions here since it was imported."""
    actions = list(postmortem.actions)
    return (
        postmortem.events.exclude(verb=VERB).exists()
        or any(action.version > 1 for action in actions)
        or any(action.events.exclude(verb="open").exists() for action in actions)
    )


def _postmortem(
    known: ImportedPostmortem | None, document: Document, *, file_name: str, actor: Person | None
) -> Postmortem:
    """The row; of one that is known what it held is taken away first."""
    now = clock.now()
    status = status_of(document.status, is_ours=document.is_ours)
    ended = min(document.published_at or document.ended_at or document.started_at or now, now)
    fields: dict[str, Any] = {
        "title": one_line(document.title or file_name),
        "facilitator": next(filter(None, map(person_named, document.authors)), None),
        "started_at": min(document.started_at or ended, now),
        "status_since": ended,
        "published_at": ended if status == Status.PUBLISHED else None,
        "passes": _count(document, "passes", 1),
        "times_gone_back": _count(document, "times_gone_back", 0),
    }
    if known is not None:
        _take_away(known.postmortem)
        Postmortem.objects.filter(pk=known.postmortem_id).update(status=status, **fields)
        return Postmortem.objects.get(pk=known.postmortem_id)
    return Postmortem.objects.create(status=status, started_by=actor, **fields)


def _count(document: Document, name: str, otherwise: int) -> int:
    said = document.facts.get(name)
    return said if document.is_ours and isinstance(said, int) and 0 <= said < 10_000 else otherwise


def _take_away(postmortem: Postmortem) -> None:
    IssueAction.objects.filter(issue__postmortem=postmortem).delete()
    held = (postmortem.sessions, postmortem.gap_answers, postmortem.parked)
    for rows in (postmortem.issues, postmortem.entries, postmortem.sections, *held):
        rows.all().delete()


class _Writer:
    """Writes what a document holds below a postmortem. ``counts`` by kind; ``notes``: what had to be decided."""

    def __init__(
        self,
        postmortem: Postmortem,
        document: Document,
        *,
        actor: Person | None,
        owner: Person,
        via: str,
        at: datetime,
    ) -> None:
        self.postmortem, self.document = postmortem, document
        self.actor, self.owner, self.via, self.at = actor, owner, via, at
        self.notes: dict[str, Any] = {"remarks": list(document.remarks), "actions": []}
        self.counts: dict[str, int] = {}
        self.spare: dict[str, ActionItem] = {}
        """The actions of an earlier import: one of the same title is taken again, the others end as cancelled."""

    def write_all(self) -> None:
        entries = self._entries()
        issues = self._issues(entries)
        self._actions(issues)
        self._sections()

    def _entries(self) -> list[TimelineEntry]:
        lists = lists_in_force()
        rows = []
        for entry in self.document.entries:
            if entry.at > self.at:
                self.notes.setdefault("in_the_future", []).append(f"{entry.at.isoformat()} {entry.what}"[:500])
                continue
            what = sanitise(_named(entry.what) or _("(no text)"))
            rows.append(
                TimelineEntry(
                    postmortem=self.postmortem,
                    happened_at=entry.at,
                    what=what,
                    role=sanitise(entry.role)[:100],
                    source=sanitise(_source(entry.source, is_day_only=entry.is_day_only))[:500],
                    milestone=milestone_named(entry.milestone),
                    is_overridden=bool(suspicious_words(what, lists)),
                )
            )
        self.counts["entries"] = len(rows)
        return TimelineEntry.objects.bulk_create(rows)

    def _issues(self, entries: list[TimelineEntry]) -> list[Issue]:
        by_moment = {f"{entry.happened_at:%Y-%m-%d %H:%M:%S}": entry for entry in reversed(entries)}
        rows = [
            Issue(
                postmortem=self.postmortem,
                text=sanitise(issue.text),
                kind=kind_of(issue.text, issue.kind),
                pass_number=min(max(issue.pass_number, 1), 10_000),
                from_entry=by_moment.get(issue.seen_at[:19]),
                no_action_reason=sanitise(issue.no_action_reason),
            )
            for issue in self.document.issues
        ]
        if self.document.actions and not rows:
            text = _("What led to these actions; the imported report does not say it in a list.")
            rows.append(Issue(postmortem=self.postmortem, text=text, kind="technology"))
        if not self.document.actions and self.postmortem.status == Status.PUBLISHED:
            for row in rows:
                row.no_action_reason = row.no_action_reason or _("The imported report names no action.")
        self.counts["issues"] = len(rows)
        return Issue.objects.bulk_create(rows)

    def _actions(self, issues: list[Issue]) -> None:
        incident = self.postmortem.incidents.fewest_readers_first().first()
        for action in self.document.actions:
            item = self._action(action, incident)
            answered = [issues[number - 1] for number in action.issues if 0 < number <= len(issues)] or [
                issue for issue in issues if not issue.no_action_reason
            ]
            IssueAction.objects.bulk_create(IssueAction(issue=issue, action=item) for issue in answered or issues)
        for item in self.spare.values():
            ActionItem.objects.filter(pk=item.pk).update(
                status=ActionStatus.CANCELLED, cancelled_at=self.at, remind_at=None, next_nag_at=None
            )
            note = _("The imported report names it no longer.")
            record_event(item, "cancel", actor=self.actor, via=self.via, note=note)
        self.counts["actions"] = len(self.document.actions)

    def _action(self, action: Action, incident: Incident | None) -> ActionItem:
        owner = person_named(action.owner)
        title = one_line(action.text) or _("(no text)")
        before = self.spare.pop(title, None)
        item = ActionItem(
            pk=before.pk if before else None,
            title=title,
            type=type_of(action),
            owner=owner or self.owner,
            due_on=due_of(action, self.at),
            incident=incident,
            origin=self.postmortem,
            opened_by=self.actor,
            created_at=self.at,
            status=ActionStatus.VERIFIED if action.is_done else ActionStatus.OPEN,
            verified_at=self.at if action.is_done else None,
        )
        if not action.is_done:
            set_times(item)
        item.save()
        if owner is None or action.due_on is None or len(action.text) > len(item.title):
            self.notes["actions"].append(
                {"action": item.pk, "text": action.text, "owner": action.owner, "due": str(action.due_on or "")}
            )
        if before is None:
            record_event(item, "open", actor=self.actor, via=self.via, note=item.title, data={"owner": item.owner.name})
        return item

    def _sections(self) -> None:
        texts: dict[str, list[str]] = {}
        titles: dict[str, str] = {}
        for place, passage in enumerate(self.document.passages):
            key = passage.key if passage.key in PLACES else f"imported-{place + 1}"
            if key in texts and passage.text not in texts[key]:
                texts[key].append(passage.text)
            texts.setdefault(key, [passage.text])
            titles.setdefault(key, "" if key in PLACES else passage.title or _("Text of the report"))
        for position, (key, parts) in enumerate(texts.items()):
            own = list(PLACES).index(key) if key in PLACES else 100 + position
            self._section(key, sanitise(titles[key])[:300], sanitise("\n\n".join(parts)), own)
        self.counts["texts"] = len(texts)

    def _section(self, key: str, title: str, text: str, position: int) -> None:
        section = Section.objects.create(
            postmortem=self.postmortem,
            key=key,
            title=title,
            text=text,
            version=1,
            position=min(position, 32_000),
            saved_at=self.at,
            saved_by=self.actor,
        )
        SectionRevision.objects.create(section=section, number=1, text=text, author=self.actor, saved_at=self.at)


def _named(what: str) -> str:
    """The bounds of the front matter in words."""
    words = {"<started>": _("Impact began"), "<detected>": _("Detected"), "<ended>": _("Impact ended")}
    return words.get(what, what)


def _source(source: str, *, is_day_only: bool) -> str:
    told = _("Front matter of the imported report") if source == "<front matter>" else source or _("Imported report")
    return f"{told} ({_('day only, no time given')})" if is_day_only else told
