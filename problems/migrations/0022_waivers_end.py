"""A waiver may hold until a day; afterwards the problem waits for somebody to decide again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("problems", "0011_call_changes_change_records")]
    operations = [
        migrations.AddField(
            "problem", "waiver_ends_on", models.DateField(blank=True, null=True, verbose_name="the waiver holds until")
        ),
        migrations.AddField("problem", "waiver_over_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddConstraint(
            "problem",
            models.CheckConstraint(
                condition=models.Q(outcome="waiver") | models.Q(waiver_ends_on=None, waiver_over_at=None),
                name="problem_only_a_waiver_ends",
            ),
        ),
        migrations.AddIndex(
            "problem",
            models.Index(
                condition=models.Q(waiver_ends_on__isnull=False), fields=["waiver_ends_on"], name="problem_waiver_ends"
            ),
        ),
    ]
