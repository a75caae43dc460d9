import datetime

import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
from django.conf import settings
from django.db import migrations, models

import catalog.contacts


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_restricted_services_and_idempotency"),
        ("detection", "0011_pack_frames_of_few_values"),
        ("problems", "0011_call_changes_change_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("performance_test", "Performance test before launch"),
                            ("exercise", "Red team, blue team exercise"),
                            ("white_hat", "White-hat report"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("held_on", models.DateField(verbose_name="held on")),
                ("held_by", models.CharField(max_length=200, verbose_name="held by")),
                ("report_url", models.CharField(blank=True, max_length=500, verbose_name="address of the report")),
                ("report", models.TextField(blank=True, verbose_name="report")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("passed", "Passed"),
                            ("with_findings", "Passed with findings"),
                            ("failed", "Not passed"),
                        ],
                        max_length=15,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
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
                    "services",
                    models.ManyToManyField(related_name="activities", to="catalog.service", verbose_name="services"),
                ),
            ],
            options={
                "verbose_name": "prevention activity",
                "verbose_name_plural": "prevention activities",
                "ordering": ["-held_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                ("purpose", models.TextField(blank=True, verbose_name="why it is looked for")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("parameters", models.JSONField(default=dict)),
                (
                    "risk",
                    models.CharField(
                        choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
                        default="medium",
                        max_length=6,
                        verbose_name="risk",
                    ),
                ),
                (
                    "days_until_due",
                    models.PositiveSmallIntegerField(default=14, verbose_name="days until a finding is due"),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("daily", "daily"), ("weekly", "weekly"), ("cron", "by a cron expression")],
                        default="daily",
                        max_length=6,
                        verbose_name="how often",
                    ),
                ),
                ("at_time", models.TimeField(default=datetime.time(7, 0), verbose_name="at")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (0, "Sunday"),
                        ],
                        default=1,
                        verbose_name="on",
                    ),
                ),
                ("cron", models.CharField(blank=True, max_length=100, verbose_name="cron expression")),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=50,
                        validators=[catalog.contacts.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("next_run_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections_owned",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection",
                "verbose_name_plural": "inspections",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("fingerprint", models.CharField(blank=True, editable=False, max_length=64)),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("link", models.CharField(blank=True, editable=False, max_length=500)),
                (
                    "risk",
                    models.CharField(
                        choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
                        default="medium",
                        max_length=6,
                        verbose_name="risk",
                    ),
                ),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("open", "Open"),
                            ("in_progress", "In progress"),
                            ("done", "Done"),
                            ("closed", "Closed"),
                            ("waived", "Waived"),
                        ],
                        default="open",
                        max_length=50,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                (
                    "status_since",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "first_seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("times_seen", models.PositiveIntegerField(default=1, editable=False)),
                ("waiver_reason", models.TextField(blank=True, verbose_name="why the risk is borne")),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="detection.activity",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings_owned",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="problems.problem",
                        verbose_name="problem",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "waiver_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="detection.inspection",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
                "ordering": ["-id"],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="InspectionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("new", models.PositiveIntegerField(default=0)),
                ("still", models.PositiveIntegerField(default=0)),
                ("gone", models.PositiveIntegerField(default=0)),
                ("unknown", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="detection.inspection"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Capacity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("value", models.FloatField(verbose_name="used")),
                ("threshold", models.FloatField(verbose_name="there is")),
                ("unit", models.CharField(blank=True, max_length=30, verbose_name="unit")),
                ("measured_on", models.DateField(verbose_name="measured on")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="capacities",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "capacity",
                "verbose_name_plural": "capacities",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "name"), name="capacity_once"),
                    models.CheckConstraint(
                        condition=models.Q(("threshold__gt", 0)), name="capacity_threshold_positive"
                    ),
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="capacity_value_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpiryDate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "Certificate"),
                            ("domain", "Domain name"),
                            ("licence", "Licence"),
                            ("contract", "Contract"),
                            ("other", "Other"),
                        ],
                        default="certificate",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="expires on")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expiry_dates",
                        to="catalog.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "expiry date",
                "verbose_name_plural": "expiry dates",
                "ordering": ["expires_on", "name", "id"],
                "constraints": [models.UniqueConstraint(fields=("service", "name"), name="expiry_date_once")],
            },
        ),
        migrations.CreateModel(
            name="FindingPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="periods", to="detection.finding"
                    ),
                ),
            ],
            options={
                "ordering": ["began_at", "id"],
                "indexes": [models.Index(fields=["began_at"], name="finding_period_by_beginning")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("finding",),
                        name="finding_stands_once_at_a_time",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(
                condition=models.Q(("next_run_at__isnull", False)), fields=["next_run_at"], name="inspection_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_active", False), ("next_run_at__isnull", False), _connector="OR"),
                name="inspection_active_has_a_next_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="inspection_weekday_is_one"
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["status", "due_on"], name="finding_of_status"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["service", "first_seen_at"], name="finding_of_service"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("activity", None), ("inspection__isnull", False)),
                    models.Q(("activity__isnull", False), ("inspection", None)),
                    _connector="OR",
                ),
                name="finding_is_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("inspection__isnull", False)),
                fields=("inspection", "fingerprint"),
                name="finding_once_per_fingerprint",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "waived"), ("waived_by__isnull", False)),
                    models.Q(models.Q(("status", "waived"), _negated=True), ("waived_by", None)),
                    _connector="OR",
                ),
                name="finding_waived_by_iff_waived",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waived_by", None), models.Q(("waived_by", models.F("waiver_by")), _negated=True), _connector="OR"
                ),
                name="finding_waived_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at", None)), fields=("inspection",), name="inspection_runs_once_at_a_time"
            ),
        ),
    ]
