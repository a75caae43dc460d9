"""Shift hand-over notes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0008_daily_meetings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("changes_at", models.DateTimeField(verbose_name="shift change")),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[("drafted", "Drafted"), ("handed_over", "Handed over"), ("accepted", "Accepted")],
                        default="drafted",
                        max_length=50,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="what else is to be known")),
                ("content", models.JSONField(blank=True, default=list, editable=False)),
                ("drafted_at", models.DateTimeField(editable=False)),
                ("handed_over_at", models.DateTimeField(editable=False, null=True)),
                ("accepted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "arriving",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs_taken",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="arrives",
                    ),
                ),
                (
                    "leaving",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs_given",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="leaves",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="notifications.schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over note",
                "ordering": ["-changes_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "accepted"), _negated=True),
                        fields=["arriving", "changes_at"],
                        name="hand_over_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "changes_at"), name="hand_over_once_per_shift_change"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("handed_over_at", None), ("status", "drafted")),
                            models.Q(
                                ("accepted_at", None), ("handed_over_at__isnull", False), ("status", "handed_over")
                            ),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("handed_over_at__isnull", False),
                                ("status", "accepted"),
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_moments_follow_its_status",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]
