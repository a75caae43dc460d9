"""What the pages and files of one edition have in common: which edition, its figures, and how a reader may read it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import Http404
from django.utils.translation import gettext as _

from catalog.access import PersonRequest
from catalog.models import Person
from lifecycle import clock
from reports import words
from reports.frozen import Difference, differences
from reports.models import MonthlyReport
from reports.monthly.numbers import Numbers
from reports.monthly.stored import Figures, figures_of
from reports.period import Month
from reports.presentation import Page
from reports.reading import Reading, Sentence, for_reader


@dataclass
class Document:
    """One edition as its reader sees it; an edition that nobody has written in yet is not stored."""

    report: MonthlyReport
    editions: list[MonthlyReport]
    reader: Person
    now: datetime

    @property
    def month(self) -> Month:
        return self.report.period

    @property
    def name(self) -> str:
        return words.month_name(self.month)

    @property
    def is_running(self) -> bool:
        return self.now < self.month.end

    @property
    def edition_query(self) -> str:
        """What an address adds to mean this edition, where it is not the newest."""
        return "" if self.report is self.editions[0] else f"edition={self.report.edition}"

    @property
    def files(self) -> list[tuple[str, str]]:
        """Address names and labels of what can be downloaded."""
        return [("reports:pdf", "PDF"), ("reports:xlsx", _("Workbook (XLSX)")), ("reports:csv", "CSV")]

    @cached_property
    def fresh(self) -> Figures:
        return figures_of(self.month, now=self.now)

    @property
    def stored_at(self) -> datetime | None:
        """Of a draft whose figures are not those of now: the moment at which they were computed."""
        return self.fresh.as_of if not self.report.is_signed and self.fresh.is_stored else None

    @cached_property
    def numbers(self) -> Numbers:
        """The frozen figures of a signed edition, else those of now, without names that are not for the reader."""
        return for_reader(self.report.numbers or self.fresh.numbers, self.reader)

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.report, self.reader)

    @cached_property
    def sentences(self) -> list[Sentence]:
        return self.reading.sentences(self.numbers)

    @cached_property
    def page(self) -> Page:
        return Page(self.numbers)

    @cached_property
    def differences(self) -> list[Difference]:
        """Figures of a signed edition that would be others if computed now."""
        if not self.report.is_signed:
            return []
        return differences(self.numbers, for_reader(self.fresh.numbers, self.reader))


def document_of(request: PersonRequest, month: Month) -> Document:
    """The edition that ``?edition=`` names, else the newest. 404 for months to come and editions that are none."""
    return find_document(month, reader=request.user, edition=request.GET.get("edition", ""))


def find_document(month: Month, *, reader: Person, edition: str = "") -> Document:
    now = clock.now()
    if month.start > now:
        raise Http404
    found = MonthlyReport.objects.of(month).select_related("signed_by").prefetch_related("comments__author")
    editions = list(found) or [MonthlyReport(month=month.first_day)]
    report = next((each for each in editions if not edition or str(each.edition) == edition), None)
    if report is None:
        raise Http404
    return Document(report, editions, reader, now)
