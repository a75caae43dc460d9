"""What the pages of rules ask of a request."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from catalog.models import Person
from detection import permissions
from detection.models import Rule
from detection.rules import KINDS
from detection.services.backtesting import SPANS
from incidents.views.asking import colleague_of

DEFAULT_SPAN = "24h"


def rule_of(pk: int) -> Rule:
    return get_object_or_404(Rule.objects.for_list(), pk=pk)


def editor_of(request: HttpRequest) -> Person:
    """Whoever may not edit has no such page."""
    person = colleague_of(request)
    if not permissions.edits_rules(person):
        raise Http404
    return person


def span_of(request: HttpRequest) -> str:
    """The stretch chosen for a back-test."""
    asked = request.POST.get("preview_span", "")
    return asked if asked in SPANS else DEFAULT_SPAN


def spans() -> list[tuple[str, str]]:
    words = {"6h": _("6 hours"), "24h": _("24 hours"), "7d": _("7 days"), "28d": _("28 days")}
    return list(words.items())


def kinds() -> list[tuple[str, str]]:
    return [(code, _(kind.LABEL)) for code, kind in KINDS.items()]


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
