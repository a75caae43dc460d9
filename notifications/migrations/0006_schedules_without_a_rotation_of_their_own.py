"""Layers hold the rotations now (0005), so the fields of the single one go. On the way back they need values first."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_rotations_become_layers")]

    operations = [
        migrations.AlterField("schedule", "starts_on", models.DateField(default=datetime.date(2020, 1, 6))),
        migrations.AlterField("schedule", "handover_at", models.TimeField(default=datetime.time(9))),
        migrations.RemoveField(model_name="schedule", name="members"),
        migrations.RemoveField(model_name="schedule", name="starts_on"),
        migrations.RemoveField(model_name="schedule", name="handover_at"),
        migrations.DeleteModel(name="ScheduleMember"),
    ]
