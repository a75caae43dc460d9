"""The minutes as Markdown and as plain text, for mails, chats and files. Everything that people typed is escaped."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifecycle.lists import listed
from lifecycle.text import one_line
from reports.meeting.reading import Reading, ShownEntry, ShownSection
from reports.models import Decision, ItemStatus

SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


def write_minutes(reading: Reading, *, markdown: bool = True) -> str:
    """The whole minutes, in the language of the moment, with absolute times of the meeting's zone."""
    pen = Pen(markdown)
    return "\n".join(_lines(reading, pen)).strip() + "\n"


class Pen:
    """How headings, items and what people typed are written."""

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown

    def heading(self, text: str, depth: int) -> str:
        if self.markdown:
            return f"{'#' * depth} {text}"
        return f"{text}\n{('=' if depth == 1 else '-') * len(text)}"

    def typed(self, text: str) -> str:
        line = one_line(text)
        return SPECIAL.sub(r"\\\1", line) if self.markdown else line

    def quoted(self, text: str) -> list[str]:
        mark = "  > " if self.markdown else "    "
        return [f"{mark}{self.typed(line)}" for line in text.strip().splitlines() if line.strip()]


def _lines(reading: Reading, pen: Pen) -> Iterator[str]:
    meeting = reading.meeting
    yield pen.heading(_("Daily incident meeting %(day)s") % {"day": f"{meeting.day:%Y-%m-%d}"}, 1)
    yield ""
    yield from (f"- {line}" for line in _head(reading, pen))
    for section in reading.sections:
        yield ""
        yield pen.heading(section.title, 2)
        yield ""
        yield from _section(reading, section, pen)


def _head(reading: Reading, pen: Pen) -> Iterator[str]:
    meeting = reading.meeting
    words = {"start": reading.moment(meeting.started_at), "end": reading.moment(meeting.ended_at)}
    yield _("Held from %(start)s to %(end)s") % words
    yield _("Times of %(zone)s") % {"zone": meeting.time_zone}
    if meeting.chair:
        yield _("Chair: %(person)s") % {"person": pen.typed(meeting.chair.name)}
    names = [pen.typed(person.name) for person in meeting.attendees.all()]
    if names:
        yield _("Present: %(people)s") % {"people": listed(names)}
    if reading.skipped:
        yield skipped_words(reading.skipped)
    yield f"{settings.PUBLIC_URL}{meeting.get_absolute_url()}"


def skipped_words(number: int) -> str:
    return ngettext(
        "The meeting was skipped %(number)s time before this one.",
        "The meeting was skipped %(number)s times before this one.",
        number,
    ) % {"number": number}


def put_off_words(number: int) -> str:
    return ngettext("put off %(number)s time", "put off %(number)s times", number) % {"number": number}


def _section(reading: Reading, section: ShownSection, pen: Pen) -> Iterator[str]:
    if section.slug == "numbers":
        for label, figure, verdict in reading.figures:
            words = {"count": figure.count, "mean": figure.mean, "verdict": verdict}
            yield f"- {label}: " + _("%(count)s (7-day mean %(mean)s, %(verdict)s)") % words
    for shown in section.entries:
        yield from _entry(shown, pen)
    if section.slug == "decisions":
        yield from (_decision(each, pen) for each in reading.decisions)
        if reading.general and reading.general.note:
            yield from pen.quoted(reading.general.note)
    if section.hidden:
        yield "- " + ngettext("%(number)s restricted incident", "%(number)s restricted incidents", section.hidden) % {
            "number": section.hidden
        }
    if not (section.entries or section.hidden or section.slug in ("numbers", "decisions")):
        yield "- " + _("nothing")


def _entry(shown: ShownEntry, pen: Pen) -> Iterator[str]:
    entry = shown.entry
    level = entry.state.get("level")
    words = [_("Level %(number)s") % {"number": level}] if level else []
    words += [pen.typed(text) for text in (shown.status_word, *shown.phrases) if text]
    if entry.times:
        words.append(put_off_words(entry.times))
    title = f"{entry.reference} {pen.typed(entry.title)}".strip()
    yield f"- {title}" + (f" ({'; '.join(words)})" if words else "")
    if shown.item is None:
        return
    if shown.item.status in (ItemStatus.PUT_OFF, ItemStatus.NOT_REACHED, ItemStatus.DISCUSSED):
        yield f"  {shown.item.get_status_display()}"
    yield from pen.quoted(shown.item.note)
    yield from (f"  {_decision(each, pen)}" for each in shown.decisions)


def _decision(decision: Decision, pen: Pen) -> str:
    text = f"- {_('Decided')}: {pen.typed(decision.text)}"
    if decision.action is None:
        return text
    return f"{text} ({pen.typed(decision.action.owner.name)}, {decision.action.due_on:%Y-%m-%d})"
