import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0011_breaches_by_moment"),
        ("lifecycle", "0002_protect_facts"),
        ("notifications", "0007_policy_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Lateness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=20, unique=True)),
                (
                    "counts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("seconds", models.FloatField(default=0)),
                ("through", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name_plural": "lateness",
                "ordering": ["what"],
            },
        ),
        migrations.CreateModel(
            name="Unpaged",
            fields=[
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="incidents.incident",
                    ),
                ),
                ("check_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "unpaged",
                "ordering": ["check_at"],
            },
        ),
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("unpaged", "An incident that waits for somebody was not being paged"),
                    ("misaimed", "A step stood at another moment than planned"),
                    ("late_step", "A step was more than a minute late"),
                    ("late_message", "A message was more than a minute late"),
                    ("late_notice", "A notice was more than a minute late"),
                    ("late_deadline", "A deadline passed unnoticed for more than a minute"),
                    ("late_room", "A chat group was more than a minute late"),
                    ("undispatched", "Paging did not hear of an event for more than a minute"),
                    ("old_lease", "A message was held by a sender that is gone"),
                    ("unfinished", "A carrier has not said for ten minutes what became of a message"),
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
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)), fields=["sent_at"], name="delivery_sent"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("channel__in", ("voice", "sms")), ("status", "sent")),
                fields=["sent_at"],
                name="delivery_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("purpose", "test")), fields=["sent_at"], name="delivery_tests"),
        ),
        migrations.AddIndex(
            model_name="deliveryattempt",
            index=models.Index(fields=["ended_at"], name="attempt_ended"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("fired_at__isnull", False)), fields=["fired_at"], name="notice_fired"
            ),
        ),
    ]
