"""The daily incident meeting: its agenda, its items, decisions and calendar."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import catalog.contacts
import reports.models.meeting_policy


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0021_incidents_by_their_ends"),
        ("notifications", "0014_reports_are_mailed"),
        ("reports", "0007_stored_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("subject", models.CharField(max_length=80)),
                ("section", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("title", models.CharField(max_length=300)),
                ("times_put_off", models.PositiveSmallIntegerField(default=0)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("open", "Open"),
                            ("discussed", "Discussed"),
                            ("put_off", "Put off to the next meeting"),
                            ("not_reached", "Not reached"),
                        ],
                        default="open",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="notes")),
                ("note_version", models.PositiveIntegerField(default=0, editable=False)),
                ("noted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agenda_items",
                        to="incidents.incident",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "agenda item",
                "ordering": ["meeting", "position", "id"],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("day", models.DateField(unique=True, verbose_name="day")),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("planned", "Planned"),
                            ("running", "Running"),
                            ("ended", "Ended"),
                            ("skipped", "Skipped"),
                        ],
                        default="planned",
                        max_length=50,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="begins at")),
                ("day_ends_at", models.DateTimeField(editable=False)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=50,
                        validators=[catalog.contacts.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("skip_reason", models.TextField(blank=True, editable=False)),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("agenda", models.JSONField(blank=True, default=dict, editable=False)),
                ("section", models.CharField(blank=True, editable=False, max_length=20)),
                ("section_since", models.DateTimeField(editable=False, null=True)),
                ("spent", models.JSONField(blank=True, default=dict, editable=False)),
                (
                    "attendees",
                    models.ManyToManyField(
                        blank=True,
                        related_name="meetings_attended",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="attendees",
                    ),
                ),
                (
                    "chair",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_chaired",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="chair",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily meeting",
                "ordering": ["-day"],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="decision")),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "action",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting_decisions",
                        to="incidents.actionitem",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="reports.agendaitem",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="reports.meeting"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="reports.meeting"
            ),
        ),
        migrations.CreateModel(
            name="MeetingPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_active", models.BooleanField(default=True, verbose_name="meetings are planned by themselves")),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=reports.models.meeting_policy.working_days,
                        size=None,
                        verbose_name="held on",
                    ),
                ),
                ("begins_at", models.TimeField(default=datetime.time(9, 30), verbose_name="begins at")),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=50,
                        validators=[catalog.contacts.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("minutes", models.JSONField(blank=True, default=dict)),
                (
                    "loud_after",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="times put off after which incident managers are told"
                    ),
                ),
                (
                    "draft_before",
                    models.PositiveSmallIntegerField(
                        default=60, verbose_name="minutes before a shift change that a note is drafted"
                    ),
                ),
                ("keep_due_at", models.DateTimeField(editable=False, null=True)),
                (
                    "attendees",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="usual attendees"
                    ),
                ),
                (
                    "chair",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="usual chair",
                    ),
                ),
                (
                    "chats",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="notifications.chathook",
                        verbose_name="chats that get the minutes",
                    ),
                ),
                (
                    "subscribers",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="get the minutes too"
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting policy",
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("status", "planned")), fields=["day_ends_at"], name="meeting_planned"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("started_at", None), ("status__in", ("planned", "skipped"))),
                    models.Q(("ended_at", None), ("started_at__isnull", False), ("status", "running")),
                    models.Q(("ended_at__isnull", False), ("started_at__isnull", False), ("status", "ended")),
                    _connector="OR",
                ),
                name="meeting_moments_follow_its_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "running")), fields=("status",), name="meeting_one_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(fields=("meeting", "subject"), name="agenda_item_once_per_meeting"),
        ),
        migrations.AddConstraint(
            model_name="meetingpolicy",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="meeting_policy_one_row"),
        ),
    ]
