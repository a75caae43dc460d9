"""Tells subscribers by mail that a report is drafted or signed. Figures count every incident; titles are only those
that the receiver may see."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Person
from lifecycle import clock
from notifications.models import Channel, Purpose
from notifications.services.plain import promise_plain
from reports import words
from reports.models import MonthlyReport, ReportSubscription
from reports.monthly.numbers import Numbers
from reports.monthly.stored import compute_figures
from reports.reading import Reading, for_reader

MOST_TITLES = 5


def tell_of_draft(report: MonthlyReport) -> None:
    """The figures are computed even where nobody reads mails: a large month is stored before the first one looks."""
    with_figures = compute_figures(report.period, now=clock.now()).numbers
    for person in _readers():
        with override(person.language):
            name = words.month_name(report.period)
            subject = _("Report of %(month)s: draft") % {"month": name}
            opening = _("The report of %(month)s is drafted. Its figures follow later edits until it is signed.")
            _promise(report, person, "draft", subject, opening % {"month": name}, with_figures)


def tell_of_signature(report: MonthlyReport) -> None:
    for person in _readers():
        with override(person.language):
            name, by = words.month_name(report.period), report.signed_by
            subject = _("Report of %(month)s: signed") % {"month": name}
            opening = _("%(person)s has signed the report of %(month)s.") % {"person": by, "month": name}
            if report.is_amendment:
                again = _("This is edition %(edition)s: %(reason)s")
                opening = f"{opening} {again % {'edition': report.edition, 'reason': report.reason}}"
            _promise(report, person, "signed", subject, opening, report.numbers or {})


def _readers() -> Iterable[Person]:
    """Who has asked for it and may still read it."""
    subscriptions = ReportSubscription.objects.select_related("person").filter(person__is_active=True)
    return [subscription.person for subscription in subscriptions if subscription.person.is_colleague]


def _promise(
    report: MonthlyReport, person: Person, occasion: str, subject: str, opening: str, numbers: Numbers
) -> None:
    promise_plain(
        recipient=person,
        channel=Channel.EMAIL,
        purpose=Purpose.REPORT,
        subject=subject,
        body="\n".join([opening, "", *_summary(report, person, numbers)]),
        key=f"report:{report.pk}:{occasion}",
    )


def _summary(report: MonthlyReport, person: Person, numbers: Numbers) -> list[str]:
    seen, reading = for_reader(numbers, person), Reading(report, person)
    lines = [sentence.text for sentence in reading.sentences(numbers)]
    if text := reading.text:
        lines += ["", text]
    if top := seen["top"][:MOST_TITLES]:
        lines += ["", _("The incidents that hurt most:")]
        lines += [f"- INC-{line['id']} [L{line['level']}] {line['title']}" for line in top]
    return [*lines, "", f"{settings.PUBLIC_URL}{report.get_absolute_url()}"]
