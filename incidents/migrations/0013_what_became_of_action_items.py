"""Items of before: who completed and verified them, and what they came out of, is read off their events; open ones are
spoken of from now on, at nine of UTC until they next change."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import migrations

NINE = time(9, tzinfo=UTC)


def fill_in(apps: Any, _schema: Any) -> None:
    action_items = apps.get_model("incidents", "ActionItem")
    if not action_items.objects.exists():
        return
    types = apps.get_model("contenttypes", "ContentType")
    subject = types.objects.filter(app_label="incidents", model="actionitem").first()
    postmortem = types.objects.filter(app_label="postmortems", model="postmortem").first()
    events = apps.get_model("lifecycle", "Event")
    for item in action_items.objects.order_by("pk").iterator():
        known = list(events.objects.filter(subject_type=subject, subject_id=item.pk).order_by("pk"))
        read_events(item, known, postmortem)
        set_moments(item)
        item.save()


def read_events(item: Any, events: list[Any], postmortem: Any) -> None:
    for event in events:
        if event.verb == "add":
            item.opened_by_id = event.actor_id
            number = str(event.data.get("postmortem", "")).rpartition("-")[2]
            if postmortem is not None and number.isdigit():
                item.origin_type_id, item.origin_id = postmortem.pk, int(number)
        elif event.verb == "complete":
            item.completed_by_id, item.completed_at, item.proof = event.actor_id, event.occurred_at, event.note
        elif event.verb == "send_back":
            item.completed_by_id, item.completed_at, item.proof = None, None, ""
        elif event.verb == "verify" and event.actor_id not in (item.owner_id, item.completed_by_id):
            item.verified_by_id, item.verified_at = event.actor_id, event.occurred_at


def set_moments(item: Any) -> None:
    if item.status != "open":
        return
    now, due_at = datetime.now(UTC), datetime.combine(item.due_on, NINE)
    item.remind_at = due_at if due_at > now else None
    item.next_nag_at = max(due_at + timedelta(days=1), datetime.combine(now.date() + timedelta(days=1), NINE))


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0012_action_items_in_full"),
        ("lifecycle", "0002_protect_facts"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
