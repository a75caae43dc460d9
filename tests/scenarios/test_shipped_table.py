"""Every row of the shipped notification table: who gets what, when, and nobody else anything.

A hand on both clocks, fake phones, an unexpected message fails. Each row stands alone in the table, so that each
message is its doing; the last test fails where a row is shipped that has no scenario.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from catalog.models import Person
from incidents.models import Incident, Level
from incidents.services import acknowledge_incident, assign_incident, recover_incident
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import EscalationPolicy, NotificationRule
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty, assert_nothing_but_reminders, make_duty, tick

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
EARLY = timedelta(seconds=40)
"""Too early for the row. The clock goes on while the test works."""
TEAM = ("primary", "secondary", "manager")
"""The O&M team of the service."""


@dataclass
class Story:
    """An incident with everybody who may be told."""

    duty: Duty
    carrier: FakeCarrier
    clock: Clock
    incident: Incident

    def go_on(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.clock.advance(minutes=minutes, seconds=seconds)
        tick()

    def go_to(self, kind: str, *, percent: float = 100, later: timedelta = SECOND) -> None:
        """To the moment at which so much of a clock's target is used. The others would speak by the same row."""
        self.incident.clocks.exclude(kind=kind).delete()
        row = self.incident.clocks.get(kind=kind)
        assert row.calendar is None, "the clock runs round the clock, or this sum is wrong"
        self.clock.set(row.origin_at + row.target * percent / 100 + later)
        tick()

    def person(self, name: str) -> Person:
        who: Person = self.duty.extra.get(name) or getattr(self.duty, name)
        return who

    def hears_nothing(self) -> None:
        assert_nothing_but_reminders(self.carrier)


def acknowledged(story: Story) -> None:
    """Alice has it; Ines owns it, Mona manages it, Carl writes to those affected. That it lapses is another story."""
    Level.objects.update(acknowledgement_lasts=None)
    acknowledge_incident(story.incident, actor=story.duty.primary, via="web")
    owner, lead = make_person(name="Ines"), make_person(name="Carl")
    story.duty.extra |= {"incident_owner": owner, "lead": lead}
    assign_incident(
        story.incident,
        actor=story.duty.manager,
        via="web",
        owner=owner,
        manager=story.duty.manager,
        communications_lead=lead,
    )
    tick()


def ten_minutes_pass(story: Story) -> None:
    story.go_on(minutes=9, seconds=20)
    story.hears_nothing()
    story.go_on(seconds=40)


def an_hour_passes(story: Story) -> None:
    story.go_on(minutes=59, seconds=20)
    story.hears_nothing()
    story.go_on(seconds=40)


def it_recovers(story: Story) -> None:
    story.go_on(minutes=7)
    story.hears_nothing()
    recover_incident(story.incident, actor=None, via="detector")
    tick()


def nobody_responds(story: Story) -> None:
    story.go_to("response", later=-EARLY)
    story.hears_nothing()
    story.go_to("response")


def used(percent: float) -> Callable[[Story], None]:
    """Handled, but not done with: so much of the target of the recovery is used."""

    def happen(story: Story) -> None:
        acknowledged(story)
        story.go_to("recovery", percent=percent, later=-EARLY)
        story.hears_nothing()
        story.go_to("recovery", percent=percent)

    return happen


def past_the_deadline(story: Story) -> None:
    """The breach itself is another row's; this one speaks when the warning comes again."""
    acknowledged(story)
    for percent in (75, 90, 100):
        story.go_to("recovery", percent=percent)
    story.hears_nothing()
    repeat = story.incident.clocks.get(kind="recovery").overdue_repeat
    story.go_to("recovery", percent=100, later=(repeat or timedelta(0)) + SECOND)


def no_news(story: Story) -> None:
    acknowledged(story)
    story.go_to("update", later=-EARLY)
    story.hears_nothing()
    story.go_to("update")


