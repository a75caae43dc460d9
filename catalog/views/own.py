"""What everybody may do about themselves: particulars, password, keys of the API."""

from datetime import UTC, datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from catalog import services
from catalog.access import PersonRequest, for_anybody
from catalog.forms import ProfileForm, TokenForm
from catalog.models import ApiToken, Person
from catalog.views.saving import save
from lifecycle import clock


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def profile_page(request: PersonRequest) -> HttpResponse:
    """One's own particulars. Changing the phone takes its verification back."""
    person = Person.objects.get(pk=request.user.pk)
    is_posted = request.method == "POST"
    form = ProfileForm(request.POST if is_posted else None, instance=Person.objects.get(pk=person.pk))
    if is_posted and save(form, services.change_profile, person, actor=person) is not None:
        messages.success(request, _("Your profile is saved."))
        return redirect("catalog:me")
    return render(request, "catalog/me.html", {"person": person, "form": form}, status=400 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def password_page(request: PersonRequest) -> HttpResponse:
    """Change one's password; other sessions of the person end, this one stays."""
    person = Person.objects.get(pk=request.user.pk)
    form = PasswordChangeForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.change_password(person, actor=person, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, person)
        messages.success(request, _("Your password is changed."))
        return redirect("catalog:me")
    return render(request, "catalog/password.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def tokens_page(request: PersonRequest) -> HttpResponse:
    """The keys one has. A new one is shown in the answer to its making, never again."""
    is_posted = request.method == "POST"
    form = TokenForm(request.POST if is_posted else None)
    key = ""
    if is_posted and form.is_valid() and _is_ahead(form):
        name, expires_at = form.cleaned_data["name"], _end_of_day(form)
        _token, key = services.issue_token(
            person=Person.objects.get(pk=request.user.pk), name=name, expires_at=expires_at
        )
        form = TokenForm()
    context = {"tokens": request.user.api_tokens.all(), "form": form, "key": key, "now": clock.now()}
    return render(request, "catalog/tokens.html", context, status=400 if form.errors else 200)


@require_POST
@for_anybody
def withdraw_token_page(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.select_related("person"), pk=pk, person=request.user.pk)
    services.withdraw_token(token, actor=request.user)
    messages.success(request, _("The key “%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("catalog:tokens")


def _end_of_day(form: TokenForm) -> datetime | None:
    """The end of the last day, in UTC."""
    day = form.cleaned_data["expires_on"]
    return datetime.combine(day + timedelta(days=1), time.min, UTC) if day else None


def _is_ahead(form: TokenForm) -> bool:
    expires_at = _end_of_day(form)
    if expires_at is not None and expires_at <= clock.now():
        form.add_error("expires_on", _("Choose a day to come."))
    return not form.errors
