"""A hand-over note as plain text, for mails: only what is for its reader."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Person
from incidents.models import ClockKind
from lifecycle.text import one_line
from reports.meeting.entries import Facts
from reports.meeting.handover_content import content_for
from reports.meeting.words import moment, status_word
from reports.models import HandOver


def hand_over_text(note: HandOver, reader: Person) -> str:
    """In the language of the moment, with times of the schedule's zone."""
    zone = ZoneInfo(note.schedule.time_zone)
    lines, unseen = content_for(note, reader)
    head = _("Shift change %(time)s: %(leaving)s to %(arriving)s") % {
        "time": moment(note.changes_at, zone),
        "leaving": note.leaving.name,
        "arriving": note.arriving.name if note.arriving else _("nobody"),
    }
    blocks = [head, note.text.strip(), *(_block(line, zone) for line in lines)]
    if not lines:
        blocks.append(_("No incident of its services is open."))
    if unseen:
        blocks.append(
            ngettext("%(number)s restricted incident", "%(number)s restricted incidents", unseen) % {"number": unseen}
        )
    return "\n\n".join(block for block in blocks if block)


def _block(line: Facts, zone: ZoneInfo) -> str:
    level = _("Level %(number)s") % {"number": line["level"]}
    words = [
        f"{line['reference']} {one_line(line['title'])}",
        f"  {level} · {status_word('incident', line['status'])} · {line['service']}",
    ]
    words += [f"  {text}" for text in line_words(line, zone)]
    return "\n".join(words)


def line_words(line: Facts, zone: ZoneInfo) -> list[str]:
    """Who holds it, what is due next, what it waits for, and what is still to be done."""
    found = [_("held by %(person)s") % {"person": line["holder"] or _("nobody")}]
    if line["due_at"]:
        words = {"clock": str(ClockKind(line["clock"]).label), "time": moment(line["due_at"], zone)}
        found.append(_("%(clock)s due at %(time)s") % words)
    if line["snoozed_until"]:
        found.append(_("snoozed until %(time)s") % {"time": moment(line["snoozed_until"], zone)})
    if line["waits"]:
        found.append(_("waits: %(reason)s") % {"reason": one_line(line["waits"])})
    for action in line["actions"]:
        words = {"title": one_line(action["title"]), "owner": action["owner"], "day": action["due_on"]}
        found.append(_("to do: %(title)s (%(owner)s, %(day)s)") % words)
    return found
