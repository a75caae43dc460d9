"""People: list, page, adding and changing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import permissions, services
from catalog.access import PersonRequest, for_administrators, for_colleagues
from catalog.forms import ChangePersonForm, NewPersonForm
from catalog.models import Person, Role
from catalog.views.saving import save, show_form

PEOPLE_A_PAGE = 50
ROLE_NAMES = dict(Role.choices)


@require_safe
@for_colleagues
def people_page(request: PersonRequest) -> HttpResponse:
    """Everybody, to search by name and to narrow to a role."""
    asked, role = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.get("role", "")
    found = Person.objects.prefetch_related("teams")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(username__icontains=asked))
    if request.GET.get("phone") == "unverified":
        found = found.filter(is_active=True, phone_verified_at=None)
    if role in Role.values:
        found = found.filter(roles__contains=[role])
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_present(person, request.user) for person in page],
        "asked": asked,
        "role": role,
        "phone": request.GET.get("phone", ""),
        "roles": Role.choices,
        "may_add": permissions.administers(request.user),
    }
    return render(request, "catalog/people.html", context)


@require_safe
@for_colleagues
def person_page(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.prefetch_related("teams"), pk=pk)
    context = {
        **_present(person, request.user),
        "services_owned": person.services_owned.all(),
        "services_led": person.services_led.all(),
        "may_change": permissions.administers(request.user),
        "is_own": person.pk == request.user.pk,
    }
    return render(request, "catalog/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_person_page(request: PersonRequest) -> HttpResponse:
    form = NewPersonForm(request.POST if request.method == "POST" else None)
    person = save(form, services.add_person, actor=request.user) if request.method == "POST" else None
    if person is None:
        return show_form(request, form, title=_("New person"), back=reverse("catalog:people"))
    messages.success(request, _("%(name)s is added.") % {"name": person.name})
    return redirect("catalog:person", person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change_person_page(request: PersonRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    is_posted = request.method == "POST"
    form = ChangePersonForm(request.POST if is_posted else None, instance=Person.objects.get(pk=pk))
    if not is_posted or save(form, services.change_person, person, actor=request.user) is None:
        title = _("Change %(name)s") % {"name": person.name}
        return show_form(request, form, title=title, back=reverse("catalog:person", args=[pk]))
    messages.success(request, _("%(name)s is changed.") % {"name": person.name})
    return redirect("catalog:person", pk)


def _present(person: Person, viewer: Person) -> dict[str, object]:
    """A person as ``viewer`` may see them: the number masked for other teams."""
    is_whole = permissions.sees_phone(viewer, person)
    return {
        "person": person,
        "phone": person.phone if is_whole else person.masked_phone,
        "roles": [ROLE_NAMES.get(role, role) for role in person.roles],
    }
