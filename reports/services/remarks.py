"""Comments on a report, and subscriptions to its mails."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, record_event
from reports import permissions
from reports.models import MonthlyReport, ReportComment, ReportSubscription, Section
from reports.period import Month

LONGEST_COMMENT = 4000


@transaction.atomic
def comment_on_report(
    month: Month, *, actor: Person, via: str, section: str, text: str, edition: int = 1
) -> ReportComment:
    """A remark on one section, of a draft as of a signed edition. Raises InputRefused, NotPermitted."""
    if not permissions.comments(None, actor):
        raise NotPermitted("comment")
    if section not in Section.values:
        raise InputRefused(section=_("There is no such section."))
    if not text.strip():
        raise InputRefused(text=_("Say something."))
    if len(text) > LONGEST_COMMENT:
        raise InputRefused(text=_("A comment has at most %(limit)s characters.") % {"limit": LONGEST_COMMENT})
    report = _edition(month, edition)
    comment = ReportComment.objects.create(
        report=report, section=section, author=actor, text=text.strip(), written_at=clock.now()
    )
    record_event(report, "comment", actor=actor, via=via, data={"section": section, "comment": comment.pk})
    return comment


def _edition(month: Month, edition: int) -> MonthlyReport:
    """The first comes into being with the first word that is said about it."""
    if edition == 1:
        return MonthlyReport.objects.get_or_create(month=month.first_day, edition=1)[0]
    report = MonthlyReport.objects.of(month).filter(edition=edition).first()
    if report is None:
        raise InputRefused(edition=_("There is no such edition."))
    return report


def subscribe(person: Person) -> ReportSubscription:
    """Get reports by mail. Raises NotPermitted for who may not read them."""
    if not permissions.comments(None, person):
        raise NotPermitted("subscribe")
    subscription, _is_new = ReportSubscription.objects.get_or_create(person=person)
    return subscription


def unsubscribe(person: Person) -> None:
    ReportSubscription.objects.filter(person=person).delete()
