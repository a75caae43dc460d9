"""A file of Markdown as what a postmortem holds. Pure."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from postmortems.imports.actions import Action, Issue, read_actions, read_issues
from postmortems.imports.front_matter import (
    FrontMatterError,
    as_moment,
    as_plain,
    as_texts,
    pick,
    split_front_matter,
)
from postmortems.imports.headings import Block, Part, split_blocks
from postmortems.imports.moments import Context, read_moment, resolve, zone_named
from postmortems.imports.tables import is_row, read_table, strip_marks
from postmortems.imports.timeline import Entry, find_day, read_prose, read_timeline

# The columns of our own export, in its order (postmortems/export/markdown.py).
COLUMNS = {
    Part.TIMELINE: ("when", "what", "role", "source", "says-milestone"),
    Part.ISSUES: ("#", "kind", "issue", "seen", "pass", "why nothing"),
    Part.ACTIONS: ("#", "action", "type", "owner", "due", "status", "issues"),
}
OWN = {Part.SESSIONS: 3, Part.QUESTIONS: 6, Part.ARTICLE: 2, Part.PARKED: 2}
"""The further tables of our own export, and how many columns they have."""
_LABELLED = re.compile(
    r"^\s*[-*]?\s*\**(?P<name>[A-Za-z][A-Za-z ]{2,20}|[\u4e00-\u9fff]{2,6})(?:\(s\))?\s*\**\s*[:：]"
    r"\s*\**\s*(?P<value>\S.*)$"
)
_LABELS = {
    "date": "date",
    "日期": "date",
    "author": "authors",
    "authors": "authors",
    "作者": "authors",
    "by": "authors",
    "names": "authors",
    "name": "authors",
    "severity": "severity",
    "级别": "severity",
    "status": "status",
    "incident": "incidents",
    "incidents": "incidents",
    "incident number": "incidents",
    "tags": "tags",
}
_ESCAPED = re.compile(r"^\\(\\*(?:#|```|~~~|---\s*$))", re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    """Text that is kept as it is: ``key`` is a part's, or empty for what has no place of its own."""

    key: str
    title: str
    text: str


@dataclass
class Document:
    """``facts``: the front matter in its own words. ``remarks``: what could not be read; nothing is lost by it."""

    title: str = ""
    reference: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    published_at: datetime | None = None
    authors: list[str] = field(default_factory=list)
    severity: str = ""
    status: str = ""
    tags: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_ours: bool = False
    """Written by this product's own export."""
    own: dict[str, list[list[str]]] = field(default_factory=dict)
    """The rows of its further tables, by part."""


def parse(text: str, *, name: str = "") -> Document:
    """The document; whatever it looks like, all of its text is somewhere in it. ``name``: the file's, for a title."""
    document = Document()
    try:
        facts, body = split_front_matter(text.replace("\r\n", "\n"))
    except FrontMatterError as fault:
        facts, body = {}, text
        document.remarks.append(f"front matter: {fault}")
    document.facts, document.is_ours = as_plain(facts), "mainstay" in facts
    blocks = split_blocks(body, _chapters(facts) if document.is_ours else None)
    _read_facts(document, facts | _labelled(blocks, facts))
    document.title = document.title or _title(blocks) or name
    context = _context(document, facts)
    for block in blocks:
        context = _read_block(document, block, context)
    if not any(block.part is Part.TIMELINE for block in blocks):
        _read_whole_prose(document, context)
    _add_bounds(document, facts)
    return document


def _read_facts(document: Document, facts: dict[str, Any]) -> None:
    document.title = " ".join(str(pick(facts, "title") or "").split())[:300]
    document.reference = str(pick(facts, "reference") or "").strip()[:200]
    document.authors = as_texts(pick(facts, "authors"))
    document.severity = str(pick(facts, "severity") or "")[:100]
    document.status = str(pick(facts, "status") or "").strip().lower()[:100]
    document.tags = as_texts(pick(facts, "tags"))
    document.incidents = as_texts(pick(facts, "incidents"))
    zone = zone_named(str(pick(facts, "zone") or ""))
    context = Context(zone=zone or UTC)
    read = {name: _moment(pick(facts, name), context) for name in ("started", "ended", "date", "published")}
    document.started_at = read["started"] or read["date"]
    document.ended_at, document.published_at = read["ended"], read["published"]
    summary = pick(facts, "summary")
    if isinstance(summary, str) and summary.strip():
        document.passages.append(Passage(Part.SUMMARY, "", summary.strip()))


def _moment(value: Any, context: Context) -> datetime | None:
    made = as_moment(value)
    if made is not None or not isinstance(value, str):
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=context.zone).astimezone(UTC)
        return made
    found = read_moment(value)
    return resolve(found, context) if found else None


