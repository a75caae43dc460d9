"""A signed report may be amended by another edition; authors may put sentences of their own beside the written ones."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_wall_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="monthlyreport",
            options={"ordering": ["-month", "-edition"], "verbose_name": "monthly report"},
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="drafted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="edition",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="made_by",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="reason",
            field=models.TextField(
                blank=True, db_default="", default="", editable=False, verbose_name="why the report is amended"
            ),
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="sentences",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="monthlyreport",
            name="wording",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name="monthlyreport",
            name="month",
            field=models.DateField(),
        ),
        migrations.AddConstraint(
            model_name="monthlyreport",
            constraint=models.UniqueConstraint(fields=("month", "edition"), name="report_once_per_edition"),
        ),
        migrations.AddConstraint(
            model_name="monthlyreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("month",), name="report_one_draft_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("edition", 1), ("reason", "")),
                    models.Q(("edition__gt", 1), ("reason__gt", "")),
                    _connector="OR",
                ),
                name="report_amended_for_a_reason",
            ),
        ),
    ]
