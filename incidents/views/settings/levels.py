"""Levels and the targets of their clocks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.forms.settings import LevelForm, TargetForm
from incidents.models import ClockKind, Level
from incidents.services import settings
from incidents.views.settings.frame import colleagues_look, lock_unless_administrator, show

ORDER = list(ClockKind)


@require_safe
@for_colleagues
def levels_page(request: PersonRequest) -> HttpResponse:
    """Every level with its criteria and the target of each clock."""
    levels = Level.objects.prefetch_related("targets__calendar")
    rows = [
        {"level": level, "targets": sorted(level.targets.all(), key=lambda row: ORDER.index(ClockKind(row.kind)))}
        for level in levels
    ]
    return show(request, "levels.html", "levels", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@colleagues_look
def level_page(request: PersonRequest, number: int) -> HttpResponse:
    level = get_object_or_404(Level, pk=number)
    data = request.POST if request.method == "POST" else None
    form, targets = _forms(level, data)
    if data is not None and _save(request, level, form, targets):
        messages.success(request, _("The level is changed. It holds for new incidents."))
        return redirect("incidents:settings")
    lock_unless_administrator(request, [form, *targets])
    is_refused = bool(form.errors) or any(target.errors for target in targets)
    context = {"level": level, "form": form, "targets": targets}
    return show(request, "level.html", "levels", context, status=400 if is_refused else 200)


def _forms(level: Level, data: Any) -> tuple[LevelForm, list[TargetForm]]:
    rows = {row.kind: row for row in level.targets.all()}
    return LevelForm.of(level, data), [TargetForm.of(level, kind, rows.get(kind), data) for kind in ORDER]


def _save(request: PersonRequest, level: Level, form: LevelForm, targets: list[TargetForm]) -> bool:
    """Whether it was saved; where not, the forms say why."""
    if not all([form.is_valid(), *(target.is_valid() for target in targets)]):
        return False
    values = {target.kind.value: target.values() for target in targets}
    try:
        settings.set_level(level, **form.cleaned_data, targets=values, actor=request.user)
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            _blame(form, targets, name, sentences)
        return False
    return True


def _blame(form: LevelForm, targets: list[TargetForm], name: str, sentences: list[str]) -> None:
    """Put the sentences beside the field that they are about, or above its form."""
    kind, _dash, field = name.partition("-")
    blamed: Any = next((target for target in targets if target.kind == kind), form)
    place = field if blamed is not form else name
    for sentence in sentences:
        blamed.add_error(place if place in blamed.fields else None, sentence)
