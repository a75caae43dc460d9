"""Action items in full: who, when, by what proof, out of what; and when they are spoken of next."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import incidents.models.action_policy


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("incidents", "0011_breaches_by_moment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActionPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reminder_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=incidents.models.action_policy.three_days_before_and_on_the_day,
                        size=None,
                        verbose_name="the owner is reminded so many days before the due date",
                    ),
                ),
                (
                    "leader_after_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="days overdue after which the owner's leader is told"
                    ),
                ),
                (
                    "repeat_days",
                    models.PositiveSmallIntegerField(default=7, verbose_name="days until that is said again"),
                ),
                (
                    "mail_hour",
                    models.TimeField(
                        default=datetime.time(9, 0), verbose_name="hour of these mails, in their reader's zone"
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of action items",
            },
        ),
        migrations.AlterModelOptions(
            name="actionitem",
            options={
                "ordering": ["due_on", "id"],
                "verbose_name": "action item",
                "verbose_name_plural": "action items",
            },
        ),
        migrations.AddField(
            model_name="actionitem",
            name="cancelled_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="completed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="completed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="due_changes",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="next_nag_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="opened_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="origin_id",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="origin_type",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contenttypes.contenttype",
            ),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="proof",
            field=models.TextField(blank=True, db_default="", default="", editable=False, verbose_name="proof"),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="proof_url",
            field=models.URLField(
                blank=True, db_default="", default="", max_length=500, verbose_name="link to the proof"
            ),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="remind_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="remind_on",
            field=models.DateField(blank=True, null=True, verbose_name="remind on"),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="verified_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="actionitem",
            name="verified_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="actionitem",
            name="status",
            field=django_fsm.FSMField(
                choices=[("open", "Open"), ("done", "Done"), ("verified", "Verified"), ("cancelled", "Cancelled")],
                default="open",
                max_length=50,
                protected=True,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(fields=["status", "due_on", "id"], name="action_of_status"),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(fields=["origin_type", "origin_id"], name="action_of_origin"),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["remind_at"], name="action_next_reminder"
            ),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(condition=models.Q(("status", "open")), fields=["next_nag_at"], name="action_next_nag"),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verified_by", None),
                    models.Q(
                        models.Q(("verified_by", models.F("owner")), _negated=True),
                        models.Q(("verified_by", models.F("completed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="action_verified_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("origin_id", None), ("origin_type", None)),
                    models.Q(("origin_id__isnull", False), ("origin_type__isnull", False)),
                    _connector="OR",
                ),
                name="action_origin_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionpolicy",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="action_policy_one_row"),
        ),
    ]
