"""Verbs about people."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import permissions
from catalog.contacts import why_no_phone
from catalog.models import FirstPage, Person, Role
from catalog.services.records import apply, record
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock


@transaction.atomic
def add_person(
    *,
    username: str,
    name: str,
    roles: Iterable[str],
    email: str = "",
    phone: str = "",
    password: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
    must_change_password: bool = False,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Person:
    """Add somebody; without a password they cannot sign in until one is set.

    ``must_change_password``: it is a one-time password, as every one is that an administrator chose.
    """
    permissions.require_administrator(actor)
    _require_usable(phone)
    person = Person(
        username=username,
        name=name,
        roles=list(roles),
        email=email,
        phone=phone,
        language=language,
        time_zone=time_zone,
        joined_at=clock.now(),
    )
    person.set_password(password)
    person.must_change_password = must_change_password or (actor is not None and password is not None)
    person.full_clean(exclude=["password"])
    person.save()
    record(person, "add_person", actor, via)
    return person


@transaction.atomic
def change_person(
    person: Person,
    *,
    actor: Person,
    username: str,
    name: str,
    roles: Iterable[str],
    email: str,
    phone: str,
    language: str,
    time_zone: str,
    is_active: bool,
    via: str = Via.WEB,
) -> Person:
    """Change everything about somebody. An administrator must remain; a new phone is unverified."""
    permissions.require_administrator(actor)
    # Two administrators who dismiss each other at once must not both succeed.
    list(Person.objects.with_role(Role.ADMINISTRATOR).order_by("pk").select_for_update(no_key=True))
    lock(person)
    changes = {
        "username": username,
        "name": name,
        "roles": list(roles),
        "email": email,
        "phone": phone,
        "language": language,
        "time_zone": time_zone,
        "is_active": is_active,
    }
    _apply_to_person(person, changes, actor, via)
    if not Person.objects.with_role(Role.ADMINISTRATOR).exists():
        raise InputRefused(roles=_("Somebody has to be an administrator."))
    return person


@transaction.atomic
def change_profile(
    person: Person,
    *,
    actor: Person,
    name: str,
    email: str,
    phone: str,
    language: str,
    time_zone: str,
    theme: str,
    via: str = Via.WEB,
) -> Person:
    """Change one's own particulars. A new phone is unverified until it is called."""
    if actor.pk != person.pk:
        raise NotPermitted("change_profile")
    lock(person)
    changes = {
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "time_zone": time_zone,
        "theme": theme,
    }
    _apply_to_person(person, changes, actor, via)
    return person


@transaction.atomic
def choose_first_page(person: Person, *, actor: Person, first_page: str) -> Person:
    """Keep where the person's day begins; empty: as their roles suggest. A preference, so it leaves no trace."""
    if actor.pk != person.pk:
        raise NotPermitted("choose_first_page")
    if first_page and first_page not in FirstPage.values:
        raise InputRefused(first_page=_("There is no such page."))
    person.first_page = first_page
    person.save(update_fields=["first_page"])
    return person


@transaction.atomic
def change_password(person: Person, *, actor: Person, password: str, via: str = Via.WEB) -> Person:
    """Set one's own password, which the caller has validated; a one-time password is over with it."""
    if actor.pk != person.pk:
        raise NotPermitted("change_password")
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    record(person, "change_password", actor, via)
    return person


def verify_phone(person: Person) -> Person:
    """Note that the person has proved that the number is theirs."""
    person.phone_verified_at = clock.now()
    person.save(update_fields=["phone_verified_at"])
    return person


def _apply_to_person(person: Person, changes: dict[str, Any], actor: Person, via: str) -> None:
    if changes["phone"] != person.phone:
        _require_usable(changes["phone"])
        person.phone_verified_at = None
    apply(person, changes, exclude=["password"])
    record(person, "change_person", actor, via)


def _require_usable(phone: str) -> None:
    """A number that is new has to satisfy what upper apps ask of numbers."""
    sentence = why_no_phone(phone)
    if sentence:
        raise InputRefused(phone=sentence)
