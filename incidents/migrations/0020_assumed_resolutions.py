"""An imported incident of which the source knows no resolution says so itself, and not only in its facts."""

from typing import Any

from django.db import migrations, models


def mark_assumed(apps: Any, _editor: Any) -> None:
    imported = apps.get_model("incidents", "ImportedIncident").objects.filter(facts__resolved_at=None)
    ended = apps.get_model("incidents", "Incident").objects.filter(status__in=("resolved", "closed"))
    ended.filter(pk__in=imported.values("incident")).update(is_resolution_assumed=True)


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0013_what_became_of_action_items"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="is_resolution_assumed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(mark_assumed, migrations.RunPython.noop, elidable=True),
    ]
