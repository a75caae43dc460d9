"""What tests of the daily meeting and of hand-over notes are made of."""

from datetime import UTC, datetime, time
from typing import Any

from catalog.models import Person, Role
from lifecycle import clock
from notifications.models import LayerPlace, Schedule, ScheduleLayer
from reports.meeting import services
from reports.models import AgendaItem, HandOver, HandOverStatus, ItemStatus, Meeting, MeetingStatus
from tests.factories import make_incident, make_person, make_team


def make_meeting(*, status: str = MeetingStatus.PLANNED, actor: Person | None = None, **arranged: Any) -> Meeting:
    """Today's meeting in that status."""
    manager = actor or make_person(Role.INCIDENT_MANAGER)
    acting: dict[str, Any] = {"actor": manager, "via": "web"}
    meeting = services.plan_meeting(clock.now().date(), **acting)
    if arranged:
        services.arrange_meeting(meeting, **acting, **arranged)
    if status == MeetingStatus.SKIPPED:
        services.skip_meeting(meeting, **acting, reason="Holiday")
    if status in (MeetingStatus.RUNNING, MeetingStatus.ENDED):
        services.start_meeting(meeting, **acting)
    if status == MeetingStatus.ENDED:
        services.end_meeting(meeting, **acting)
    return meeting


def item_about(meeting: Meeting, record: Any) -> AgendaItem:
    return meeting.items.get(subject=f"{record._meta.model_name}:{record.pk}")


def make_item(status: str) -> AgendaItem:
    """An item of a running meeting (ended, where it was not reached)."""
    incident = make_incident(level=1)
    meeting = make_meeting(status=MeetingStatus.RUNNING)
    item = item_about(meeting, incident)
    acting: dict[str, Any] = {"actor": make_person(), "via": "web"}
    if status == ItemStatus.DISCUSSED:
        services.discuss_item(item, **acting)
    if status == ItemStatus.PUT_OFF:
        services.put_off_item(item, **acting)
    if status == ItemStatus.NOT_REACHED:
        services.end_meeting(meeting, actor=meeting.chair, via="web")
    return AgendaItem.objects.get(pk=item.pk)


def make_rota(*people: Person, unit: str = "daily") -> Schedule:
    """Shifts of a day that change at 09:00 UTC, in the order of the people."""
    schedule = Schedule.objects.create(team=make_team(*people))
    layer = ScheduleLayer.objects.create(
        schedule=schedule, unit=unit, starts_on=datetime(2026, 11, 1, tzinfo=UTC).date(), handover_at=time(9)
    )
    for position, person in enumerate(people):
        LayerPlace.objects.create(layer=layer, person=person, position=position)
    return schedule


def make_note(status: str = HandOverStatus.DRAFTED, schedule: Schedule | None = None) -> HandOver:
    schedule = schedule or make_rota(make_person(), make_person())
    note = services.draft_hand_over(schedule, actor=None, via="system")
    assert note.arriving is not None
    if status != HandOverStatus.DRAFTED:
        services.hand_over(note, actor=note.leaving, via="web", text="Watch the gateway.")
    if status == HandOverStatus.ACCEPTED:
        services.accept_hand_over(note, actor=note.arriving, via="web")
    return note
