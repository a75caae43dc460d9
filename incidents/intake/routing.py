"""What is to be done with a mail that was read: which incident it belongs to, if any, and whether its sender may write
to it. Decides; changes nothing."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from catalog.models import Person, Service
from incidents.intake import addresses
from incidents.intake.authentication import is_authentic
from incidents.intake.automatic import why_automatic
from incidents.intake.parsing import ParsedMail
from incidents.intake.reasons import Reason
from incidents.models import InboundEmail, Incident, Level, MailStatus
from incidents.services.following import may_write
from lifecycle import clock

_OUR_THREAD = re.compile(r"<inc-(\d{1,18})@", re.ASCII | re.IGNORECASE)
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Route:
    """``status``: accepted, quarantined or ignored. Accepted goes to ``incident``, or opens one of ``service``."""

    status: str
    reason: str = ""
    incident: Incident | None = None
    service: Service | None = None


def find_route(row: InboundEmail, mail: ParsedMail) -> Route:
    """The checks in their order: automatic mail is ignored, doubtful mail waits for O&M, the rest is acted on."""
    code = why_automatic(mail, own_addresses=addresses.own_addresses(), own_domain=addresses.own_domain())
    if code:
        return Route(MailStatus.IGNORED, code)
    if "too_many_parts" in mail.defects:
        return _wait(Reason.TOO_MANY_PARTS)
    if not is_authentic(mail, trusted=settings.MAIL_AUTHSERV_IDS[row.via]):
        return _wait(Reason.UNAUTHENTICATED)
    if _writes_too_much(row):
        return _wait(Reason.TOO_MANY)
    return _by_token(row, mail) or _by_thread(mail) or _new_incident(row, mail)


def may_answer(incident: Incident, address: str) -> bool:
    """The reporter, or a colleague who may add notes to the incident."""
    person = find_person(address)
    return is_reporter(incident, address) or (person is not None and may_write(incident, person))


def is_reporter(incident: Incident, address: str) -> bool:
    known = {incident.reporter_email.lower(), incident.reporter_contact.strip().lower()}
    if incident.reporter is not None:
        known.add(incident.reporter.email.lower())
    return bool(address) and address.lower() in known


def find_person(address: str) -> Person | None:
    """The one active person with that address; nobody where two share it."""
    people = list(Person.objects.filter(email__iexact=address, is_active=True)[:2]) if address else []
    return people[0] if len(people) == 1 else None


def level_of_mail() -> Level:
    """The configured level; the mildest where that one does not exist."""
    return Level.objects.filter(pk=settings.MAIL_LEVEL).first() or Level.objects.latest("pk")


def _wait(reason: Reason) -> Route:
    return Route(MailStatus.QUARANTINED, reason)


def _writes_too_much(row: InboundEmail) -> bool:
    since = clock.now() - AN_HOUR
    lately = InboundEmail.objects.filter(sender=row.sender, received_at__gt=since, status=MailStatus.ACCEPTED)
    return lately.count() >= settings.MAIL_HOURLY


def _by_token(row: InboundEmail, mail: ParsedMail) -> Route | None:
    """By the incident's own address among the recipients."""
    found, is_forged = addresses.find_tokens({row.recipient, *mail.recipients})
    if is_forged:
        return _wait(Reason.FORGED_TOKEN)
    if not found:
        return None
    if len(found) > 1:
        return _wait(Reason.SEVERAL_INCIDENTS)
    incident = _incident(found.pop())
    if incident is None:
        return _wait(Reason.FORGED_TOKEN)
    return _to(incident, mail, otherwise=Reason.FOREIGN_TOKEN)


def _by_thread(mail: ParsedMail) -> Route | None:
    """By the mails that it says it answers: ours, or earlier ones that went to an incident."""
    names = [name for name in (mail.in_reply_to, *reversed(mail.references)) if name]
    if not names:
        return None
    domain = addresses.own_domain()
    for name in names:
        ours = _OUR_THREAD.match(name)
        if ours and domain and name.lower().endswith(f"@{domain}>"):
            incident = _incident(int(ours[1]))
            if incident is not None:
                return _to(incident, mail, otherwise=Reason.FOREIGN_THREAD)
    earlier = InboundEmail.objects.filter(message_id__in=names, status=MailStatus.ACCEPTED, incident__isnull=False)
    latest = earlier.select_related("incident__reporter", "incident__service").order_by("-pk").first()
    return _to(latest.incident, mail, otherwise=Reason.FOREIGN_THREAD) if latest and latest.incident else None


def _to(incident: Incident, mail: ParsedMail, *, otherwise: Reason) -> Route:
    if not may_answer(incident, mail.sender.address):
        return _wait(otherwise)
    return Route(MailStatus.ACCEPTED, incident=incident)


def _incident(pk: int) -> Incident | None:
    return Incident.objects.select_related("reporter", "service").filter(pk=pk).first() if pk < 2**63 else None


def _new_incident(row: InboundEmail, mail: ParsedMail) -> Route:
    slugs = addresses.find_services([row.recipient, *mail.recipients])
    services = Service.objects.filter(is_active=True)
    service = services.filter(slug__in=slugs).first() or services.filter(slug=settings.MAIL_SERVICE).first()
    return Route(MailStatus.ACCEPTED, service=service) if service else _wait(Reason.NO_SERVICE)
