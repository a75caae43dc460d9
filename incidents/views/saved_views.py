"""Saved views: kept from the list, managed on a page of their own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Person, Team
from incidents.models import SavedView
from incidents.services.views import change_view, delete_view, may_change_view, save_view
from incidents.views.asking import colleague_of
from incidents.views.selecting import select
from lifecycle.transitions import InputRefused


class ViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    team = forms.ModelChoiceField(
        Team.objects.none(),
        to_field_name="slug",
        label=gettext_lazy("Shared with"),
        required=False,
        empty_label=gettext_lazy("nobody: it is mine"),
    )
    is_default = forms.BooleanField(label=gettext_lazy("Show it first"), required=False)

    def __init__(self, person: Person, view: SavedView | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        mine = Q(members=person.pk) if view is None else Q(members=person.pk) | Q(pk=view.team_id)
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.filter(mine).distinct()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest) -> HttpResponse:
    """GET shows one's own views and those of one's teams; POST keeps another."""
    person = colleague_of(request)
    if request.method != "POST":
        return _render(request, person)
    selection = select(QueryDict(request.POST.get("query", "")), person)
    form = ViewForm(person, None, request.POST)
    if not selection.is_valid:
        form.add_error(None, _("A filter that is not understood cannot be kept."))
    if form.is_valid():
        try:
            view = save_view(actor=person, query=selection.query, **form.cleaned_data)
        except InputRefused as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": view.name})
            return HttpResponseRedirect(f"{reverse('incidents:list')}?{view.query}")
    for error in (error for errors in form.errors.values() for error in errors):
        messages.error(request, str(error))
    return HttpResponseRedirect(f"{reverse('incidents:list')}?{selection.query}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, share, show first. GET shows the views, with this one's form."""
    person = colleague_of(request)
    view = _changeable(person, pk)
    if request.method != "POST":
        return _render(request, person, view)
    form = ViewForm(person, view, request.POST, auto_id=f"view-{view.pk}-%s")
    if form.is_valid():
        try:
            change_view(view, actor=person, **form.cleaned_data)
        except InputRefused as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": view.name})
            return HttpResponseRedirect(reverse("incidents:views"))
    return _render(request, person, view, refused=form)


@login_required
@require_POST
def delete_saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    person = colleague_of(request)
    view = _changeable(person, pk)
    delete_view(view, actor=person)
    messages.success(request, _("Dropped: %(name)s") % {"name": view.name})
    return HttpResponseRedirect(reverse("incidents:views"))


def _seen(person: Person) -> Any:
    views = SavedView.objects.filter(Q(owner=person.pk) | Q(team__in=person.teams.values("pk")))
    return views.select_related("owner", "team")


def _changeable(person: Person, pk: int) -> SavedView:
    """A view that the person may not change is nowhere, whether or not they see it."""
    view = get_object_or_404(SavedView.objects.select_related("team"), pk=pk)
    if not may_change_view(view, person):
        raise Http404
    return view


def _render(
    request: HttpRequest, person: Person, asked: SavedView | None = None, *, refused: ViewForm | None = None
) -> HttpResponse:
    """``asked``: the view that the address names; an administrator may change one that nobody shares with them."""
    views = list(_seen(person))
    views += [asked] if asked is not None and asked not in views else []
    entries = [
        {"view": view, "form": refused if refused and view == asked else _form_of(view, person)} for view in views
    ]
    return render(request, "incidents/saved_views.html", {"entries": entries}, status=400 if refused else 200)


def _form_of(view: SavedView, person: Person) -> ViewForm | None:
    """None where the person may only look."""
    if not may_change_view(view, person):
        return None
    now = {"name": view.name, "team": view.team and view.team.slug, "is_default": view.is_default}
    return ViewForm(person, view, initial=now, auto_id=f"view-{view.pk}-%s")


def _explain(form: forms.Form, refusal: InputRefused) -> None:
    for name, sentence in refusal.errors.items():
        form.add_error(name if name in form.fields else None, sentence)
