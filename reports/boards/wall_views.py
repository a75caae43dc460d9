"""The wall-board, for whoever signed in and for screens that have a link; and the page of these links."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused
from reports import words
from reports.boards.live import answer
from reports.boards.wall import Allowance, context
from reports.boards.wall_links import find_wall_link, make_wall_link, may_link, revoke_wall_link
from reports.models import Detail, WallLink

THEMES = ("dark", "light")


class WallLinkForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Where it hangs"), max_length=100)
    detail = forms.ChoiceField(
        label=gettext_lazy("Shows"),
        choices=Detail.choices,
        help_text=gettext_lazy("Whoever walks past reads it. Restricted incidents are never shown."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@require_safe
@for_colleagues
def show_wall(request: PersonRequest) -> HttpResponseBase:
    return _show(request, Allowance())


@require_safe
def show_linked_wall(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Whoever knows the secret reads it, in the language and the time zone of the link."""
    link = find_wall_link(secret)
    if link is None:
        raise Http404
    allowance = Allowance(shows_services=link.shows_services, shows_titles=link.shows_titles, links=False)
    with translation.override(link.language), timezone.override(link.made_by.time_zone):
        response = _show(request, allowance)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _show(request: HttpRequest, allowance: Allowance) -> HttpResponseBase:
    """Dark unless asked otherwise: a bright wall tires eyes at night."""
    asked = request.GET.get("theme", "")
    now = clock.now()
    shown = context(allowance, now)
    company = shown["month"]["company"]
    shown["uv"] = words.stability(company["uv"])
    shown["target"] = "" if company["target"] is None else words.stability(company["target"])
    shown["is_spent"] = (company["used"] or 0) > 1
    shown["may_link"] = allowance.links and isinstance(request.user, Person) and may_link(request.user)
    shown["frame"] = {"theme": asked if asked in THEMES else THEMES[0], "now": now}
    return answer(request, "reports/boards/wall.html", "reports/boards/wall_parts.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def links_page(request: PersonRequest) -> HttpResponse:
    """Every link that answers. A new one is shown once, in the answer to the form that makes it."""
    if not may_link(request.user):
        raise Http404
    form = WallLinkForm(request.POST if request.method == "POST" else None, initial={"language": request.user.language})
    secret = _make(request, form) if form.is_bound and form.is_valid() else ""
    context: dict[str, Any] = {
        "links": WallLink.objects.filter(revoked_at=None).select_related("made_by"),
        "form": WallLinkForm(initial={"language": request.user.language}) if secret else form,
        "address": request.build_absolute_uri(reverse("boards:linked-wall", args=[secret])) if secret else "",
    }
    return render(request, "reports/boards/wall_links.html", context, status=400 if form.errors else 200)


def _make(request: PersonRequest, form: WallLinkForm) -> str:
    """The secret; empty where it was refused, with the reason in the form."""
    try:
        return make_wall_link(actor=request.user, **form.cleaned_data)[1]
    except InputRefused as refused:
        form.add_error("name", str(refused))
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    return ""


@require_POST
@for_colleagues
def revoke(request: PersonRequest, pk: int) -> HttpResponse:
    if not may_link(request.user):
        raise Http404
    link = get_object_or_404(WallLink, pk=pk, revoked_at=None)
    revoke_wall_link(link, actor=request.user)
    messages.success(request, _("The screen “%(name)s” shows nothing any more.") % {"name": link.name})
    return redirect("boards:wall-links")
