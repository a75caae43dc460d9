"""Makes believable records through the services, with defaults for whatever a test does not care about."""

from collections.abc import Callable
from itertools import count
from typing import Any

from catalog.models import BusinessLine, Person, Role, Service, Team
from catalog.services import add_business_line, add_person, add_service, add_team, set_audience, verify_phone
from incidents.models import Incident, Level, Source
from incidents.services import open_incident
from lifecycle import clock
from lifecycle.models import Via

_numbers = count(1)


def number_after(*models: type[Any]) -> None:
    """Go on where another process stopped: every number is in one record of these models at most."""
    global _numbers
    _numbers = count(
        1 + sum(model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in models)
    )


def make_person(role: str = Role.OPERATIONS, **fields: Any) -> Person:
    """Somebody with a verified phone and an e-mail address."""
    number = next(_numbers)
    username = fields.setdefault("username", f"person{number}")
    fields.setdefault("name", username.title())
    fields.setdefault("roles", [role])
    fields.setdefault("email", f"{username}@example.com")
    fields.setdefault("phone", f"+1555{1230000 + number}")
    person = add_person(**fields)
    return verify_phone(person) if person.phone else person


def make_team(*members: Person, **fields: Any) -> Team:
    number = next(_numbers)
    fields.setdefault("name", f"Team {number}")
    fields.setdefault("slug", f"team-{number}")
    return add_team(members=members, **fields)


def make_business_line(**fields: Any) -> BusinessLine:
    number = next(_numbers)
    fields.setdefault("name", f"Line {number}")
    fields.setdefault("slug", f"line-{number}")
    return add_business_line(**fields)


def make_service(**fields: Any) -> Service:
    number = next(_numbers)
    fields.setdefault("name", f"Service {number}")
    fields.setdefault("slug", f"service-{number}")
    makers: dict[str, Callable[[], Any]] = {
        "business_line": make_business_line,
        "owner": lambda: make_person(Role.SERVICE_OWNER),
        "rd_leader": lambda: make_person(Role.RD_LEADER),
        "operations_team": make_team,
    }
    for name, make in makers.items():
        if name not in fields:
            fields[name] = make()
    service = add_service(**fields)
    set_audience(
        service=service, valid_from=clock.now().date().replace(year=2020), daily_users=10_000, daily_page_views=50_000
    )
    return service


def make_incident(**fields: Any) -> Incident:
    """A reported Level 2 incident of a service of its own; ``level=None`` takes the suggested one."""
    fields.setdefault("title", "Payments are slow")
    if "service" not in fields:
        fields["service"] = make_service()
    level = fields.pop("level", 2)
    fields["level"] = Level.objects.get(pk=level) if isinstance(level, int) else level
    fields.setdefault("source", Source.WEB)
    fields.setdefault("via", Via.WEB)
    fields.setdefault("reporter_name", "A customer")
    return open_incident(**fields)


def acting(actor: Person | None = None, via: str = Via.WEB) -> dict[str, Any]:
    """Who acts, and how: an engineer on the page by default. For the keywords that every service takes."""
    return {"actor": actor or make_person(), "via": via}
