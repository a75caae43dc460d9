"""A sheet as Markdown with front matter, such that postmortems/imports reads back all that is in it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml
from django.utils.translation import gettext as _

from postmortems.export.chapters import Chapter, chapters_of
from postmortems.export.sheet import Sheet
from postmortems.services.editing import PLACES

FORMAT = 1
_MARKUP = re.compile(r"^(\\*)(?=#|```|~~~|---\s*$)", re.MULTILINE)


def write_markdown(sheet: Sheet) -> str:
    """In the active language. Moments are in UTC, to the microsecond where they have one."""
    parts = [_front_matter(sheet), f"# {sheet.postmortem.title}"]
    parts += [_passage(passage.title, passage.text) for passage in sheet.before]
    parts += [_timeline(sheet), _issues(sheet), _actions(sheet)]
    parts += [_passage(passage.title, passage.text) for passage in sheet.after]
    parts += [f"## {chapter.title}\n\n{_table(chapter.head, chapter.rows)}" for chapter in _chapters(sheet)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _chapters(sheet: Sheet) -> list[Chapter]:
    return chapters_of(sheet, moment=_moment, person=lambda person: person.username)


def _front_matter(sheet: Sheet) -> str:
    postmortem = sheet.postmortem
    levels = [incident.level_id for incident in sheet.incidents]
    facts: dict[str, Any] = {
        "mainstay": FORMAT,
        "reference": postmortem.reference,
        "title": postmortem.title,
        "status": str(postmortem.status),
        "started": _moment(postmortem.started_at),
        "published": _moment(postmortem.published_at),
        "severity": min(levels) if levels else None,
        "incidents": [incident.reference for incident in sheet.incidents],
        "services": list(dict.fromkeys(str(incident.service) for incident in sheet.incidents)),
        "facilitator": postmortem.facilitator.username if postmortem.facilitator else None,
        "signed_by": postmortem.signed_by.username if postmortem.signed_by else None,
        "passes": postmortem.passes,
        "times_gone_back": postmortem.times_gone_back,
    }
    facts["chapters"] = {
        "timeline": _("Timeline"),
        "issues": _("Issues"),
        "actions": _("Actions"),
        **{passage.key: str(passage.title) for passage in (*sheet.before, *sheet.after) if passage.key in PLACES},
        **{chapter.key: chapter.title for chapter in _chapters(sheet) if chapter.key != "ways_back"},
    }
    known = {name: value for name, value in facts.items() if value not in (None, [])}
    return f"---\n{yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=1000)}---"


def _passage(title: object, text: str) -> str:
    """A line that looks like markup of ours gets a backslash, which the import takes off again."""
    return f"## {title}\n\n" + _MARKUP.sub(lambda found: found[1] + "\\", text.strip("\n"))


def _timeline(sheet: Sheet) -> str:
    rows = [
        [_moment(entry.happened_at), entry.what, entry.role, entry.source, str(entry.get_milestone_display())]
        for entry in sheet.entries
    ]
    head = [_("When"), _("What happened"), _("Role"), _("Source"), _("It says when")]
    return f"## {_('Timeline')}\n\n" + _table(head, rows)


def _issues(sheet: Sheet) -> str:
    if not sheet.issues:
        return ""
    head = ["#", _("Kind"), _("Issue"), _("Seen at"), _("Pass"), _("Why nothing is done")]
    rows = [
        [
            str(number),
            str(issue.get_kind_display()),
            issue.text,
            _moment(issue.from_entry.happened_at if issue.from_entry else None),
            str(issue.pass_number),
            issue.no_action_reason,
        ]
        for number, issue in sheet.issues
    ]
    return f"## {_('Issues')}\n\n" + _table(head, rows)


def _actions(sheet: Sheet) -> str:
    if not sheet.actions:
        return ""
    head = ["#", _("Action"), _("Type"), _("Owner"), _("Due on"), _("Status"), _("Answers issues")]
    rows = [
        [
            str(answer.number),
            answer.item.title,
            str(answer.item.get_type_display()),
            answer.item.owner.username,
            answer.item.due_on.isoformat(),
            str(answer.item.get_status_display()),
            ", ".join(str(number) for number in answer.issues),
        ]
        for answer in sheet.actions
    ]
    return f"## {_('Actions')}\n\n" + _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """One line; postmortems/imports/tables.py undoes it."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")
    return "<br>".join(escaped.splitlines()) if escaped.strip() else ""


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    exact = "%Y-%m-%d %H:%M:%S.%f" if moment.microsecond else "%Y-%m-%d %H:%M:%S"
    return f"{moment.astimezone(UTC):{exact}} UTC"
