"""What the last meeting put off or did not come to, with how often that has happened."""

from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from reports.meeting.entries import MOST, Entry, Window, section
from reports.meeting.states import is_over, live_states
from reports.models import AgendaItem, ItemStatus

COMES_AGAIN = ("incident", "problem", "action")
"""What is carried over although nobody said so, as long as it is not over."""


@section("carried", _("Carried over"), rank=70, minutes=5)
def carried_over(window: Window) -> list[Entry]:
    items = _left_over(window)
    states = live_states(item.subject for item in items)
    services = dict(
        Incident.objects.filter(pk__in=[item.incident_id for item in items if item.incident_id])
        .order_by()
        .values_list("pk", "service__name")
    )
    frozen = _frozen(window)
    return [
        Entry(
            subject=item.subject,
            title=item.title,
            reference=frozen.get(item.subject, {}).get("reference", ""),
            url=frozen.get(item.subject, {}).get("url", ""),
            incident=item.incident_id,
            state=states.get(item.subject, {}),
            facts={"service": services[item.incident_id]} if item.incident_id in services else {},
            times=window.times.get(item.subject, 1),
        )
        for item in items
        if item.status == ItemStatus.PUT_OFF or _comes_again(item, states.get(item.subject))
    ]


def _left_over(window: Window) -> list[AgendaItem]:
    if window.last is None:
        return []
    left = window.last.items.filter(status__in=(ItemStatus.PUT_OFF, ItemStatus.NOT_REACHED))
    return list(left.order_by("-times_put_off", "position")[:MOST])


def _frozen(window: Window) -> dict[str, dict[str, str]]:
    sections = window.last.agenda.get("sections", []) if window.last else []
    return {entry["subject"]: entry for each in sections for entry in each["entries"]}


def _comes_again(item: AgendaItem, state: dict[str, object] | None) -> bool:
    kind = item.subject.partition(":")[0]
    return kind in COMES_AGAIN and item.section != "numbers" and state is not None and not is_over(item.subject, state)
