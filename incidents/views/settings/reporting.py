"""Custom fields and incident templates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import PersonRequest, for_administrators, for_colleagues
from incidents.forms.settings import CustomFieldForm, NewCustomFieldForm, TemplateForm
from incidents.models import CustomField, IncidentTemplate
from incidents.services import settings
from incidents.views.settings.frame import colleagues_look, save, show, show_form

EDITED = ["GET", "HEAD", "POST"]


@require_safe
@for_colleagues
def fields_page(request: PersonRequest) -> HttpResponse:
    return show(request, "fields.html", "fields", {"fields": CustomField.objects.all()})


@require_http_methods(EDITED)
@for_administrators
def add_field_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = NewCustomFieldForm(request.POST if is_posted else None)
    if not is_posted or save(form, settings.add_custom_field, actor=request.user) is None:
        return show_form(request, form, here="fields", title=_("New custom field"))
    messages.success(request, _("The field is added."))
    return redirect("incidents:settings-fields")


@require_http_methods(EDITED)
@colleagues_look
def field_page(request: PersonRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(CustomField, pk=pk)
    is_posted = request.method == "POST"
    form = CustomFieldForm(request.POST if is_posted else None, instance=get_object_or_404(CustomField, pk=pk))
    if not is_posted or save(form, settings.change_custom_field, field, actor=request.user) is None:
        meta = f"{field.key} · {field.get_kind_display()}"
        return show_form(request, form, here="fields", title=field.name, meta=meta)
    messages.success(request, _("The field is changed."))
    return redirect("incidents:settings-fields")


@require_safe
@for_colleagues
def templates_page(request: PersonRequest) -> HttpResponse:
    templates = IncidentTemplate.objects.select_related("service", "category")
    return show(request, "templates.html", "templates", {"templates": templates})


@require_http_methods(EDITED)
@for_administrators
def add_template_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = TemplateForm(request.POST if is_posted else None)
    if not is_posted or save(form, settings.add_template, actor=request.user) is None:
        return show_form(request, form, here="templates", title=_("New template"))
    messages.success(request, _("The template is added."))
    return redirect("incidents:settings-templates")


@require_http_methods(EDITED)
@colleagues_look
def template_page(request: PersonRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(IncidentTemplate, pk=pk)
    title, is_posted = template.name, request.method == "POST"
    form = TemplateForm(request.POST if is_posted else None, instance=get_object_or_404(IncidentTemplate, pk=pk))
    if not is_posted or save(form, settings.change_template, template, actor=request.user) is None:
        return show_form(request, form, here="templates", title=title)
    messages.success(request, _("The template is changed."))
    return redirect("incidents:settings-templates")
