import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0010_drills"),
        ("notifications", "0003_paging_in_full"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("not_kept", "A promise of paging was not kept"),
                            ("standstill", "The cycle stands still"),
                            ("queue_dead", "A queue of the worker does not answer"),
                            ("clock_skew", "A machine's clock is wrong"),
                            ("dead_man", "The outside monitor does not take our sign of life"),
                            ("breaker_open", "A carrier does not take messages"),
                            ("account_suspended", "A carrier has locked our account"),
                            ("texts_filtered", "Carriers filter out our texts"),
                            ("number_flagged", "A number of ours is flagged"),
                            ("spend_cap", "The cap of a day's texts or calls is reached"),
                            ("duty_gap", "Nobody stood where a step wanted to page"),
                            ("unreachable", "A fallback contact cannot be reached"),
                        ],
                        max_length=20,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=100)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("is_quiet", models.BooleanField(default=False)),
                ("times", models.PositiveIntegerField(default=1)),
                (
                    "raised_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="paging_alarms",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("kind", "about", "is_quiet"),
                        name="alarm_once_unsettled",
                    )
                ],
            },
        ),
    ]
