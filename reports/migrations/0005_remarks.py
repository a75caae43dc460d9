"""Comments on the sections of a report, and who gets reports by mail."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_editions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_subscription",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReportComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("summary", "In words"),
                            ("services", "Incidents by service and level"),
                            ("trend", "Twelve months"),
                            ("pattern", "Hours and weekdays"),
                            ("levels", "By level"),
                            ("sla", "SLA targets"),
                            ("stability", "Stability"),
                            ("causes", "Causes"),
                            ("duty", "On-call load"),
                            ("top", "The incidents that hurt most"),
                            ("ageing", "Problems and actions"),
                            ("quality", "Data quality and definitions"),
                        ],
                        max_length=10,
                        verbose_name="section",
                    ),
                ),
                ("text", models.TextField(verbose_name="comment")),
                (
                    "written_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="reports.monthlyreport"
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "ordering": ["written_at", "id"],
                "indexes": [models.Index(fields=["report", "written_at"], name="comment_of_report")],
            },
        ),
    ]
