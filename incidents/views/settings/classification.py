"""The priority matrix, worded criteria, categories."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_administrators, for_colleagues
from incidents.forms.settings import CategoryForm, CellForm, CriterionForm
from incidents.models import Category, Criterion, Degree, MatrixCell
from incidents.services import settings
from incidents.services.settings.judging import CellValues
from incidents.views.settings.frame import colleagues_look, lock_unless_administrator, save, show, show_form
from incidents.views.settings.tree import as_tree

EDITED = ["GET", "HEAD", "POST"]


@require_http_methods(EDITED)
@colleagues_look
def matrix_page(request: PersonRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    rows = _matrix(data)
    cells = [form for row in rows for form in row["cells"]]
    if data is not None and all(form.is_valid() for form in cells):
        values = {form.place: CellValues(**form.cleaned_data) for form in cells}
        settings.set_matrix(cells=values, actor=request.user)
        messages.success(request, _("The matrix is changed. It holds for what is judged from now on."))
        return redirect("incidents:settings-matrix")
    lock_unless_administrator(request, cells)
    context = {"rows": rows, "urgencies": Degree}
    return show(request, "matrix.html", "matrix", context, status=400 if any(form.errors for form in cells) else 200)


def _matrix(data: Any) -> list[dict[str, Any]]:
    found = {(cell.impact, cell.urgency): cell for cell in MatrixCell.objects.all()}
    return [
        {
            "impact": impact.label,
            "cells": [
                CellForm.of(impact.value, urgency.value, found.get((impact.value, urgency.value)), data)
                for urgency in Degree
            ],
        }
        for impact in Degree
    ]


@require_safe
@for_colleagues
def criteria_page(request: PersonRequest) -> HttpResponse:
    return show(request, "criteria.html", "criteria", {"criteria": Criterion.objects.select_related("level")})


@require_http_methods(EDITED)
@for_administrators
def add_criterion_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = CriterionForm(request.POST if is_posted else None)
    if not is_posted or save(form, settings.add_criterion, actor=request.user) is None:
        return show_form(request, form, here="criteria", title=_("New criterion"))
    messages.success(request, _("The criterion is added."))
    return redirect("incidents:settings-criteria")


@require_http_methods(EDITED)
@colleagues_look
def criterion_page(request: PersonRequest, pk: int) -> HttpResponse:
    criterion = get_object_or_404(Criterion, pk=pk)
    title, is_posted = str(criterion), request.method == "POST"
    form = CriterionForm(request.POST if is_posted else None, instance=get_object_or_404(Criterion, pk=pk))
    if not is_posted or save(form, settings.change_criterion, criterion, actor=request.user) is None:
        return show_form(request, form, here="criteria", title=title)
    messages.success(request, _("The criterion is changed."))
    return redirect("incidents:settings-criteria")


@require_safe
@for_colleagues
def categories_page(request: PersonRequest) -> HttpResponse:
    return show(request, "categories.html", "categories", {"categories": as_tree(Category.objects.all())})


@require_http_methods(EDITED)
@for_administrators
def add_category_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    above = request.GET.get("parent", "")
    initial = {"parent": above} if above.isascii() and above.isdigit() and len(above) < 10 else {}
    form = CategoryForm(request.POST if is_posted else None, initial={"is_active": True, **initial})
    if not is_posted or save(form, settings.add_category, actor=request.user) is None:
        return show_form(request, form, here="categories", title=_("New category"))
    messages.success(request, _("The category is added."))
    return redirect("incidents:settings-categories")


@require_http_methods(EDITED)
@colleagues_look
def category_page(request: PersonRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    title, is_posted = str(category), request.method == "POST"
    form = CategoryForm(request.POST if is_posted else None, instance=get_object_or_404(Category, pk=pk))
    if not is_posted or save(form, settings.change_category, category, actor=request.user) is None:
        below = f"{reverse('incidents:settings-new-category')}?parent={pk}"
        return show_form(request, form, here="categories", title=title, below=below)
    messages.success(request, _("The category is changed."))
    return redirect("incidents:settings-categories")
