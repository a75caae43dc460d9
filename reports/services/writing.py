"""Putting words into a draft."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle.transitions import NotPermitted, lock, record_event, refuse
from reports import permissions
from reports.models import MonthlyReport
from reports.period import Month
from reports.sentences import SENTENCES

LONGEST_TEXT = 20_000
LONGEST_SENTENCE = 1000

Wording = Mapping[str, Mapping[str, str]]
"""Name of a sentence -> language -> the author's own words; an empty one stands for the sentence that was written."""


@transaction.atomic
def write_report(
    month: Month,
    *,
    actor: Person,
    via: str,
    text: str | None = None,
    wording: Wording | None = None,
    expected_version: int | None = None,
) -> MonthlyReport:
    """Set the author's text, and their own words for sentences; what is left out stays as it is.

    Raises TransitionRefused once the report is signed, NotPermitted, VersionConflict.
    """
    report = open_report(month, actor=actor)
    lock(report, expected_version=expected_version)
    if report.is_signed:
        raise refuse(report, "write", _("The report is signed; its text stays as it is."))
    if text is not None:
        report.text = text
    if wording is not None:
        report.wording = _tidy(wording)
    report.version += 1
    report.save(update_fields=["text", "wording", "version"])
    record_event(report, "write", actor=actor, via=via)
    return report


def open_report(month: Month, *, actor: Person) -> MonthlyReport:
    """The newest edition of the month; the first comes into being with the first word or the signature."""
    if not permissions.writes(None, actor):
        raise NotPermitted("write_report")
    found = MonthlyReport.objects.of(month).first()
    if found is not None:
        return found
    report, _is_new = MonthlyReport.objects.get_or_create(month=month.first_day, edition=1)
    return report


def _tidy(wording: Wording) -> dict[str, dict[str, str]]:
    """Known sentences and languages only, without empty ones."""
    languages = dict(settings.LANGUAGES)
    tidy = {
        name: {language: words.strip() for language, words in wording.get(name, {}).items() if language in languages}
        for name in SENTENCES
    }
    return {name: said for name, words in tidy.items() if (said := {key: text for key, text in words.items() if text})}
