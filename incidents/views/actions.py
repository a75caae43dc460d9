"""Action items of incidents, problems, postmortems, meetings and findings: the list, one item, and a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from catalog.tabs import Tab
from incidents import origins
from incidents.action_filters import AGES, SHOWN, ListFilter, condition_of, today
from incidents.filters import ME
from incidents.forms.actions import OpenActionForm
from incidents.models import ActionItem, ActionPolicy
from incidents.models.action_queries import ActionItemQuerySet
from incidents.presentation.action_items import WITH_ROWS, rows_of
from incidents.services import open_action
from incidents.views.asking import colleague_of
from incidents.views.deciding import way_back
from incidents.views.listing import Head
from incidents.views.selecting import Token
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

PAGE_SIZE = 50
COLUMNS = (
    ("title", "Action"),
    ("", "Comes from"),
    ("type", "Type"),
    ("owner", "Owner"),
    ("due", "Due on"),
    ("status", "Status"),
    ("", "Next step"),
)


@dataclass(frozen=True)
class Bucket:
    """Items overdue by so many days; a link to them."""

    label: str
    url: str
    count: int


@login_required
@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """Tabs, filters, ages and rows; the number of queries does not depend on how many items there are."""
    person, day = colleague_of(request), today()
    seen = ActionItem.objects.of_seen(person)
    filters = filters_of(request, seen)
    found = filters.ordered().filter(condition_of(filters.shown, person, day))
    page = Paginator(found.select_related(*WITH_ROWS).prefetch_related("origin"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": rows_of(page, person, day),
        "tabs": _tabs(filters.shown, seen, person, day),
        "buckets": _buckets(seen, day),
        "filters": filters,
        "tokens": _tokens(filters),
        "heads": _heads(filters),
        "query": query_of(filters),
        "today": day,
    }
    return render(request, "incidents/actions/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_action(request: HttpRequest) -> HttpResponse:
    """``?incident=12``, or ``?origin=problem&origin_id=7``: what it comes out of."""
    person = colleague_of(request)
    if request.method != "POST":
        asked = {name: request.GET.get(name, "") for name in ("incident", "origin", "origin_id")}
        return _show_form(request, OpenActionForm(initial=asked))
    form = OpenActionForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form)
    try:
        action = open_action(actor=person, via=Via.WEB, **values_of(form.cleaned_data, person))
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _show_form(request, form)
    messages.success(request, _("%(reference)s is opened.") % {"reference": action.reference})
    return HttpResponseRedirect(way_back(request, action.get_absolute_url()))


def values_of(data: dict[str, Any], person: Person) -> dict[str, Any]:
    """What was typed as the service takes it. Raises InputRefused for a record that the person may not see."""
    values = dict(data)
    name, number = values.pop("origin", ""), values.pop("origin_id", None)
    if not name:
        return values
    kind = origins.kind_named(name)
    origin = kind.nameable(person).filter(pk=number or 0).first() if kind and kind.nameable else None
    if origin is None:
        raise InputRefused(origin=_("There is no such record."))
    return {**values, "origin": origin}


def filters_of(request: HttpRequest, seen: ActionItemQuerySet) -> ListFilter:
    """The filters of the address, with the people who own an item."""
    filters = ListFilter(request.GET, seen, request=request)
    owners = Person.objects.filter(pk__in=seen.order_by().values("owner")).values_list("username", "name")
    choices = [("", _("any")), (ME, _("me")), *owners]
    filters.form.fields["owner"].widget = forms.Select(choices=choices)
    return filters


def query_of(filters: ListFilter, **changes: str) -> str:
    """The filters in force as an address's query, with changes; "" takes one out. Known names only."""
    given = {name: filters.data.get(name, "") for name in filters.form.fields} | changes
    kept = filters.data.copy()
    kept.clear()
    for name, value in given.items():
        if value.strip():
            kept[name] = value
    return str(kept.urlencode())


def _show_form(request: HttpRequest, form: OpenActionForm) -> HttpResponse:
    context = {"form": form, "policy": ActionPolicy.current()}
    return render(request, "incidents/actions/new.html", context, status=400 if form.errors else 200)


def _tabs(shown: str, seen: ActionItemQuerySet, person: Person, day: date) -> list[Tab]:
    """One query for all the counts."""
    conditions = {name: condition_of(name, person, day) for name in SHOWN}
    counts = seen.order_by().aggregate(**{name: Count("pk", filter=rule) for name, rule in conditions.items() if rule})
    return [
        Tab(
            label=str(label),
            url=f"{reverse('incidents:actions')}?show={name}",
            is_current=name == shown,
            count=counts.get(name),
            tone="bad" if name == "overdue" and counts[name] else "",
        )
        for name, label in SHOWN.items()
    ]


def _buckets(seen: ActionItemQuerySet, day: date) -> list[Bucket]:
    """How long what is overdue has been so."""
    names = {name: name.removesuffix("-") + ("+" if name.endswith("-") else "") for name in AGES}
    address = f"{reverse('incidents:actions')}?show=overdue&age="
    return [
        Bucket(_("%(days)s days") % {"days": label}, f"{address}{name}", count)
        for (name, label), count in zip(names.items(), seen.ageing(day).overdue, strict=True)
        if count
    ]


def _tokens(filters: ListFilter) -> list[Token]:
    form, found = filters.form, []
    for name, field in form.fields.items():
        value = filters.data.get(name, "").strip()
        if not value or name in ("show", "order"):
            continue
        choices: Any = getattr(field.widget, "choices", [])
        words = {str(key): str(label) for key, label in choices}.get(value, value)
        words = _("not understood") if name in form.errors else words
        found.append(Token(str(field.label), words, f"?{query_of(filters, **{name: ''})}"))
    return found


def _heads(filters: ListFilter) -> list[Head]:
    """A click on the column in force turns its order round, where it has two."""
    current = filters.form.cleaned_data.get("order") if filters.form.is_valid() else ""
    current = current or "due"
    labels = (_("Action"), _("Comes from"), _("Type"), _("Owner"), _("Due on"), _("Status"), _("Next step"))
    heads = []
    for (order, _name), label in zip(COLUMNS, labels, strict=True):
        wanted = "-due" if order == current == "due" else order
        url = f"?{query_of(filters, order=wanted)}" if order else ""
        direction = "descending" if current.startswith("-") else "ascending"
        heads.append(Head(label, url, bool(order) and current.lstrip("-") == order, direction))
    return heads


def visible_action(request: HttpRequest, pk: int) -> ActionItem:
    """As far as the reader may see it, or Http404."""
    related = ("owner", "incident__service", "opened_by", "completed_by", "verified_by")
    seen = ActionItem.objects.of_seen(colleague_of(request))
    return get_object_or_404(seen.select_related(*related).prefetch_related("origin"), pk=pk)
