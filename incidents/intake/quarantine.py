"""What O&M does with mail that was not simply acted on: accept it as an incident, attach it to one, discard it.

All take ``actor`` and raise NotPermitted, InputRefused, or DealtWith where somebody else was faster.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents import permissions
from incidents.intake.parsing import ParsedMail, parse
from incidents.intake.reasons import Reason
from incidents.intake.recording import add_reply, open_by_mail
from incidents.models import InboundEmail, Incident, Level, MailStatus
from incidents.services.merging import surviving
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import InputRefused, NotPermitted, record_event

OPEN = (MailStatus.QUARANTINED, MailStatus.FAILED)


class DealtWith(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """Somebody else has decided about the mail meanwhile."""


@transaction.atomic
def accept_mail(row: InboundEmail, *, actor: Person, service: Service, level: Level) -> Incident:
    """Open an incident of what it says; the engineer vouches for it."""
    mail = _take(row, actor)
    incident, event = open_by_mail(mail, service=service, level=level, actor=actor, via=Via.WEB)
    _decide(row, MailStatus.ACCEPTED, incident=incident, event=event)
    return incident


@transaction.atomic
def attach_mail(row: InboundEmail, *, actor: Person, incident: Incident) -> Incident:
    """Add it to the timeline of an incident, or of the one into which that was merged."""
    mail = _take(row, actor)
    if not all(permissions.handles(each, actor) for each in (incident, surviving(incident))):
        raise InputRefused(incident=_("There is no such incident."))
    target, event = add_reply(row, mail, incident=incident, actor=actor, via=Via.WEB)
    record_event(row, "attach_mail", actor=actor, via=Via.WEB, data={"incident": target.pk})
    _decide(row, MailStatus.ACCEPTED, incident=target, event=event)
    return target


@transaction.atomic
def discard_mail(row: InboundEmail, *, actor: Person, note: str = "") -> InboundEmail:
    """Leave it aside. It stays stored, and who discarded it too."""
    _take(row, actor)
    row.status = MailStatus.IGNORED
    event = record_event(row, "discard_mail", actor=actor, via=Via.WEB, note=note)
    _decide(row, MailStatus.IGNORED, reason=Reason.DISCARDED, event=event)
    return row


def _take(row: InboundEmail, actor: Person) -> ParsedMail:
    if not permissions.handles(row, actor):
        raise NotPermitted("mail")
    row.refresh_from_db(from_queryset=InboundEmail.objects.select_for_update(no_key=True))
    if row.status not in OPEN:
        raise DealtWith
    return parse(bytes(row.raw))


def _decide(
    row: InboundEmail, status: str, *, event: Event, incident: Incident | None = None, reason: str = ""
) -> None:
    row.status, row.event, row.incident, row.handled_at = status, event, incident, clock.now()
    row.reason = reason or row.reason
    row.save(update_fields=["status", "event", "incident", "handled_at", "reason"])
