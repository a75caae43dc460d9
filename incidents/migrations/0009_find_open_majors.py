"""The strip of open major incidents stands on every page."""

from django.db import migrations, models

OVER = ("resolved", "closed", "cancelled")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0008_report_submitters")]

    operations = [
        migrations.AddIndex(
            "incident",
            models.Index(
                fields=["reported_at"],
                condition=~models.Q(status__in=OVER) & (models.Q(level=1) | models.Q(is_declared_major=True)),
                name="incident_open_majors",
            ),
        ),
    ]
