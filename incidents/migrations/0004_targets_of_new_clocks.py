"""Levels that exist already get targets for the clocks that are new, and warnings for those they have."""

from datetime import timedelta

from django.db import migrations

HOUR = timedelta(hours=1)
REPEAT = {1: HOUR, 2: 4 * HOUR, 3: timedelta(days=1)}
LASTS = {1: HOUR, 2: 4 * HOUR}


def add_targets(apps, schema_editor):
    Level = apps.get_model("incidents", "Level")
    LevelTarget = apps.get_model("incidents", "LevelTarget")
    for level in Level.objects.all():
        response = level.targets.filter(kind="response").first()
        level.targets.update(warn_at=[75, 90], overdue_repeat=REPEAT.get(level.number))
        Level.objects.filter(pk=level.pk).update(acknowledgement_lasts=LASTS.get(level.number))
        if response is not None:
            _add(LevelTarget, level, "acceptance", response.target, REPEAT.get(level.number))
        if level.number in (1, 2):
            _add(LevelTarget, level, "update", HOUR, None)


def _add(targets, level, kind, target, repeat):
    values = {"target": target, "warn_at": [75, 90], "overdue_repeat": repeat}
    targets.objects.get_or_create(level=level, kind=kind, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_incident_management")]
    operations = [migrations.RunPython(add_targets, migrations.RunPython.noop)]
