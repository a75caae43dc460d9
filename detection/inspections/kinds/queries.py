"""A query of somebody's own over a source: each row of the answer is a finding."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Service
from detection.inspections.kinds.registry import Fact, Kind, Look, ParametersForm, Seen, register
from detection.models import Source
from detection.services.sources import access_of
from detection.sources import SourceError, free_reader_of
from detection.sources.dialects import ASKED_FREELY, check_free_statement
from incidents.forms import Text

MOST_ROWS = 500
LONGEST_VALUE = 300
_PLACE = re.compile(r"\{([^{}]{1,100})\}")


def _sources() -> list[tuple[str, str]]:
    return list(Source.objects.filter(kind__in=ASKED_FREELY).values_list("slug", "name"))


class QueryForm(ParametersForm):
    source = forms.ChoiceField(label=gettext_lazy("Source"), choices=_sources)
    statement = Text(
        label=gettext_lazy("Query"),
        rows=8,
        max_length=10_000,
        help_text=gettext_lazy(
            "One SELECT. Each row is a finding. :start and :end may stand in it: the days looked back at, and now."
        ),
    )
    days = forms.IntegerField(label=gettext_lazy("Days looked back at"), min_value=1, max_value=400, initial=1)
    title = forms.CharField(
        label=gettext_lazy("Title of a finding"),
        max_length=200,
        help_text=gettext_lazy("{column} stands for the row's value: Refunds of {merchant} were never booked"),
    )
    key = forms.CharField(
        label=gettext_lazy("Columns that say which one it is"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("With commas between; the same values are the same finding. Empty: the first column."),
    )
    service_column = forms.CharField(
        label=gettext_lazy("Column with the short name of the service"), max_length=100, required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        source = Source.objects.filter(slug=given.get("source", "")).first()
        if source is not None and given.get("statement"):
            try:
                check_free_statement(source.kind, given["statement"])
            except SourceError as refused:
                self.add_error("statement", str(refused))
        return given


def look(look: Look) -> Seen:
    """Raises SourceError: where the source is gone, does not answer in time, answers too much or refuses."""
    given = look.parameters
    source = Source.objects.filter(slug=given["source"]).first()
    if source is None:
        raise SourceError(_("The source is not there any more."), permanent=True)
    access = replace(access_of(source), row_cap=min(source.row_cap, MOST_ROWS))
    with free_reader_of(source.kind, access) as reader:
        answer = reader.answer_to(given["statement"], look.before(given["days"]), look.now)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    keys = _keys(given.get("key", ""), answer.columns)
    services = dict(Service.objects.values_list("slug", "pk")) if given.get("service_column") else {}
    facts = {fact.key: fact for fact in (_fact(row, keys, given, services) for row in rows)}
    return Seen(list(facts.values()))


def _keys(named: str, columns: Sequence[str]) -> list[str]:
    wanted = [name.strip() for name in named.split(",") if name.strip()]
    if missing := [name for name in wanted if name not in columns]:
        raise SourceError(_("The answer has no column “%(name)s”.") % {"name": missing[0][:60]}, permanent=True)
    return wanted or list(columns[:1])


def _fact(row: Mapping[str, Any], keys: list[str], given: Mapping[str, Any], services: Mapping[str, int]) -> Fact:
    texts = {name: _text(value) for name, value in row.items()}
    return Fact(
        key="\x1f".join(texts[name] for name in keys),
        title=_PLACE.sub(lambda match: texts.get(match[1], match[0]), given["title"]),
        description="\n".join(f"{name}: {text}" for name, text in texts.items()),
        service=services.get(texts.get(given.get("service_column", ""), "")),
    )


def _text(value: Any) -> str:
    """One line, without what cannot be printed or kept."""
    text = "–" if value is None else " ".join(str(value).split())
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)[:LONGEST_VALUE]


register(
    Kind(
        slug="query",
        label=gettext_lazy("Query over a source"),
        about=gettext_lazy("Rows that ought not to be there: bookings without a payment, refunds that never left."),
        group=gettext_lazy("Sources and metrics"),
        look=look,
        form=QueryForm,
        icon="server",
        asks_source=True,
    )
)
