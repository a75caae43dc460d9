"""Verbs about teams, business lines, services and their audiences."""

from collections.abc import Iterable
from datetime import UTC, date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import permissions
from catalog.models import Audience, BusinessLine, Person, Placement, Service, Team
from catalog.services.records import apply, record
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted, lock

FIRST_DAY = date(1970, 1, 1)
RESERVED = ("new",)
"""Words that stand where a slug stands in an address."""


@transaction.atomic
def add_team(
    *,
    name: str,
    slug: str,
    members: Iterable[Person],
    leader: Person | None = None,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Team:
    """Add a team. Raises ValidationError by field, NotPermitted."""
    permissions.require_administrator(actor)
    team = Team()
    apply(team, {"name": name, "slug": _free(slug), "leader": leader})
    team.members.set(members)
    record(team, "add_team", actor, via)
    return team


@transaction.atomic
def change_team(
    team: Team,
    *,
    actor: Person,
    name: str,
    slug: str,
    members: Iterable[Person],
    leader: Person | None,
    via: str = Via.WEB,
) -> Team:
    """Change everything about a team. Raises ValidationError by field, NotPermitted."""
    permissions.require_administrator(actor)
    lock(team)
    apply(team, {"name": name, "slug": _free(slug), "leader": leader})
    team.members.set(members)
    record(team, "change_team", actor, via)
    return team


@transaction.atomic
def add_business_line(
    *,
    name: str,
    slug: str,
    parent: BusinessLine | None = None,
    position: int = 0,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> BusinessLine:
    """Add a node to the tree, below ``parent`` or at the top. Raises ValidationError by field, NotPermitted."""
    permissions.require_administrator(actor)
    line = BusinessLine()
    apply(line, {"name": name, "slug": slug, "parent": parent, "position": position}, exclude=["path"])
    line.path = f"{parent.path if parent else ''}{line.pk}/"
    line.save(update_fields=["path"])
    record(line, "add_business_line", actor, via)
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
    is_restricted: bool = False,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Service:
    """Add a service; its audience is stated apart. Raises ValidationError by field, NotPermitted."""
    permissions.require_administrator(actor)
    service = Service()
    changes = {
        "name": name,
        "slug": _free(slug),
        "business_line": business_line,
        "owner": owner,
        "operations_team": operations_team,
        "rd_leader": rd_leader,
        "development_team": development_team,
        "is_restricted": is_restricted,
    }
    apply(service, changes)
    record(service, "add_service", actor, via)
    return service


@transaction.atomic
def change_service(
    service: Service,
    *,
    actor: Person,
    name: str,
    slug: str,
    business_line: BusinessLine,
    owner: Person,
    operations_team: Team,
    rd_leader: Person,
    development_team: Team | None,
    is_active: bool,
    is_restricted: bool = False,
    via: str = Via.WEB,
) -> Service:
    """Change everything about a service; an inactive one is not offered to reporters.

    Raises ValidationError by field, NotPermitted.
    """
    permissions.require_administrator(actor)
    lock(service)
    _place(service, business_line)
    changes = {
        "name": name,
        "slug": _free(slug),
        "business_line": business_line,
        "owner": owner,
        "operations_team": operations_team,
        "rd_leader": rd_leader,
        "development_team": development_team,
        "is_active": is_active,
        "is_restricted": is_restricted,
    }
    before = Service.objects.select_related().get(pk=service.pk)
    differing = {name: value for name, value in changes.items() if getattr(before, name) != value}
    told = {name: {"before": _told(getattr(before, name)), "after": _told(value)} for name, value in differing.items()}
    apply(service, changes)
    record(service, "change_service", actor, via, {"changes": told})
    return service


@transaction.atomic
def set_audience(
    *,
    service: Service,
    valid_from: date,
    daily_users: int,
    daily_page_views: int,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Audience:
    """State the service's daily users and page views from a day on."""
    if actor is not None and not permissions.measures(service, actor):
        raise NotPermitted("set_audience")
    found = Audience.objects.filter(service=service, valid_from=valid_from).first()
    before = {"before": {"users": found.daily_users, "page_views": found.daily_page_views}} if found else {}
    audience = found or Audience(service=service, valid_from=valid_from)
    apply(audience, {"daily_users": daily_users, "daily_page_views": daily_page_views})
    data = {"from": valid_from.isoformat(), "users": daily_users, "page_views": daily_page_views}
    record(service, "set_audience", actor, via, data | before)
    return audience


def _told(value: object) -> object:
    """Records by their names, as they were called then."""
    return value if value is None or isinstance(value, str | bool) else str(value)


def _place(service: Service, line: BusinessLine) -> None:
    """Remember where the service was: figures of earlier days stay with the line it belonged to then."""
    before = Service.objects.values_list("business_line", flat=True).get(pk=service.pk)
    if before == line.pk:
        return
    if not service.placements.exists():
        Placement.objects.create(service=service, business_line_id=before, valid_from=FIRST_DAY)
    today = clock.now().astimezone(UTC).date()
    Placement.objects.update_or_create(service=service, valid_from=today, defaults={"business_line": line})


def _free(slug: str) -> str:
    if slug in RESERVED:
        raise ValidationError({"slug": _("This word has another meaning in addresses.")})
    return slug
