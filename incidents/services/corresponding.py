"""Reporters without an account: what they report by the public form, and what they answer by the links they get.

A link's token is the signed key of its row. Nothing secret is stored, and a token cannot be guessed or altered.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from catalog.models import Service
from incidents.models import HandlingPolicy, Incident, LinkPurpose, ReporterLink, Source, Status
from incidents.services.ending import confirm_incident, reopen_incident
from incidents.services.family import lock_in_order
from incidents.services.reporting import open_incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

SALT = "reporter-link"
REPORTS_AN_HOUR = 10
"""From one network address; more than that is a machine, or a fault of ours that is known by then."""


class TooManyReports(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """One address has sent more reports than people write."""


@transaction.atomic
def report_by_portal(
    *,
    title: str,
    description: str,
    service: Service,
    occurred_at: datetime,
    reporter_name: str,
    reporter_contact: str,
    reporter_email: str,
    impact: int,
    urgency: int,
    sender: str,
) -> ReporterLink:
    """Open an incident from the public form; answers the reporter's follow-up link. ``sender``: a network address.

    Raises TooManyReports, and InputRefused with a sentence a field.
    """
    asked_from = salted_hmac("portal-sender", sender).hexdigest()[:32]
    hour_ago = clock.now() - timedelta(hours=1)
    if ReporterLink.objects.filter(asked_from=asked_from, created_at__gt=hour_ago).count() >= REPORTS_AN_HOUR:
        raise TooManyReports
    incident = open_incident(
        title=title,
        description=description,
        service=service,
        source=Source.PORTAL,
        via=Via.WEB,
        occurred_at=occurred_at,
        reporter_name=reporter_name,
        reporter_contact=reporter_contact,
        reporter_email=reporter_email,
        impact=impact,
        urgency=urgency,
    )
    return make_link(incident, LinkPurpose.FOLLOW_UP, asked_from=asked_from)


def make_link(incident: Incident, purpose: str, *, asked_from: str = "") -> ReporterLink:
    """A link for the reporter that holds as long as the handling policy says."""
    now = clock.now()
    expires_at = now + timedelta(days=HandlingPolicy.current().follow_up_link_days)
    return ReporterLink.objects.create(
        incident=incident, purpose=purpose, asked_from=asked_from, created_at=now, expires_at=expires_at
    )


def token_of(link: ReporterLink) -> str:
    return signing.dumps(link.pk, salt=SALT)


def find_link(token: str) -> ReporterLink | None:
    """The link of that token while it holds; None for any other text."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    links = ReporterLink.objects.select_related("incident__service", "incident__level", "incident__merged_into")
    return links.filter(pk=pk, expires_at__gt=clock.now()).first()


@transaction.atomic
def answer_link(link: ReporterLink, *, works: bool, text: str = "") -> Incident:
    """The reporter says whether it works again: confirms, or reopens with what they wrote. A confirmation link
    answers once.

    Raises InputRefused where they say no without a word, TransitionRefused where nothing is asked any more, and
    ReporterLink.DoesNotExist where the link was used meanwhile.
    """
    if not works and not text.strip():
        raise InputRefused(text=_("Please say what does not work."))
    lock_in_order(link.incident)
    if link.purpose == LinkPurpose.CONFIRM:
        used = ReporterLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now())
        if not used:
            raise ReporterLink.DoesNotExist
    if works:
        return confirm_incident(link.incident, actor=None, via=Via.EMAIL, note=text)
    return reopen_incident(link.incident, actor=None, via=Via.EMAIL, reason=text)


def is_asked(link: ReporterLink) -> bool:
    """Whether the reporter may say now that it works, or does not."""
    incident = link.incident
    is_open = link.purpose == LinkPurpose.FOLLOW_UP or link.used_at is None
    return is_open and incident.status == Status.RESOLVED and incident.confirmed_at is None
