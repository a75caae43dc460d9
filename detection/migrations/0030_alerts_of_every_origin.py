import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_restricted_services_and_idempotency"),
        ("detection", "0020_sources"),
        ("incidents", "0011_breaches_by_moment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("body", models.BinaryField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("ignored", "No alert"),
                            ("quarantined", "Not understood"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.TextField(blank=True)),
                ("signals", models.PositiveIntegerField(default=0)),
                ("is_sanitised", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "received body",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("matchers", models.JSONField(blank=True, default=list)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "service_label",
                    models.CharField(blank=True, max_length=80, verbose_name="service named by the label"),
                ),
            ],
            options={
                "verbose_name": "route of alerts",
                "verbose_name_plural": "routes of alerts",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("minute", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["integration", "minute"],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="dedup_key",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="alert",
            name="description",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="alert",
            name="labels",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="alert",
            name="level",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="incidents.level"
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="links",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="alert",
            name="note",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="alert",
            name="occurrences",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="alert",
            name="origin",
            field=models.CharField(
                choices=[("rule", "rule"), ("integration", "integration"), ("heartbeat", "heartbeat")],
                db_default="rule",
                default="rule",
                max_length=12,
                verbose_name="seen by",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="catalog.service"
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="severity",
            field=models.CharField(
                blank=True,
                choices=[
                    ("critical", "Critical"),
                    ("error", "Error"),
                    ("warning", "Warning"),
                    ("info", "Info"),
                    ("", "not said"),
                ],
                db_default="",
                max_length=10,
                verbose_name="severity",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="severity_at_source",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.AddField(
            model_name="alert",
            name="source_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="title",
            field=models.CharField(blank=True, db_default="", max_length=300, verbose_name="title"),
        ),
        migrations.AddField(
            model_name="rule",
            name="recover_on",
            field=models.CharField(
                choices=[
                    ("all", "when all of its alerts have ended"),
                    ("first", "when its first alert has ended"),
                    ("last", "when its latest alert has ended"),
                    ("never", "never: a person says so"),
                ],
                db_default="all",
                default="all",
                max_length=5,
                verbose_name="recovers",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="peak",
            field=models.FloatField(null=True),
        ),
        migrations.AlterField(
            model_name="alert",
            name="rule",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="detection.rule"
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="series",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="detection.series"
            ),
        ),
        migrations.CreateModel(
            name="AlertGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=300)),
                (
                    "recover_on",
                    models.CharField(
                        choices=[
                            ("all", "when all of its alerts have ended"),
                            ("first", "when its first alert has ended"),
                            ("last", "when its latest alert has ended"),
                            ("never", "never: a person says so"),
                        ],
                        default="all",
                        max_length=5,
                    ),
                ),
                ("window", models.DurationField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("flap_within", models.DurationField(default=datetime.timedelta(seconds=1800))),
                ("opened_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("incident_at", models.DateTimeField(null=True)),
                ("flapping_until", models.DateTimeField(null=True)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alert_groups",
                        to="incidents.incident",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="following",
                        to="detection.alertgroup",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="group",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="detection.alertgroup"
            ),
        ),
        migrations.CreateModel(
            name="CorrelationRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("matchers", models.JSONField(blank=True, default=list)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "group_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="group by",
                    ),
                ),
                ("window", models.DurationField(default=datetime.timedelta(seconds=3600), verbose_name="window")),
                ("max_window", models.DurationField(default=datetime.timedelta(days=1), verbose_name="at the longest")),
                ("threshold", models.PositiveIntegerField(default=1, verbose_name="alerts before an incident opens")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title of the incident")),
                (
                    "recover_on",
                    models.CharField(
                        choices=[
                            ("all", "when all of its alerts have ended"),
                            ("first", "when its first alert has ended"),
                            ("last", "when its latest alert has ended"),
                            ("never", "never: a person says so"),
                        ],
                        default="all",
                        max_length=5,
                        verbose_name="recovers",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.level",
                        verbose_name="level",
                    ),
                ),
            ],
            options={
                "verbose_name": "correlation rule",
                "verbose_name_plural": "correlation rules",
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="alertgroup",
            name="correlation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="groups",
                to="detection.correlationrule",
            ),
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("interval", models.DurationField(verbose_name="expected every")),
                ("grace", models.DurationField(default=datetime.timedelta, verbose_name="grace")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("is_paused", models.BooleanField(default=False, verbose_name="paused")),
                ("last_beat_at", models.DateTimeField(editable=False, null=True)),
                ("due_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.level",
                        verbose_name="level",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heartbeats",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="heartbeat",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="detection.heartbeat"
            ),
        ),
        migrations.CreateModel(
            name="Integration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("json", "JSON of any tool"),
                            ("alertmanager", "Alertmanager or Grafana"),
                            ("pagerduty", "PagerDuty events, version 2"),
                            ("mapped", "JSON with the fields named here"),
                        ],
                        default="json",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("mapping", models.JSONField(blank=True, default=dict)),
                (
                    "recover_on",
                    models.CharField(
                        choices=[
                            ("all", "when all of its alerts have ended"),
                            ("first", "when its first alert has ended"),
                            ("last", "when its latest alert has ended"),
                            ("never", "never: a person says so"),
                        ],
                        default="all",
                        max_length=5,
                        verbose_name="recovers",
                    ),
                ),
                (
                    "most_per_minute",
                    models.PositiveIntegerField(default=20000, verbose_name="bodies taken in a minute"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("old_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("old_digest_until", models.DateTimeField(editable=False, null=True)),
                ("last_received_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.level",
                        verbose_name="level",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integrations",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "integration",
                "verbose_name_plural": "integrations",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="integration",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="detection.integration",
            ),
        ),
        migrations.CreateModel(
            name="MaintenanceWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                (
                    "repeats",
                    models.CharField(
                        choices=[("never", "once"), ("daily", "every day"), ("weekly", "every week")],
                        default="never",
                        max_length=6,
                        verbose_name="repeats",
                    ),
                ),
                ("repeats_until", models.DateTimeField(blank=True, null=True, verbose_name="for the last time before")),
                ("matchers", models.JSONField(blank=True, default=list)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "business_lines",
                    models.ManyToManyField(
                        blank=True,
                        related_name="maintenance_windows",
                        to="catalog.businessline",
                        verbose_name="business lines",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "services",
                    models.ManyToManyField(
                        blank=True, related_name="maintenance_windows", to="catalog.service", verbose_name="services"
                    ),
                ),
            ],
            options={
                "verbose_name": "maintenance window",
                "verbose_name_plural": "maintenance windows",
                "ordering": ["-starts_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="alert",
            name="suppressed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="detection.maintenancewindow",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["dedup_key", "-id"], name="alert_of_key"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("suppressed_by__isnull", False)),
                fields=["suppressed_by"],
                name="alert_open_suppressed",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), models.Q(("dedup_key", ""), _negated=True)),
                fields=("dedup_key",),
                name="alert_one_open_per_key",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="integration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="detection.integration"
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="level",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.level",
                verbose_name="level",
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="routes_of_alerts",
                to="catalog.service",
                verbose_name="service",
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="integration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="detection.integration"
            ),
        ),
        migrations.AddConstraint(
            model_name="correlationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 1)), name="correlation_threshold_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="correlationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("window__gt", datetime.timedelta(0))), name="correlation_window_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="alertgroup",
            index=models.Index(
                condition=models.Q(("flapping_until__isnull", False)),
                fields=["flapping_until"],
                name="alert_group_flapping",
            ),
        ),
        migrations.AddIndex(
            model_name="alertgroup",
            index=models.Index(fields=["incident_at"], name="alert_group_by_incident_at"),
        ),
        migrations.AddConstraint(
            model_name="alertgroup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("locked_at", None)), fields=("key",), name="alert_group_one_unlocked_per_key"
            ),
        ),
        migrations.AddIndex(
            model_name="heartbeat",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="heartbeat_due"),
        ),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.CheckConstraint(
                condition=models.Q(("interval__gt", datetime.timedelta(0))), name="heartbeat_interval_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="integration",
            index=models.Index(
                condition=models.Q(("old_digest", ""), _negated=True),
                fields=["old_digest"],
                name="integration_of_old_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="maintenancewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="maintenance_ends_after_its_start"
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(condition=models.Q(("status", "waiting")), fields=["id"], name="receipt_waiting"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["integration", "-id"], name="receipt_of_integration"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["received_at"], name="receipt_by_moment"),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(fields=("integration", "minute"), name="tally_once_per_minute"),
        ),
    ]
