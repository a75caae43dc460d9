"""Verbs of the catalogue."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from catalog.models import ApiToken, Audience, BusinessLine, Person, Service, Team
from lifecycle import clock


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
) -> Person:
    """Add somebody; without a password they cannot sign in until one is set."""
    person = Person(
        username=username,
        name=name,
        roles=list(roles),
        email=email,
        phone=phone,
        language=language,
        time_zone=time_zone,
    )
    person.set_password(password)
    person.full_clean(exclude=["password"])
    person.save()
    return person


def verify_phone(person: Person) -> Person:
    """Note that the person has proved that the number is theirs."""
    person.phone_verified_at = clock.now()
    person.save(update_fields=["phone_verified_at"])
    return person


@transaction.atomic
def add_team(*, name: str, slug: str, members: Iterable[Person], leader: Person | None = None) -> Team:
    team = Team(name=name, slug=slug, leader=leader)
    team.full_clean()
    team.save()
    team.members.set(members)
    return team


@transaction.atomic
def add_business_line(*, name: str, slug: str, parent: BusinessLine | None = None, position: int = 0) -> BusinessLine:
    line = BusinessLine(name=name, slug=slug, parent=parent, position=position)
    line.full_clean(exclude=["path"])
    line.save()
    line.path = f"{parent.path if parent else ''}{line.pk}/"
    line.save(update_fields=["path"])
    return line


@transaction.atomic
def add_service(
    *,
    name: str,
    slug: str,
    business_line: BusinessLine,
    owner: Person,
    operations_team: Team,
    rd_leader: Person,
    development_team: Team | None = None,
) -> Service:
    service = Service(
        name=name,
        slug=slug,
        business_line=business_line,
        owner=owner,
        operations_team=operations_team,
        rd_leader=rd_leader,
        development_team=development_team,
    )
    service.full_clean()
    service.save()
    return service


def set_audience(*, service: Service, valid_from: date, daily_users: int, daily_page_views: int) -> Audience:
    """State the service's daily users and page views from a day on."""
    audience, _created = Audience.objects.update_or_create(
        service=service,
        valid_from=valid_from,
        defaults={"daily_users": daily_users, "daily_page_views": daily_page_views},
    )
    return audience


def issue_token(*, person: Person, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """Make an API token; returns it with the key, which is never to be seen again."""
    key = f"mst_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(person=person, name=name, digest=digest_of(key), expires_at=expires_at)
    return token, key


def digest_of(key: str) -> str:
    """SHA-256 in hex: the key has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()
