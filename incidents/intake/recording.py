"""What a mail does to incidents: it opens one, or adds a note. It can do nothing else, whatever it says."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.intake.parsing import ParsedMail
from incidents.intake.routing import find_person, is_reporter
from incidents.models import InboundEmail, Incident, Level, Source, Status, WaitingFor
from incidents.services.handling import resume_incident
from incidents.services.reporting import open_incident
from lifecycle.models import Event
from lifecycle.text import one_line
from lifecycle.transitions import TransitionRefused, record_event


def open_by_mail(
    row: InboundEmail, mail: ParsedMail, *, service: Service, level: Level, actor: Person | None, via: str
) -> tuple[Incident, Event]:
    """An incident of the sender's. ``actor``: the engineer who took it out of quarantine, if one did."""
    reporter = find_person(mail.sender.address) if actor is None else None
    incident = open_incident(
        title=title_of(mail),
        description=mail.text,
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
    return incident, event


@transaction.atomic
def add_reply(
    row: InboundEmail, mail: ParsedMail, *, incident: Incident, actor: Person | None, via: str
) -> tuple[Incident, Event]:
    """A note with the sender's words: public where the reporter wrote, internal where a colleague did.

    The reporter's answer ends a waiting for the reporter.
    """
    is_public = is_reporter(incident, mail.sender.address)
    data: dict[str, Any] = {
        "visibility": "public" if is_public else "internal",
        "name": mail.sender.name or mail.sender.address,
        "mail": row.pk,
        "files": [file.name for file in mail.attachments],
        "is_cut": "cut" in mail.defects,
        "sanitised": mail.is_sanitised,
    }
    author = actor or find_person(mail.sender.address)
    event = record_event(incident, "reply", actor=author, via=via, note=mail.reply, data=data)
    if is_public and incident.status == Status.PENDING and incident.waiting_for == WaitingFor.REPORTER:
        _end_waiting(incident, actor=actor, via=via)
    return incident, event


def _end_waiting(incident: Incident, *, actor: Person | None, via: str) -> None:
    try:
        resume_incident(incident, actor=actor, via=via)
    except TransitionRefused:  # somebody resumed it meanwhile
        incident.refresh_from_db()


def title_of(mail: ParsedMail) -> str:
    """The subject; the first words where there is none."""
    return one_line(mail.subject) or one_line(mail.text)[:100].strip() or _("(a mail without words)")
