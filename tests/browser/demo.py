"""The demo company, built once for a whole test module and swept away after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.test import Client

from catalog.models import Person, Role, Service
from catalog.services import add_person, issue_token, verify_phone
from config.demo.build import USERNAMES, build_demo
from config.demo.company import Company
from detection.models import Collection, Metric, Source
from detection.services import (
    add_correlation_rule,
    add_heartbeat,
    add_integration,
    add_route,
    plan_maintenance,
    process_receipts,
    store_frame,
)
from detection.services.intake import receive
from incidents.intake.handling import handle_mail
from incidents.models import Incident, Level, LinkPurpose, Status
from incidents.services import corresponding, propose_solution
from incidents.services.attaching import NamedFile, attach_files
from lifecycle import clock
from lifecycle.models import Via
from notifications.models import Delivery
from notifications.services.feeds import make_feed
from notifications.services.links import make_link
from reports.boards.wall_links import make_wall_link
from reports.models import Detail

PASSWORD = "a-password-of-the-demo"
# Nothing proves who sent it: it waits in quarantine.
DOUBTFUL_MAIL = (
    b"From: Rita <rita@shop.example>\r\nTo: incidents@example.com\r\n"
    b"Subject: <b>Cards</b> are refused\r\n\r\nSince nine."
)
EVERY_ROLE = [Role.ADMINISTRATOR, Role.INCIDENT_MANAGER, Role.OPERATIONS]


@dataclass(frozen=True)
class Demo:
    """The company, somebody who may do everything, and what a page cannot be asked for: the secrets."""

    company: Company
    administrator: Person
    chinese: Person
    delivery: Delivery
    link_secret: str
    feed_secret: str
    wall_secret: str

    @property
    def everybody(self) -> list[Person]:
        return [self.administrator, self.chinese, *self.company.people.values()]


@contextmanager
def keep_demo() -> Iterator[Demo]:
    """Needs an unblocked database and commits; the tables are emptied at the end."""
    try:
        yield _build()
    finally:
        call_command("flush", verbosity=0, interactive=False)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _build() -> Demo:
    company = build_demo(dict.fromkeys(USERNAMES, PASSWORD))
    administrator, chinese = _add_administrator("wang", "en", 9998), _add_administrator("zhao", "zh-hans", 9999)
    issue_token(person=administrator, name="Dashboard")
    handle_mail(DOUBTFUL_MAIL, via="imap")
    _store_frames()
    _send_alerts(administrator)
    _read_a_shop()
    incident = Incident.objects.filter(status=Status.REPORTED).latest("pk")
    open_one = Incident.objects.filter(status=Status.RECOVERED).latest("pk")
    engineer = company.people["alice"]
    propose_solution(open_one, actor=engineer, via=Via.WEB, text="Roll the gateway back")
    delivery = Delivery.objects.create(
        incident=incident,
        recipient=engineer,
        channel="email",
        purpose="page",
        dedup_key="browser-test",
        body="Look",
        status="sent",
    )
    for stage in (incident, open_one, *Incident.objects.filter(status=Status.RESOLVED)[:1]):
        corresponding.make_link(stage, LinkPurpose.FOLLOW_UP)
    files = [NamedFile("trace.log", b"08:00:01 timeout")]
    attach_files(incident, actor=administrator, via="web", files=files)
    wall = make_wall_link(actor=administrator, name="Operations room", detail=Detail.TITLES, language="en")[1]
    return Demo(company, administrator, chinese, delivery, make_link(delivery), make_feed(actor=engineer)[1], wall)


def _read_a_shop() -> None:
    """A source that is away, with a metric of its own."""
    source = Source.objects.create(name="Shop", slug="shop", kind="sqlite", options={"path": "shop.db"})
    metric, now = Metric.objects.latest("pk"), clock.now()
    collection = Collection.objects.create(
        metric=metric, source=source, table="payments", time_column="at", collected_to=now, due_at=now, is_active=False
    )
    collection.rejected.create(reason="type", count=3, sample="m1, books, many", interval_at=now)


def _add_administrator(username: str, language: str, number: int) -> Person:
    person = add_person(
        username=username,
        name=f"{username.title()} 伟",
        roles=EVERY_ROLE,
        email=f"{username}@example.com",
        phone=f"+1555200{number}",
        password=PASSWORD,
        language=language,
        time_zone="Asia/Shanghai",
    )
    return verify_phone(person)


def _send_alerts(actor: Person) -> None:
    """Another tool's alert, one of a kind that nobody understands, and everything that says what becomes of alerts."""
    service, level = Service.objects.get(slug="card-payments"), Level.objects.get(pk=3)
    integration, _key = add_integration(name="Zabbix", kind="json", service=service, level=level, actor=actor)
    receive(integration, b'{"title": "Disk full on db-1", "status": "firing", "severity": "warning", "host": "db-1"}')
    receive(integration, b"what is this")
    process_receipts()
    add_route(name="Databases", matchers="host =~ db-.*", service=service, actor=actor)
    add_correlation_rule(name="By host", matchers="host =~ web-.*", group_by=["host"], threshold=3, actor=actor)
    add_heartbeat(name="Settlement run", interval=timedelta(days=1), service=service, level=level, actor=actor)
    now = clock.now()
    plan_maintenance(
        name="Switch over", starts_at=now, ends_at=now + timedelta(hours=1), matchers="host = db-9", actor=actor
    )


def _store_frames() -> None:
    """Ten minutes of the live metric, with a fall at one gateway, so that charts have lines."""
    metric, now = Metric.objects.get(slug="demo-card-payments"), clock.now()
    for number in range(120):
        at = now - metric.interval * (120 - number)
        fallen = 90 if number > 100 else 310
        store_frame(metric, at=at, values=[({"gateway": "PG-1"}, 320.0), ({"gateway": "PG-3"}, float(fallen))])