@dataclass(frozen=True)
class Row:
    """A row as it is shipped, what happens, and who is told by it in which words."""

    kind: str
    levels: tuple[int, ...]
    percent: int | None
    channels: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    happens: Callable[[Story], None]
    told: tuple[str, ...]
    words: str

    @property
    def shipped(self) -> tuple[object, ...]:
        return self.kind, self.levels, self.percent, self.channels, self.to, self.cc


BOTH = ("sms", "email")
HIGH = (1, 2)
OWNER, LEADER, O_AND_M = ("service_owner",), ("rd_leader",), ("operations_team",)
ROWS = [
    Row("initial", HIGH, None, BOTH, OWNER, O_AND_M, ten_minutes_pass, ("owner", *TEAM), "was reported"),
    Row("initial", HIGH, None, ("voice",), LEADER, (), ten_minutes_pass, ("leader",), "was reported"),
    Row("progress", HIGH, None, BOTH, OWNER, O_AND_M, an_hour_passes, ("owner", *TEAM), "still being handled"),
    Row("rectified", HIGH, None, BOTH, OWNER, O_AND_M, it_recovers, ("owner", *TEAM), "rectified"),
    Row("overdue", HIGH, None, BOTH, OWNER, O_AND_M + LEADER, nobody_responds, ("owner", *TEAM, "leader"), "overdue"),
    Row("overdue", HIGH, None, ("voice",), LEADER, (), nobody_responds, ("leader",), "overdue"),
    Row("warning", HIGH, 75, ("email",), ("handler",), ("owner",), used(75), ("primary", "incident_owner"), "75 %"),
    Row("warning", HIGH, 90, BOTH, ("handler", "owner"), O_AND_M, used(90), (*TEAM, "incident_owner"), "90 %"),
    Row(
        "warning",
        HIGH,
        100,
        ("email",),
        ("owner", "manager"),
        (),
        past_the_deadline,
        ("incident_owner", "manager"),
        "%",
    ),
    Row("warning", (3,), 90, ("email",), ("handler",), ("owner",), used(90), ("primary", "incident_owner"), "90 %"),
    Row(
        "update_overdue",
        HIGH,
        None,
        ("email", "sms"),
        ("communications_lead", "handler"),
        ("manager",),
        no_news,
        ("lead", "primary", "manager"),
        "no news",
    ),
]
CASES = [
    pytest.param(row, level, id=f"{row.kind}{row.percent or ''}-{'+'.join(row.channels)}-L{level}")
    for row in ROWS
    for level in row.levels
]


@pytest.mark.parametrize(("row", "level"), CASES)
def test_a_row_tells_whom_it_names_and_nobody_else(row: Row, level: int, one_way: FakeCarrier, clock: Clock) -> None:
    EscalationPolicy.objects.all().delete()
    chosen = next(rule for rule in NotificationRule.objects.all() if _as_shipped(rule) == row.shipped)
    NotificationRule.objects.exclude(pk=chosen.pk).delete()
    duty = make_duty()
    story = Story(duty, one_way, clock, make_incident(service=duty.service, level=level, title="Card success falls"))
    tick()
    story.hears_nothing()
    row.happens(story)
    for name in row.told:
        _hears(story, story.person(name), row)
    story.hears_nothing()


def _hears(story: Story, person: Person, row: Row) -> None:
    phone, inbox = story.carrier.phone(person.phone, name=person.name), story.carrier.inbox(person.email)
    if "sms" in row.channels:
        phone.expect_sms("Card success falls", row.words)
    if "email" in row.channels:
        inbox.expect_email("Card success falls", row.words)
    if "voice" in row.channels:
        phone.expect_call("Card success falls", row.words).hang_up()


def test_every_shipped_row_has_a_scenario() -> None:
    assert sorted(map(_as_shipped, NotificationRule.objects.all()), key=str) == sorted(
        (row.shipped for row in ROWS), key=str
    )


def _as_shipped(rule: NotificationRule) -> tuple[object, ...]:
    return (
        rule.kind,
        tuple(rule.levels),
        rule.at_percent,
        tuple(rule.channels),
        tuple(rule.to),
        tuple(rule.cc),
    )
