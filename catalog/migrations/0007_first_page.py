"""Where a person's day begins, if they chose it themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_placements")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="first_page",
            field=models.CharField(
                blank=True,
                choices=[
                    ("queue", "My queue"),
                    ("command", "Command board"),
                    ("services", "My services"),
                    ("trend", "Month and trend"),
                    ("incidents", "Incident list"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="first page",
            ),
        )
    ]
