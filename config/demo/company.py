"""Who and what the demo's company has. Every name and number is made up."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from catalog.models import BusinessLine, Person, Role, Service, Team
from catalog.services import (
    add_business_line,
    add_person,
    add_service,
    add_team,
    set_audience,
    verify_phone,
)
from lifecycle import clock
from notifications.services.scheduling import set_schedule
from notifications.services.settings import set_paging

# username, name, roles, language, time zone
PEOPLE = [
    ("alice", "Alice Chen", [Role.OPERATIONS], "en", "Asia/Shanghai"),
    ("bob", "Bob Liu", [Role.OPERATIONS], "en", "Asia/Shanghai"),
    ("carol", "Carol Zhang", [Role.OPERATIONS], "zh-hans", "Asia/Shanghai"),
    ("mona", "Mona Zhou", [Role.INCIDENT_MANAGER], "en", "Asia/Shanghai"),
    ("dave", "Dave Sun", [Role.DEVELOPER], "en", "Asia/Shanghai"),
    ("erin", "Erin Xu", [Role.DEVELOPER], "zh-hans", "Asia/Shanghai"),
    ("olga", "Olga Li", [Role.SERVICE_OWNER], "en", "Asia/Shanghai"),
    ("oscar", "Oscar Han", [Role.SERVICE_OWNER], "zh-hans", "Asia/Shanghai"),
    ("lee", "Lee Gao", [Role.RD_LEADER], "en", "Asia/Shanghai"),
    ("max", "Max Qian", [Role.MANAGER], "en", "Asia/Shanghai"),
    ("rita", "Rita Wu", [Role.REPORTER], "en", "Asia/Shanghai"),
]

# slug, name, parent's slug
LINES = [
    ("offline", "Offline", None),
    ("restaurants", "Restaurants", "offline"),
    ("supermarkets", "Supermarkets", "offline"),
    ("schools", "Schools", "offline"),
    ("hospitals", "Hospitals", "offline"),
    ("online", "Online", None),
    ("e-commerce", "E-commerce", "online"),
    ("e-game", "E-game", "online"),
    ("tickets", "Tickets and booking", "online"),
    ("travel", "Travel", "online"),
    ("platform", "Payment platform", None),
]

# slug, name, line, owner, users a day, page views a day
SERVICES = [
    ("card-payments", "Card payments", "platform", "olga", 420_000, 2_900_000),
    ("login", "Login and identity", "platform", "olga", 610_000, 3_400_000),
    ("settlement", "Settlement", "platform", "oscar", 18_000, 95_000),
    ("qr-payments", "QR payments", "restaurants", "oscar", 380_000, 1_500_000),
    ("self-checkout", "Self-checkout", "supermarkets", "oscar", 140_000, 620_000),
    ("campus-card", "Campus card", "schools", "oscar", 90_000, 310_000),
    ("clinic-billing", "Clinic billing", "hospitals", "oscar", 60_000, 240_000),
    ("shop-checkout", "Shop checkout", "e-commerce", "olga", 520_000, 4_100_000),
    ("game-top-up", "Game top-up", "e-game", "olga", 210_000, 900_000),
    ("seat-booking", "Seat booking", "tickets", "olga", 160_000, 1_100_000),
    ("flight-payment", "Flight payment", "travel", "olga", 75_000, 480_000),
]


@dataclass(frozen=True)
class Company:
    """The demo's records by their short names."""

    people: dict[str, Person]
    lines: dict[str, BusinessLine]
    services: dict[str, Service]
    operations: Team
    developers: Team


def build_company(passwords: dict[str, str]) -> Company:
    """Add people (who sign in with ``passwords``), teams, business lines, services and the on-call schedule."""
    people = {row[0]: _add_person(number, row, passwords[row[0]]) for number, row in enumerate(PEOPLE, start=1)}
    engineers = [people[name] for name in ("alice", "bob", "carol")]
    operations = add_team(
        name="Payments O&M", slug="payments-om", members=[*engineers, people["mona"]], leader=people["mona"]
    )
    developers = add_team(
        name="Payments R&D", slug="payments-rd", members=[people["dave"], people["erin"]], leader=people["lee"]
    )
    lines: dict[str, BusinessLine] = {}
    for position, (slug, name, parent) in enumerate(LINES):
        above = lines[parent] if parent else None
        lines[slug] = add_business_line(name=name, slug=slug, parent=above, position=position)
    services = {row[0]: _add_service(row, people, lines, operations, developers) for row in SERVICES}
    set_schedule(
        actor=None,
        team=operations,
        starts_on=_monday(clock.now().date()) - timedelta(weeks=9),
        handover_at=time(9, 0),
        time_zone="Asia/Shanghai",
        members=engineers,
    )
    _stand_for_paging(people, lines, operations)
    return Company(people, lines, services, operations, developers)


def _stand_for_paging(people: dict[str, Person], lines: dict[str, BusinessLine], operations: Team) -> None:
    """The service to which incidents about paging itself are reported."""
    service = add_service(
        name="Mainstay paging",
        slug="mainstay-paging",
        business_line=lines["platform"],
        owner=people["olga"],
        operations_team=operations,
        rd_leader=people["lee"],
    )
    set_paging(actor=None, internal_service=service, duty_managers=[people["mona"]])


def _add_person(number: int, row: tuple[str, str, list[Role], str, str], password: str) -> Person:
    username, name, roles, language, zone = row
    person = add_person(
        username=username,
        name=name,
        roles=roles,
        email=f"{username}@example.com",
        phone=f"+1555200{number:04}",
        password=password,
        language=language,
        time_zone=zone,
    )
    return verify_phone(person)


def _add_service(
    row: tuple[str, str, str, str, int, int],
    people: dict[str, Person],
    lines: dict[str, BusinessLine],
    operations: Team,
    developers: Team,
) -> Service:
    slug, name, line, owner, users, views = row
    service = add_service(
        name=name,
        slug=slug,
        business_line=lines[line],
        owner=people[owner],
        operations_team=operations,
        rd_leader=people["lee"],
        development_team=developers,
    )
    since = clock.now().date() - timedelta(days=400)
    set_audience(service=service, valid_from=since, daily_users=users, daily_page_views=views)
    return service


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
