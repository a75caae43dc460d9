"""The demo company, built once for a whole test module and swept away after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management import call_command
from django.test import Client

from catalog.models import Person, Role
from catalog.services import add_person, issue_token, verify_phone
from config.demo.build import USERNAMES, build_demo
from config.demo.company import Company
from detection.models import Metric
from detection.services import store_frame
from incidents.intake.handling import handle_mail
from incidents.models import Incident, LinkPurpose, Status
from incidents.services import corresponding, propose_solution
from incidents.services.attaching import NamedFile, attach_files
from lifecycle import clock
from lifecycle.models import Via
from notifications.models import Delivery
from notifications.services.feeds import make_feed
from notifications.services.links import make_link

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
    return Demo(company, administrator, chinese, delivery, make_link(delivery), make_feed(actor=engineer)[1])


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


def _store_frames() -> None:
    """Ten minutes of the live metric, with a fall at one gateway, so that charts have lines."""
    metric, now = Metric.objects.get(), clock.now()
    for number in range(120):
        at = now - metric.interval * (120 - number)
        fallen = 90 if number > 100 else 310
        store_frame(metric, at=at, values=[({"gateway": "PG-1"}, 320.0), ({"gateway": "PG-3"}, float(fallen))])
