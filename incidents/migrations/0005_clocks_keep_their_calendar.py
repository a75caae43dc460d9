"""A clock keeps its calendar as it was when the clock was aimed, so that editing a calendar moves no deadline."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_targets_of_new_clocks")]

    operations = [
        migrations.RemoveField(model_name="clock", name="calendar"),
        migrations.AddField(model_name="clock", name="calendar", field=models.JSONField(null=True)),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)), fields=["snoozed_until"], name="incident_snoozed"
            ),
        ),
    ]
