"""Figures of large months, kept for whoever looks next."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_stability_targets"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("numbers", models.JSONField()),
                ("as_of", models.DateTimeField()),
                ("took", models.DurationField()),
                ("looked_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-month"],
            },
        ),
    ]
