"""Signing: the figures are frozen with the statements that made them. Amending: another edition of a signed report."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Person
from lifecycle import clock
from lifecycle.snapshot import at_one_moment
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse
from reports import permissions
from reports.frozen import Frozen
from reports.models import MonthlyReport
from reports.monthly.numbers import compile_figures
from reports.monthly.statements import Statements
from reports.period import Month
from reports.sentences import write_sentences
from reports.services.telling import tell_of_signature
from reports.services.writing import open_report


@at_one_moment
def sign_report(month: Month, *, actor: Person, via: str, expected_version: int | None = None) -> MonthlyReport:
    """Freeze the figures of a month that is over, all as they are at one moment, put one's name under it, and tell the
    subscribers."""
    report = open_report(month, actor=actor)
    at = clock.now()
    frozen = freeze(month, now=at)
    perform(
        report,
        "sign",
        actor=actor,
        via=via,
        note=report.reason,
        data={"digest": frozen.digest, "edition": report.edition},
        expected_version=expected_version,
        arguments={"person": actor, "at": at, "frozen": frozen},
    )
    tell_of_signature(report)
    return report


@transaction.atomic
def amend_report(month: Month, *, actor: Person, via: str, reason: str) -> MonthlyReport:
    """Open another edition of a signed report, with its words in it; the signed one stays as it is.

    Raises InputRefused without a reason, TransitionRefused while the newest edition is still a draft, NotPermitted.
    """
    if not permissions.writes(None, actor):
        raise NotPermitted("amend_report")
    if not reason.strip():
        raise InputRefused(reason=_("Say why the report is amended."))
    signed = open_report(month, actor=actor)
    lock(signed)
    if not signed.is_signed:
        raise refuse(signed, "amend", _("The newest edition is still a draft; write in that one."))
    try:
        with transaction.atomic():
            report = MonthlyReport.objects.create(
                month=signed.month,
                edition=signed.edition + 1,
                reason=reason.strip(),
                text=signed.text,
                wording=signed.wording,
            )
    except IntegrityError:
        raise refuse(signed, "amend", _("Somebody else has just begun to amend it.")) from None
    data = {"edition": report.edition, "digest": signed.digest}
    record_event(report, "amend", actor=actor, via=via, note=report.reason, data=data)
    return report


def freeze(month: Month, *, now: datetime) -> Frozen:
    """The figures of the month as they are now, computed anew from the rows, with the statements that were asked."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        numbers = compile_figures(month, now=now)
    sentences = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            sentences[language] = write_sentences(numbers)
    parameters = {"month": str(month), "from": numbers["from"], "to": numbers["to"], "now": now.isoformat()}
    return Frozen(numbers, {"parameters": parameters, "statements": statements.asked}, sentences)
