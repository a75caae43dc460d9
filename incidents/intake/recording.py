"""What a mail does to incidents: it opens one, or adds a note. It can do nothing else, whatever it says."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.intake.bodies import LooseFile
from incidents.intake.parsing import ParsedMail
from incidents.intake.routing import find_person, is_reporter
from incidents.models import InboundEmail, Incident, Level, Source
from incidents.models.note import Visibility
from incidents.services.attaching import names_of, store_attachments, takeable
from incidents.services.notes import add_note, reply_to_incident
from incidents.services.reporting import open_incident
from lifecycle.models import Event, Via
from lifecycle.text import one_line
from lifecycle.transitions import record_event


@transaction.atomic
def open_by_mail(
    mail: ParsedMail, *, service: Service, level: Level, actor: Person | None, via: str
) -> tuple[Incident, Event]:
    """An incident of the sender's. ``actor``: the engineer who took it out of quarantine, if one did."""
    reporter = find_person(mail.sender.address) if actor is None else None
    files, refused = takeable(mail.attachments)
    incident = open_incident(
        title=title_of(mail),
        description=_with_refused(mail.text, refused),
        service=service,
        level=level,
        source=Source.EMAIL,
        via=via,
        actor=actor or reporter,
        reporter=reporter,
        reporter_name=mail.sender.name or mail.sender.address[:100],
        reporter_contact=mail.sender.address[:200],
        reporter_email=mail.sender.address,
        is_sanitised=mail.is_sanitised,
    )
    event = Event.objects.about(incident).filter(verb="report").latest("pk")
    if files:
        _attach(incident, files, actor=actor or reporter, via=via)
    return incident, event


def add_reply(
    row: InboundEmail, mail: ParsedMail, *, incident: Incident, actor: Person | None, via: str
) -> tuple[Incident, Event]:
    """A note with the sender's words, on the incident or the one that goes on in its stead: public where the reporter
    wrote (whose answer ends a waiting for the reporter), internal where a colleague did. ``actor``: the engineer who
    took the mail out of quarantine, if one did; the note of a third person is the engineer's."""
    files, refused = takeable(mail.attachments)
    words = _with_refused(mail.reply or one_line(mail.subject) or _("(a mail without words)"), refused)
    sender = find_person(mail.sender.address)
    if is_reporter(incident, mail.sender.address):
        is_own = actor is None and sender is not None and sender.pk == incident.reporter_id
        event = reply_to_incident(
            incident,
            actor=sender if is_own else None,
            via=Via.EMAIL,
            text=words,
            author_name=mail.sender.name or mail.sender.address,
            files=files,
            data=_facts(row, mail, actor),
        )
    else:
        author = actor or sender
        if author is None:
            raise ValueError("a mail of nobody's")  # routing lets none through
        text = words if actor is None else _quoting(mail, words)
        event = add_note(incident, actor=author, via=via, text=text, visibility=Visibility.INTERNAL, files=files)
    return Incident.objects.get(pk=event.subject_id), event


def title_of(mail: ParsedMail) -> str:
    """The subject; the first words where there is none."""
    return one_line(mail.subject) or one_line(mail.text)[:100].strip() or _("(a mail without words)")


def _facts(row: InboundEmail, mail: ParsedMail, actor: Person | None) -> dict[str, Any]:
    return {
        "mail": row.pk,
        **({"attached_by": actor.name} if actor else {}),
        **({"is_cut": True} if "cut" in mail.defects else {}),
        **({"is_sanitised": True} if mail.is_sanitised else {}),
    }


def _attach(incident: Incident, files: list[LooseFile], *, actor: Person | None, via: str) -> None:
    data = {"visibility": Visibility.PUBLIC, "files": names_of(files)}
    event = record_event(incident, "attach", actor=actor, via=via, data=data)
    store_attachments(incident, event, files, uploaded_by=actor, is_public=True)


def _with_refused(text: str, refused: list[str]) -> str:
    """What was not taken is named, so that somebody asks for it in another form; it stays with the stored mail."""
    if not refused:
        return text
    line = _("Files that are not taken: %(names)s") % {"names": ", ".join(refused)}
    return f"{text}\n\n{line}".strip()


def _quoting(mail: ParsedMail, words: str) -> str:
    name = f"{mail.sender.name} <{mail.sender.address}>".strip()
    head = _("From a mail of %(name)s:") % {"name": name}
    return f"{head}\n\n{words}"
