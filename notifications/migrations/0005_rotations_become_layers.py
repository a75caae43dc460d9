"""The one weekly rotation of each schedule becomes its first layer, with the same people on call at every moment."""

from typing import Any

from django.db import migrations


def make_layers(apps: Any, _editor: Any) -> None:
    layers, places = (apps.get_model("notifications", name) for name in ("ScheduleLayer", "LayerPlace"))
    for schedule in apps.get_model("notifications", "Schedule").objects.filter(layers=None):
        layer = layers.objects.create(
            schedule=schedule,
            role="primary",
            kind="rotation",
            unit="weekly",
            every=1,
            starts_on=schedule.starts_on,
            handover_at=schedule.handover_at,
        )
        members = schedule.places.order_by("position").values_list("person_id", flat=True)
        places.objects.bulk_create(
            places(layer=layer, person_id=person, position=position) for position, person in enumerate(members)
        )


def keep_the_first_rotation(apps: Any, _editor: Any) -> None:
    """Backwards: what the older form can say, which is one rotation a schedule."""
    members = apps.get_model("notifications", "ScheduleMember")
    for schedule in apps.get_model("notifications", "Schedule").objects.all():
        layer = schedule.layers.filter(role="primary", kind="rotation").order_by("-position").first()
        if layer is None:
            continue
        schedule.starts_on, schedule.handover_at = layer.starts_on, layer.handover_at
        schedule.save(update_fields=["starts_on", "handover_at"])
        members.objects.bulk_create(
            members(schedule=schedule, person_id=place.person_id, position=place.position)
            for place in layer.places.all()
        )
        schedule.layers.all().delete()


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_paging_alarms")]

    operations = [migrations.RunPython(make_layers, keep_the_first_rotation)]