def _labelled(blocks: list[Block], facts: dict[str, Any]) -> dict[str, Any]:
    """Lines such as "Date: 2021-03-15" and short chapters such as "### Authors", where no front matter says it."""
    found: dict[str, Any] = {}
    for line in [line for block in blocks[:2] for line in block.lines[:15]]:
        label = _LABELLED.match(line)
        known = _LABELS.get(label["name"].strip().lower()) if label else None
        if label and known and pick(facts, known) is None:
            found.setdefault(known, label["value"].strip(" *"))
    for block in blocks:
        name = {Part.DATE: "date", Part.AUTHORS: "authors", Part.SEVERITY: "severity"}.get(block.part)
        if name and block.text.strip() and pick(facts, name) is None:
            found.setdefault(name, strip_marks(block.text.strip().splitlines()[0].lstrip("-* ")))
    return found


def _title(blocks: list[Block]) -> str:
    first = next((block for block in blocks if block.level), None)
    is_title = first is not None and (first.level == 1 or first.part is Part.OTHER)
    return strip_marks(first.title)[:300] if first is not None and is_title else ""


def _context(document: Document, facts: dict[str, Any]) -> Context:
    near: date | None = None
    for moment in (document.started_at, document.ended_at, document.published_at):
        near = near or (moment.date() if moment else None)
    if near is None and (found := find_day(document.title)):
        moment = resolve(found, Context())
        near = moment.date() if moment else None
    return Context(day=near, zone=zone_named(str(pick(facts, "zone") or "")) or UTC)


def _read_block(document: Document, block: Block, context: Context) -> Context:
    """Take a block over; what of it has no place is kept as a passage. Returns the context for the next."""
    if document.is_ours:
        _name_columns(block)
    rest = block.lines
    if block.part is Part.TIMELINE:
        reading = read_timeline(block, context)
        document.entries += reading.entries
        rest = reading.rest
    elif block.part is Part.ISSUES:
        issues, rest = read_issues(block)
        document.issues += issues
    elif block.part is Part.ACTIONS:
        actions, rest = read_actions(block, context)
        document.actions += actions
    elif block.part in OWN:
        document.own[block.part] = _rows(block, OWN[block.part])
        rest = [line for line in block.lines if not is_row(line)]
    text = "\n".join(rest).strip("\n")
    if document.is_ours:
        text = _ESCAPED.sub(r"\1", text)
    is_title = block.level == 1 and strip_marks(block.title)[:300] == document.title
    if text.strip():
        own = block.part in (Part.SUMMARY, Part.IMPACT, Part.WENT_WELL, Part.LESSONS)
        title = "" if is_title else block.title
        document.passages.append(Passage(block.part if own else "", title, text))
    return context


def _chapters(facts: dict[str, Any]) -> dict[str, Part]:
    """The headings of our own export in the language that it was written in; any other text of it is kept as text."""
    named = facts.get("chapters")
    pairs = named.items() if isinstance(named, dict) else ()
    return {str(title): Part(part) for part, title in pairs if part in set(Part)}


def _name_columns(block: Block) -> None:
    """The columns of our own tables have their places, in whatever language their headings are."""
    first = next((place for place, line in enumerate(block.lines) if is_row(line)), None)
    if first is not None and block.part in COLUMNS:
        block.lines[first] = f"| {' | '.join(COLUMNS[block.part])} |"


def _rows(block: Block, width: int) -> list[list[str]]:
    table = read_table([line for line in block.lines if is_row(line)])
    return [[*row, *[""] * width][:width] for row in table.rows] if table else []


def moment_of(text: str) -> datetime | None:
    """A moment as our own export writes it."""
    return _moment(text, Context()) if text else None


def _read_whole_prose(document: Document, context: Context) -> None:
    """A report without a timeline: the dated sentences of its text make one. The text itself stays."""
    for passage in document.passages:
        if passage.key == Part.SUMMARY and passage.text == str(document.facts.get("summary", "")).strip():
            continue
        reading = read_prose(passage.text, context)
        document.entries += reading.entries
        context = replace(context, day=reading.context.day or context.day)


def _add_bounds(document: Document, facts: dict[str, Any]) -> None:
    """Begin and end, as the front matter gives them, are dated facts too."""
    context = Context(zone=zone_named(str(pick(facts, "zone") or "")) or UTC)
    if document.is_ours:
        return
    for name, moment in (
        ("started", _moment(pick(facts, "started"), context)),
        ("detected", _moment(pick(facts, "detected"), context)),
        ("ended", document.ended_at),
    ):
        if moment is not None:
            document.entries.append(Entry(moment, f"<{name}>", source="<front matter>"))
