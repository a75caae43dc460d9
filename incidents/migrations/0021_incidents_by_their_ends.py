from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0020_assumed_resolutions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["resolved_at"],
                condition=models.Q(resolved_at__isnull=False),
                name="incident_resolved",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="incident_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["reported_at"],
                condition=models.Q(closed_at=None, cancelled_at=None),
                name="incident_unclosed",
            ),
        ),
    ]
